/** Environment variables, as `process.env` gives them. An empty text counts as absent. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting whose text cannot be used. The message names the setting and says what fits. */
export class InvalidSetting extends Error {
  constructor(
    readonly setting: string,
    value: string,
    expected: string,
  ) {
    super(`${setting} is ${JSON.stringify(value)}: expected ${expected}.`);
    this.name = 'InvalidSetting';
  }
}

export function readText(env: Environment, setting: string, fallback: string): string {
  return env[setting]?.trim() || fallback;
}

/** A TCP port; 0 lets the system choose. @throws InvalidSetting */
export function readPort(env: Environment, setting: string, fallback: number): number {
  const text = readText(env, setting, String(fallback));
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new InvalidSetting(setting, text, 'a port between 0 and 65535');
  }
  return port;
}

/** A whole number of at least `least`. @throws InvalidSetting */
export function readCount(env: Environment, setting: string, fallback: number, least = 0): number {
  const text = readText(env, setting, String(fallback));
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < least || !Number.isSafeInteger(count)) {
    throw new InvalidSetting(setting, text, `a whole number of at least ${least}`);
  }
  return count;
}

/** An http(s) URL without a trailing slash, or undefined when unset. @throws InvalidSetting */
export function readUrl(env: Environment, setting: string): string | undefined {
  const text = readText(env, setting, '');
  if (text === '') return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new InvalidSetting(setting, text, 'an http or https URL such as http://127.0.0.1:4040');
  }
  if (url.username !== '' || url.password !== '') {
    throw new InvalidSetting(setting, '(hidden)', 'a URL without credentials');
  }
  return url.href.replace(/\/+$/, '');
}

const DURATIONS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** A duration such as `15d` or `12h` in milliseconds; undefined for `off`. @throws InvalidSetting */
export function readDuration(
  env: Environment,
  setting: string,
  fallback: string,
): number | undefined {
  const text = readText(env, setting, fallback);
  if (text === 'off') return undefined;
  const [, amount, unit] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined || Number(amount) === 0) {
    throw new InvalidSetting(setting, text, 'a duration such as 15d, 12h or 30m, or off');
  }
  return Number(amount) * DURATIONS[unit]!;
}

const SIZES: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** A size such as `2GB` in bytes; undefined for `off`. @throws InvalidSetting */
export function readSize(env: Environment, setting: string, fallback: string): number | undefined {
  const text = readText(env, setting, fallback);
  if (text === 'off') return undefined;
  const [, amount, unit] = /^(\d{1,9}(?:\.\d{1,3})?) ?([KMGT]?B)$/i.exec(text) ?? [];
  if (amount === undefined || unit === undefined || Number(amount) === 0) {
    throw new InvalidSetting(setting, text, 'a size such as 2GB or 500MB, or off');
  }
  return Math.round(Number(amount) * SIZES[unit.toUpperCase()]!);
}
