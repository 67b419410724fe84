/**
 * Grafana's variables in texts, as @grafana/scenes replaces them (sceneInterpolator.ts,
 * formatRegistry.ts): `$name`, `[[name:format]]`, `${name.path:format}`. A name that nobody knows
 * stays as it is.
 */

export interface VariableValue {
  readonly name: string;
  readonly value: string | readonly string[];
  /** What `${name:text}` becomes. */
  readonly text: string;
}

/** A macro writes its own text: `${__url.params:exclude:from}`. */
export type Macro = (format: string | undefined) => string;

export type Find = (name: string, path: string | undefined) => VariableValue | Macro | undefined;

const VARIABLE = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:^}]+))?(?::([^}]+))?\}/gu;

export function interpolate(text: string, find: Find): string {
  return text.replace(
    VARIABLE,
    (
      whole: string,
      plain: string | undefined,
      bracketed: string | undefined,
      bracketFormat: string | undefined,
      braced: string | undefined,
      path: string | undefined,
      format: string | undefined,
    ) => {
      const found = find(plain ?? bracketed ?? braced ?? '', path);
      if (found === undefined) return whole;
      const how = bracketFormat ?? format;
      return typeof found === 'function' ? found(how) : formatted(found, how);
    },
  );
}

function formatted({ name, value, text }: VariableValue, format = 'glob'): string {
  const values = typeof value === 'string' ? [value] : value;
  switch (format) {
    case 'text':
      return text;
    case 'raw':
    case 'csv':
      return values.join(',');
    case 'pipe':
      return values.join('|');
    case 'regex': {
      const escaped = values.map(escapeRegex);
      return escaped.length === 1 ? String(escaped[0]) : `(${escaped.join('|')})`;
    }
    case 'queryparam':
      return values.map((each) => `var-${name}=${encodeURIComponent(each)}`).join('&');
    default:
      // "glob", which is also what an unknown format becomes.
      return values.length > 1 ? `{${values.join(',')}}` : String(values[0] ?? '');
  }
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$*+?.()|[\]{}/]/gu, '\\$&');
}

/** `${__url}`, `${__url.path}` and `${__url.params:exclude:a,b}` of the address of the page. */
export function urlMacro(path: string, search: URLSearchParams, part: string | undefined): Macro {
  return (format) => {
    if (part === 'path') return path;
    const parameters = new URLSearchParams(search);
    const [kind, names = ''] = (format ?? '').split(':');
    for (const name of [...parameters.keys()]) {
      const listed = names.split(',').includes(name);
      if ((kind === 'exclude' && listed) || (kind === 'include' && !listed)) {
        parameters.delete(name);
      }
    }
    return part === 'params' ? `?${parameters.toString()}` : `${path}?${parameters.toString()}`;
  };
}
