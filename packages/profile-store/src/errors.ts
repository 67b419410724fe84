/**
 * Nothing was stored, and the store cannot store at present; or it cannot read, as not all of its
 * files are open. It tries to recover by itself.
 */
export class StoreUnavailable extends Error {
  constructor(reason: string, options?: ErrorOptions, what: 'stored' | 'read' = 'stored') {
    super(`Profiles cannot be ${what} at present: ${plainly(reason)}`, options);
    this.name = 'StoreUnavailable';
  }
}

/** The usual reasons in plain words; DuckDB's own text goes to the log. */
function plainly(reason: string): string {
  if (/no space left|disk full/i.test(reason)) return 'the disk is full. Free some space.';
  if (/read-only file system|EROFS/i.test(reason)) return 'the data directory can only be read.';
  return reason;
}

/** Why the store refuses a profile; each is a reason in the server's metrics. */
export type StoreRefusalReason =
  | 'labels_per_series'
  | 'label_length'
  | 'series_per_tenant'
  | 'out_of_retention'
  | 'too_far_ahead'
  | 'time_range';

/** A profile that the store does not take; nothing of it was stored. */
export class ProfileRefused extends Error {
  constructor(
    readonly reason: StoreRefusalReason,
    message: string,
  ) {
    super(message);
    this.name = 'ProfileRefused';
  }
}

/** A label selector whose regular expression does not compile. */
export class InvalidMatcher extends Error {
  constructor(pattern: string, reason: string) {
    super(
      `parsing label selector: invalid regular expression ${JSON.stringify(pattern)}: ${reason}`,
    );
    this.name = 'InvalidMatcher';
  }
}

/** A part of a file cannot be read as it was written: the file is left aside. */
export class DamagedFile extends Error {
  constructor(
    /** Name of its stretch. */
    readonly stretch: string,
    options: { readonly cause: Error },
  ) {
    super(`${stretch}.duckdb is damaged: ${options.cause.message}`, options);
    this.name = 'DamagedFile';
  }
}

/** A file was taken away while it was in use: what was last written to it is gone. */
export class RemovedFile extends Error {
  constructor(path: string) {
    super(`${path} was removed while it was in use`);
    this.name = 'RemovedFile';
  }
}

/** The data directory cannot be used: another format version, another process, no directory. */
export class UnusableDataDirectory extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnusableDataDirectory';
  }
}
