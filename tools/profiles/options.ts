import {
  InvalidSelector,
  type Matcher,
  MATCHER_OPERATORS,
  type MatcherOperator,
  parseProfileType,
  parseSelector,
  parseTime,
  type ProfileKind,
  type ProfileTypeId,
  type TimeRange,
  type UnixMs,
} from '@hsi/profile-model';
import { parseArgs, type ParseArgsConfig } from 'node:util';

/** A command that cannot be understood. The message is a sentence; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Where a server is and who asks. */
export interface Server {
  /** Without credentials and without a slash at the end. */
  readonly url: string;
  readonly tenant: string | undefined;
  /** Value of `Authorization`; never printed. */
  readonly authorization: string | undefined;
}

export type TypeChoice = ProfileKind | ProfileTypeId;
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the words of a command. @throws UsageError */
export function readWords<Config extends NonNullable<ParseArgsConfig['options']>>(
  words: readonly string[],
  options: Config,
) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    throw new UsageError(`${reason.replace(/\.? To specify.*$/, '').replace(/\.$/, '')}.`);
  }
}

/**
 * Reads a server's address. Credentials come from the address or, better, from the environment:
 * `basic user:password` or `bearer token`.
 * @throws UsageError
 */
export function readServer(
  text: string,
  option: string,
  tenant: string | undefined,
  auth: string | undefined,
): Server {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(
      `${option} is not an address of a server: expected something like http://127.0.0.1:4040.`,
    );
  }
  const inUrl = [url.username, url.password].map(decodeURIComponent).join(':');
  url.username = '';
  url.password = '';
  return {
    url: url.href.replace(/\/+$/, ''),
    tenant,
    authorization: readAuthorization(auth) ?? (inUrl === ':' ? undefined : basic(inUrl)),
  };
}

function readAuthorization(text: string | undefined): string | undefined {
  const given = text?.trim() ?? '';
  if (given === '') return undefined;
  const [, scheme = '', secret = ''] = /^(basic|bearer)\s+(\S.*)$/i.exec(given) ?? [];
  if (scheme === '') {
    throw new UsageError(
      'The credentials in the environment are not "basic user:password" or "bearer token".',
    );
  }
  return scheme.toLowerCase() === 'basic' ? basic(secret) : `Bearer ${secret}`;
}

function basic(pair: string): string {
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

/** @throws UsageError */
export function readRange(
  from: string,
  to: string,
  now: UnixMs,
  names: readonly [from: string, to: string] = ['--from', '--to'],
): TimeRange {
  const range = { from: readTime(from, now, names[0]), to: readTime(to, now, names[1]) };
  if (range.from >= range.to) {
    throw new UsageError(`${names[0]} (${from}) is not before ${names[1]} (${to}).`);
  }
  return range;
}

function readTime(text: string, now: UnixMs, option: string): UnixMs {
  const time = parseTime(text, now);
  if (time !== undefined) return time;
  throw new UsageError(
    `${option} is ${JSON.stringify(text)}: expected now, now-1h, milliseconds since 1970 or ISO 8601.`,
  );
}

/** The conditions of `--selector` and of every `--filter`. @throws UsageError */
export function readMatchers(
  selector: string | undefined,
  filters: readonly string[] = [],
): Matcher[] {
  try {
    return [...parseSelector(selector ?? ''), ...filters.map(readFilter)];
  } catch (error) {
    if (error instanceof InvalidSelector) throw new UsageError(`${error.message}.`);
    throw error;
  }
}

function readFilter(text: string): Matcher {
  const [, name = '', operator = '', value = ''] = /^([^=!~]+)(=~|!~|!=|=)(.*)$/s.exec(text) ?? [];
  const known = MATCHER_OPERATORS.find((one): one is MatcherOperator => one === operator);
  if (known === undefined) {
    throw new UsageError(
      `--filter is ${JSON.stringify(text)}: expected name=value, name!=value, name=~pattern or name!~pattern.`,
    );
  }
  return { name: name.trim(), operator: known, value };
}

/** @throws UsageError */
export function readType(text: string): TypeChoice {
  if (text === 'cpu' || text === 'memory') return text;
  try {
    return parseProfileType(text).id;
  } catch {
    throw new UsageError(
      `--type is ${JSON.stringify(text)}: expected cpu, memory or a profile type's id; "types" lists them.`,
    );
  }
}

/** @throws UsageError */
export function readCount(text: string, option: string, least: number): number {
  const count = Number(text);
  if (/^\d{1,9}$/.test(text) && count >= least) return count;
  throw new UsageError(
    `${option} is ${JSON.stringify(text)}: expected a whole number of at least ${least}.`,
  );
}
