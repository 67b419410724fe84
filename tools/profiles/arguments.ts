/** A command line that cannot be read; the message says what fits. */
export class UsageError extends Error {}

/** Words and `--name value` or `--name=value` options; `flags` are options without a value. */
export function parseArguments(
  texts: readonly string[],
  names: readonly string[],
  flags: readonly string[],
): { words: string[]; options: Map<string, string[]> } {
  const words: string[] = [];
  const options = new Map<string, string[]>();
  for (let at = 0; at < texts.length; at++) {
    const text = texts[at]!;
    if (!text.startsWith('--')) {
      words.push(text);
      continue;
    }
    const [, name = '', inline] = /^--([^=]+)(?:=(.*))?$/s.exec(text) ?? [];
    if (flags.includes(name) && inline === undefined) options.set(name, ['true']);
    else if (names.includes(name)) {
      const value = inline ?? texts[++at];
      if (value === undefined) throw new UsageError(`--${name} needs a value.`);
      options.set(name, [...(options.get(name) ?? []), value]);
    } else {
      const known = [...names, ...flags].map((each) => `--${each}`).join(', ');
      throw new UsageError(`There is no option --${name}. Options: ${known}.`);
    }
  }
  return { words, options };
}
