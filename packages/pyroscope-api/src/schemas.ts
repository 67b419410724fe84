import * as v from 'valibot';

/*
 * Pyroscope's API as JSON (the JSON form of protobuf): int64 are decimal strings, a field that has
 * its zero value is left out, unknown fields are ignored.
 */

/** An int64. Some servers and tools send a number where the mapping asks for a text. */
const Int64 = v.union([v.pipe(v.string(), v.regex(/^-?\d{1,20}$/)), v.number()]);
const Text = v.optional(v.string(), '');

/** A double; the JSON mapping writes what JSON lacks as text. */
const Double = v.union([
  v.number(),
  v.pipe(v.picklist(['NaN', 'Infinity', '-Infinity']), v.transform(Number)),
]);

function list<Item extends v.GenericSchema>(item: Item) {
  return v.optional(v.array(item), []);
}

export const LabelPair = v.object({ name: Text, value: Text });

export const ProfileTypesResponse = v.object({
  profileTypes: list(
    v.object({
      ID: v.string(),
      name: Text,
      sampleType: Text,
      sampleUnit: Text,
      periodType: Text,
      periodUnit: Text,
    }),
  ),
});

export const NamesResponse = v.object({ names: list(v.string()) });

export const SeriesResponse = v.object({
  labelsSet: list(v.object({ labels: list(LabelPair) })),
});

/** The values are checked where the levels are read: a large graph has hundreds of thousands. */
export const FlameGraphResponse = v.object({
  flamegraph: v.optional(
    v.object({
      names: list(v.string()),
      levels: list(v.object({ values: v.optional(v.array(v.unknown()), []) })),
    }),
  ),
});

export const SelectSeriesResponse = v.object({
  series: list(
    v.object({
      labels: list(LabelPair),
      points: list(
        v.object({
          value: v.optional(Double, 0),
          timestamp: v.pipe(v.optional(Int64, '0'), v.transform(Number)),
        }),
      ),
    }),
  ),
});

export const ErrorResponse = v.object({ code: v.string(), message: Text });
