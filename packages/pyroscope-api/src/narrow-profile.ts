import { type ProfileTables, ProfileTablesBuilder, TRUNCATED_NAME } from '@hsi/profile-model';

/** A stack trace's frames, root first, and its values. */
interface Sample {
  readonly frames: readonly number[];
  readonly values: readonly (number | bigint)[];
}

/** The samples whose stack traces begin with these function names, root first. */
export function profileOfCallSite(
  tables: ProfileTables,
  callSite: readonly string[],
): ProfileTables {
  if (callSite.length === 0) return tables;
  const nameOf = (frame: number | undefined) =>
    frame === undefined ? undefined : tables.strings[tables.frames.name[frame]!];
  const kept = samplesOf(tables).filter(({ frames }) =>
    callSite.every((name, depth) => nameOf(frames[depth]) === name),
  );
  return rebuilt(tables, kept);
}

/**
 * The last `keepFrames` frames of each stack trace (0 keeps all), as Go's compiler reads them for
 * profile-guided optimization. With `aggregateCallees` the line within the last function counts for
 * nothing, so that a function is one frame whatever it was doing.
 */
export function profileForPgo(
  tables: ProfileTables,
  keepFrames: number,
  aggregateCallees: boolean,
): ProfileTables {
  const { strings, frames } = tables;
  const builder = new ProfileTablesBuilder();
  for (const { frames: stack, values } of samplesOf(tables)) {
    const kept = keepFrames > 0 ? stack.slice(-keepFrames) : stack;
    builder.add(
      kept.map((frame, at) =>
        builder.frame(
          strings[frames.name[frame]!]!,
          strings[frames.file[frame]!]!,
          aggregateCallees && at === kept.length - 1 ? 0 : frames.line[frame]!,
          frames.startLine[frame]!,
        ),
      ),
      values,
    );
  }
  const cut = builder.build(tables);
  return rebuilt(cut, samplesOf(cut));
}

/** A node of the tree that a profile's stack traces make, by frame. */
interface Node {
  readonly children: Map<number, Node>;
  total: number;
}

/**
 * About `maxNodes` nodes of a profile's tree, the greatest; what is left out below a node becomes
 * one frame named `other`, so that all totals stay. 0 keeps everything.
 */
export function truncateProfile(tables: ProfileTables, maxNodes: number): ProfileTables {
  const root: Node = { children: new Map(), total: 0 };
  const samples = samplesOf(tables);
  const totals: Node[] = [];
  for (const { frames, values } of samples) {
    let node = root;
    for (const frame of frames) {
      let child = node.children.get(frame);
      if (child === undefined) {
        child = { children: new Map(), total: 0 };
        node.children.set(frame, child);
        totals.push(child);
      }
      child.total += Number(values[0]);
      node = child;
    }
  }
  if (maxNodes <= 0 || totals.length <= maxNodes) return tables;
  const least = Float64Array.from(totals, ({ total }) => total).sort()[totals.length - maxNodes]!;
  const cut = samples.map(({ frames, values }) => {
    let node = root;
    const kept: number[] = [];
    for (const frame of frames) {
      node = node.children.get(frame)!;
      if (node.total < least) return { frames: [...kept, OTHER], values };
      kept.push(frame);
    }
    return { frames, values };
  });
  return rebuilt(tables, cut);
}

/** Stands for the frames that were left out. */
const OTHER = -1;

function samplesOf({ samples, sampleTypes }: ProfileTables): Sample[] {
  const types = sampleTypes.length;
  return Array.from({ length: samples.count }, (_, at) => ({
    frames: [...samples.stackFrames.subarray(samples.stackStart[at], samples.stackStart[at + 1])],
    values: [...(samples.exactValues ?? samples.values).slice(at * types, (at + 1) * types)],
  }));
}

/** The tables of other samples; equal stack traces become one. */
function rebuilt(tables: ProfileTables, samples: readonly Sample[]): ProfileTables {
  const { strings, frames, sampleTypes, periodType, period, timeNanos, durationNanos } = tables;
  const merged = new Map<string, { frames: readonly number[]; values: bigint[] }>();
  for (const sample of samples) {
    const key = sample.frames.join(',');
    const found = merged.get(key) ?? { frames: sample.frames, values: sampleTypes.map(() => 0n) };
    merged.set(key, found);
    for (const [type, value] of sample.values.entries()) found.values[type]! += BigInt(value);
  }
  const builder = new ProfileTablesBuilder();
  for (const { frames: stack, values } of merged.values()) {
    builder.add(
      stack.map((frame) =>
        frame === OTHER
          ? builder.frame(TRUNCATED_NAME)
          : builder.frame(
              strings[frames.name[frame]!]!,
              strings[frames.file[frame]!]!,
              frames.line[frame]!,
              frames.startLine[frame]!,
            ),
      ),
      values,
    );
  }
  return builder.build({ sampleTypes, periodType, period, timeNanos, durationNanos });
}
