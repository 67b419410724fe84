/** Label names and values of a series. Order has no meaning. */
export type LabelSet = Readonly<Record<string, string>>;

/** Label names in order, so that equal sets read the same. */
export function sortedLabels(labels: LabelSet): [name: string, value: string][] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The value of a label; undefined when there is none, whatever objects inherit under its name. */
export function labelValue(labels: LabelSet, name: string): string | undefined {
  return Object.hasOwn(labels, name) ? labels[name] : undefined;
}

/** Those of the labels that have these names. */
export function labelsNamed(labels: LabelSet, names: readonly string[]): LabelSet {
  return Object.fromEntries(
    names.flatMap((name) => (Object.hasOwn(labels, name) ? [[name, labels[name]!]] : [])),
  );
}

/** The order of label sets: label by label, by name, then by value; of two that begin alike the shorter one is first. */
export function compareLabelSets(a: LabelSet, b: LabelSet): number {
  const [left, right] = [sortedLabels(a).flat(), sortedLabels(b).flat()];
  for (const [index, text] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (text !== other) return text < other ? -1 : 1;
  }
  return left.length - right.length;
}

/** A text that is equal for equal label sets and different for others. */
export function labelSetKey(labels: LabelSet): string {
  return JSON.stringify(sortedLabels(labels));
}
