/** Why a profile is refused; each is a reason in the server's metrics. */
export type RefusalReason =
  'malformed' | 'inflated_size' | 'sample_count' | 'stack_depth' | 'string_length' | 'label_count';

/**
 * A profile that is not stored. `field` names the place as the format does, with the index of a
 * repeated field: `sample[3].location_id[0]`.
 */
export class MalformedProfile extends Error {
  constructor(
    readonly field: string,
    readonly problem: string,
    readonly reason: RefusalReason = 'malformed',
  ) {
    super(`The profile cannot be read: ${field} ${problem}.`);
    this.name = 'MalformedProfile';
  }
}

/** What a decoder does at most. Every limit is checked before the work that it limits. */
export interface DecodeLimits {
  /** Bytes of the profile after decompression. */
  readonly inflatedBytes: number;
  readonly samples: number;
  /** Frames of one stack trace. */
  readonly stackDepth: number;
  /** Bytes of one text (a function's name, a label's value). */
  readonly stringBytes: number;
  /** Labels of one sample. */
  readonly sampleLabels: number;
}

/** Decoding blocks whoever does it: a profile at these limits takes about a fifth of a second. */
export const DEFAULT_LIMITS: DecodeLimits = {
  inflatedBytes: 32_000_000,
  samples: 50_000,
  stackDepth: 2_048,
  stringBytes: 65_535,
  sampleLabels: 100,
};
