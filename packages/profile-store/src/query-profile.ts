import { type ProfileTables, ProfileTablesBuilder, type ProfileType } from '@hsi/profile-model';
import { type Dictionary, type StackId } from './dictionary.ts';
import { treeSql } from './query-tree.ts';
import { type StretchSelection } from './selection.ts';

/** Merges the samples of a selection into one profile, with files and lines. Reads as `mergeTree`. */
export async function mergeProfile(
  type: ProfileType,
  parts: readonly StretchSelection[],
  spanIds?: readonly string[],
): Promise<ProfileTables> {
  const builder = new ProfileTablesBuilder();
  for (const part of parts) {
    if (spanIds !== undefined && !part.stretch.hasSpans) continue;
    const rows = await part.stretch.read(treeSql(part, spanIds));
    // After the rows, as in `mergeTree`.
    const dictionary = await part.stretch.dictionary();
    const frames = new FrameCopier(dictionary, builder);
    while (rows.next() > 0) {
      const [stacks, values] = [rows.int32(0), rows.int64(1)];
      for (const [row, stack] of stacks.entries()) builder.add(frames.of(stack), [values[row]!]);
    }
  }
  return builder.build({
    sampleTypes: [{ type: type.sampleType, unit: type.sampleUnit }],
    periodType: { type: type.periodType, unit: type.periodUnit },
    period: 0,
  });
}

/** Copies stack traces of a dictionary into a profile. */
export class FrameCopier {
  private readonly copied = new Map<number, number>();

  constructor(
    private readonly dictionary: Dictionary,
    private readonly builder: ProfileTablesBuilder,
  ) {}

  of(stack: StackId): number[] {
    return this.dictionary.frames(stack).map((frame) => this.frame(frame));
  }

  private frame(frame: number): number {
    const found = this.copied.get(frame);
    if (found !== undefined) return found;
    const { strings, frameName, frameFile, frameLine, frameStartLine } = this.dictionary;
    const made = this.builder.frame(
      strings[frameName.data[frame]!]!,
      strings[frameFile.data[frame]!]!,
      frameLine.data[frame]!,
      frameStartLine.data[frame]!,
    );
    this.copied.set(frame, made);
    return made;
  }
}
