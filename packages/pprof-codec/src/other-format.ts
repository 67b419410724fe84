import { latin1Text } from './latin1-text.ts';
import { MalformedProfile } from './malformed-profile.ts';

/** Bytes at the beginning that tell a text from protobuf. */
const BEGINNING = 24;

/**
 * What bytes are that are not pprof, where their beginning tells it: what is wrong with them as
 * protobuf helps nobody who sends another format. Gives `error` when it does not tell.
 */
export function asOtherFormat(bytes: Uint8Array, error: MalformedProfile): MalformedProfile {
  const beginning = latin1Text(bytes.subarray(0, BEGINNING));
  const format = formatOf(beginning);
  if (format === undefined) return error;
  return new MalformedProfile('profile', `is ${format}, not pprof`);
}

function formatOf(beginning: string): string | undefined {
  if (beginning.startsWith('FLR\0')) return 'a Java flight recording (jfr)';
  if (/^go \d.{0,8} trace\0/.test(beginning)) return 'an execution trace of Go';
  if (!/^[\t\r\n\x20-\x7e]{4,}$/.test(beginning)) return undefined;
  if (beginning.trimStart().startsWith('{')) return 'JSON';
  return `text that begins with ${JSON.stringify(beginning)}`;
}
