/**
 * A `traceparent` header (W3C Trace Context, version 00) that starts a sampled trace with a person's
 * action. The gateway passes it on, so that the backend's spans and its audit row carry this trace.
 */
export function newTraceparent(): string {
  return `00-${randomHex(16)}-${randomHex(8)}-01`;
}

function randomHex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  // All zeros mean "none" in the standard.
  random[0] ||= 1;
  return Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
