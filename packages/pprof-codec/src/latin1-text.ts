const LATIN1 = new TextDecoder('latin1');

/** What Node's Buffer offers; it takes a twentieth of the time of the decoder that browsers have. */
interface HasLatin1 {
  latin1Slice(): string;
}

/** Bytes as a text with one character for each; right where they are ASCII. */
export function latin1Text(bytes: Uint8Array): string {
  return hasLatin1(bytes) ? bytes.latin1Slice() : LATIN1.decode(bytes);
}

function hasLatin1(bytes: object): bytes is HasLatin1 {
  return 'latin1Slice' in bytes && typeof bytes.latin1Slice === 'function';
}
