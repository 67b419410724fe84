import * as v from 'valibot';

const Levels = v.array(
  v.union([
    v.array(v.number()),
    v.pipe(
      v.object({ values: v.array(v.pipe(v.string(), v.transform(Number))) }),
      v.transform(({ values }) => values),
    ),
  ]),
);
const FlameGraph = v.object({
  names: v.array(v.string()),
  levels: Levels,
  total: v.optional(v.unknown()),
});

/**
 * An answer in a form in which equal ones are equal: a flame graph as paths with their values,
 * because siblings and names have no order; everything else as it is.
 */
export function comparable(name: string, answer: unknown): unknown {
  const graph = v.safeParse(
    v.union([
      v.pipe(
        v.object({ flamegraph: FlameGraph }),
        v.transform((a) => a.flamegraph),
      ),
      v.pipe(
        v.object({ flamebearer: FlameGraph }),
        v.transform((a) => a.flamebearer),
      ),
    ]),
    answer,
  );
  if (!graph.success) return comparableProfile(answer);
  const isDiff = name.startsWith('diff');
  const paths = readPaths(graph.output, isDiff ? 7 : 4);
  if (/maxnodes|^render$/.test(name)) {
    // With few nodes only the total and the presence of what was left out compare.
    return {
      total: paths.get('total'),
      other: [...paths.keys()].some((path) => /other$/.test(path)),
    };
  }
  return { paths: Object.fromEntries([...paths].sort()), rest: rest(answer) };
}

function rest(answer: unknown): unknown {
  const {
    names: _names,
    levels: _levels,
    ...others
  } = v.parse(v.object({ flamegraph: v.looseObject({}) }), answer).flamegraph;
  return others;
}

/** Path -> its values, without offsets. */
function readPaths(
  { names, levels }: v.InferOutput<typeof FlameGraph>,
  group: number,
): Map<string, number[]> {
  const paths = new Map<string, number[]>();
  let above: { path: string; start: number; end: number }[] = [];
  for (const values of levels) {
    const bars: typeof above = [];
    let end = 0;
    for (let at = 0; at < values.length; at += group) {
      // In a diff both sides are laid out side by side: the sum of them has the same order.
      const sides = group === 7 ? [0, 3] : [0];
      const sum = (field: number) =>
        sides.reduce((all, side) => all + values[at + side + field]!, 0);
      const start = end + sum(0);
      end = start + sum(1);
      const parent = above.find((bar) => bar.start <= start && end <= bar.end);
      const name = names[values[at + group - 1]!]!;
      const path = parent === undefined ? name : `${parent.path} > ${name}`;
      bars.push({ path, start, end });
      paths.set(
        path,
        sides.flatMap((side) => [values[at + side + 1]!, values[at + side + 2]!]),
      );
    }
    above = bars;
  }
  return paths;
}

const PprofJson = v.looseObject({
  stringTable: v.array(v.string()),
  sample: v.array(v.object({ locationId: v.array(v.string()), value: v.array(v.string()) })),
  location: v.array(
    v.object({
      id: v.string(),
      line: v.array(v.object({ functionId: v.string(), line: v.optional(v.string()) })),
    }),
  ),
  function: v.array(
    v.object({ id: v.string(), name: v.string(), filename: v.optional(v.string(), '0') }),
  ),
  sampleType: v.array(v.object({ type: v.string(), unit: v.string() })),
});

/** A pprof profile as its stack traces with functions, files and lines. */
function comparableProfile(answer: unknown): unknown {
  const parsed = v.safeParse(PprofJson, answer);
  if (!parsed.success) return answer;
  const profile = parsed.output;
  const text = (index: string) => profile.stringTable[Number(index)];
  const samples = profile.sample.map(({ locationId, value }) => {
    const frames = locationId.flatMap((id) =>
      profile.location
        .find((location) => location.id === id)!
        .line.map(({ functionId, line }) => {
          const { name, filename } = profile.function.find(({ id }) => id === functionId)!;
          return `${text(name)} ${text(filename)}:${line}`;
        }),
    );
    return [...frames, ...value].join('\n');
  });
  return {
    samples: samples.sort(),
    types: profile.sampleType.map(({ type, unit }) => [text(type), text(unit)]),
  };
}
