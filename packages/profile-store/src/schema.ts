/** Version of the files' layout. A file of another version is refused with a sentence. */
export const FORMAT_VERSION = 1;

export type TableName =
  | 'string'
  | 'frame'
  | 'stack'
  | 'series'
  | 'profile'
  | 'sample'
  | 'span_sample'
  | 'rollup'
  | 'rolled';

/*
 * One file holds one stretch of time with its own dictionaries, so that a commit writes one file
 * and retention removes one. Times are nanoseconds since 1970; values are in the profile type's
 * unit. A sample is in `sample` or, when it belongs to a span, in `span_sample`, never in both.
 */
export const TABLES: Readonly<Record<TableName, string>> = {
  string: 'id INTEGER, text VARCHAR',
  frame: 'id INTEGER, name INTEGER, file INTEGER, start_line INTEGER, line INTEGER',
  stack: 'id INTEGER, parent INTEGER, frame INTEGER',
  series: 'id INTEGER, tenant VARCHAR, labels VARCHAR',
  profile: 'id INTEGER, series INTEGER, time BIGINT, duration BIGINT, period BIGINT, total BIGINT',
  sample: 'profile INTEGER, stack INTEGER, value BIGINT',
  span_sample: 'profile INTEGER, stack INTEGER, value BIGINT, span BIGINT',
  rollup: 'level INTEGER, bucket INTEGER, series INTEGER, stack INTEGER, value BIGINT',
  rolled: 'level INTEGER, bucket INTEGER, last_profile INTEGER',
};
