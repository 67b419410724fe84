/** Label names and values of a series. Order has no meaning. */
export type LabelSet = Readonly<Record<string, string>>;

/** Label names in order, so that equal sets read the same. */
export function sortedLabels(labels: LabelSet): [name: string, value: string][] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** A text that is equal for equal label sets and different for others. */
export function labelSetKey(labels: LabelSet): string {
  return JSON.stringify(sortedLabels(labels));
}
