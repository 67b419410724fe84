import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type ProfileTables } from '@hsi/profile-model';
import { Profile } from 'pprof-format';
import { describe, expect, test } from 'vitest';
import { decodePprof } from './decode-pprof.ts';
import { encodePprof } from './encode-pprof.ts';

const FIXTURES = new URL('./fixtures/', import.meta.url);
const FILES = readdirSync(FIXTURES).filter((name) => /\.(bin|pb\.gz)$/.test(name));

function recorded(name: string): Uint8Array {
  const bytes = readFileSync(new URL(name, FIXTURES));
  return bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
}

/** One line per sample: labels, frames from the root, values. */
function lines(tables: ProfileTables): string[] {
  const { samples, frames, strings, labelSets, spans, sampleTypes } = tables;
  return Array.from({ length: samples.count }, (_, sample) => {
    const stack = [
      ...samples.stackFrames.subarray(samples.stackStart[sample], samples.stackStart[sample + 1]),
    ];
    const names = stack.map(
      (frame) =>
        `${strings[frames.name[frame]!]}|${strings[frames.file[frame]!]}:${frames.line[frame]}`,
    );
    const values = [
      ...samples.values.subarray(sample * sampleTypes.length, (sample + 1) * sampleTypes.length),
    ];
    const labels = JSON.stringify(labelSets[samples.labelSet[sample]!]);
    return `${labels} ${spans[samples.span[sample]!] ?? ''} ${names.join(';')} ${values.join(',')}`;
  });
}

/** The same lines, read with pprof-format. */
function referenceLines(bytes: Uint8Array): string[] {
  const profile = Profile.decode(bytes);
  const { strings } = profile.stringTable;
  const text = (index: number | bigint) => strings[Number(index)]!;
  const locations = new Map(profile.location.map((location) => [Number(location.id), location]));
  const functions = new Map(profile.function.map((entry) => [Number(entry.id), entry]));
  return profile.sample.map((sample) => {
    const names = sample.locationId.flatMap((id) =>
      locations.get(Number(id))!.line.map(({ functionId, line }) => {
        const { name, filename } = functions.get(Number(functionId))!;
        return `${text(name).replace(/\[go\.shape\..*\]/, '')}|${text(filename)}:${Number(line)}`;
      }),
    );
    const labels: Record<string, string> = {};
    let span = '';
    for (const { key, str } of sample.label) {
      if (['span_id', 'profile_id'].includes(text(key))) span = text(str);
      else if (Number(str) !== 0) labels[text(key)] = text(str);
    }
    return `${JSON.stringify(labels)} ${span} ${names.reverse().join(';')} ${sample.value.map(Number).join(',')}`;
  });
}

describe.each(FILES)('%s', (name) => {
  test('decodes as pprof-format does', () => {
    const bytes = recorded(name);
    const tables = decodePprof(bytes);
    const reference = Profile.decode(bytes);
    const text = (index: number | bigint) => reference.stringTable.strings[Number(index)];
    expect(lines(tables)).toEqual(referenceLines(bytes));
    expect(tables.sampleTypes).toEqual(
      reference.sampleType.map(({ type, unit }) => ({ type: text(type), unit: text(unit) })),
    );
    expect(tables.timeNanos).toBe(BigInt(reference.timeNanos));
    expect(tables.durationNanos).toBe(BigInt(reference.durationNanos));
    expect(tables.period).toBe(Number(reference.period));
  });

  test('encodes to a profile that decodes to the same', () => {
    const tables = decodePprof(recorded(name));
    const again = decodePprof(encodePprof(tables));
    expect(lines(again)).toEqual(lines(tables));
    expect(again.sampleTypes).toEqual(tables.sampleTypes);
    expect(again.periodType).toEqual(tables.periodType);
    expect([again.timeNanos, again.durationNanos, again.period]).toEqual([
      tables.timeNanos,
      tables.durationNanos,
      tables.period,
    ]);
  });
});
