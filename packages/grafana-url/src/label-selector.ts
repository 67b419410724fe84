/** `{service_name="backend",model="clip-vit-l"}`: equality matchers as Pyroscope reads them. */
export function selectorText(labels: Readonly<Record<string, string>>): string {
  const matchers = Object.entries(labels).map(
    ([name, value]) => `${name}=${JSON.stringify(value)}`,
  );
  return `{${matchers.join(',')}}`;
}

/** The equality matchers of a selector, by label name. Other matchers are left out. */
export function parseSelector(selector: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const match of selector.matchAll(/([\w.]+)\s*=\s*("(?:[^"\\]|\\.)*")/gu)) {
    const [, name, quoted] = match;
    if (name !== undefined && quoted !== undefined) labels[name] = unquote(quoted);
  }
  return labels;
}

function unquote(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1);
  }
}
