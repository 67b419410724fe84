import {
  labelSetKey,
  type LabelSet,
  profileType,
  type ProfileTables,
  type ProfileType,
} from '@hsi/profile-model';
import { ProfileRefused } from './errors.ts';
import { type IncomingProfile, type StoreLimits } from './incoming.ts';

/** The samples of one profile that are of one type and have one label set: a series' profile. */
export interface SeriesProfile {
  /** Equal for equal label sets of one tenant. */
  readonly key: string;
  readonly labels: () => LabelSet;
  /** Index of the sample type. */
  readonly type: number;
  /** Indices of the samples. */
  readonly samples: Int32Array;
  /** Sum of the values, above 0. */
  readonly total: bigint | number;
}

/**
 * Divides a profile into the profiles of its series: one for each sample type and each set of
 * sample labels. What has no value above 0 makes no series.
 * @throws ProfileRefused when a label set is beyond the limits
 */
export function splitProfile(incoming: IncomingProfile, limits: StoreLimits): SeriesProfile[] {
  const { tables } = incoming;
  const { sampleTypes } = tables;
  const baseKey = labelSetKey(incoming.labels);
  const found: SeriesProfile[] = [];
  for (const [group, samples] of samplesByLabelSet(tables).entries()) {
    if (samples.length === 0) continue;
    const sampleLabels = tables.labelSets[group]!;
    const merged = { ...ownLabels(sampleLabels), ...incoming.labels };
    checkLabels(merged, limits);
    const groupKey = `${baseKey}${labelSetKey(sampleLabels)}`;
    for (const [type, { type: sampleType, unit }] of sampleTypes.entries()) {
      const total = sum(tables, samples, type);
      if (Number(total) === 0) continue;
      const id = profileType(
        incoming.name,
        sampleType,
        unit,
        tables.periodType.type,
        tables.periodType.unit,
      );
      found.push({
        key: `${id.id}${groupKey}`,
        labels: () => seriesLabels(merged, id),
        type,
        samples,
        total,
      });
    }
  }
  return found;
}

/** Labels with two underscores in front are the server's; samples cannot set them. */
function ownLabels(labels: LabelSet): LabelSet {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !name.startsWith('__')));
}

function seriesLabels(labels: LabelSet, type: ProfileType): LabelSet {
  return {
    ...labels,
    __name__: type.name,
    __type__: type.sampleType,
    __unit__: type.sampleUnit,
    __period_type__: type.periodType,
    __period_unit__: type.periodUnit,
    __profile_type__: type.id,
    __service_name__: labels.service_name ?? '',
  };
}

function checkLabels(labels: LabelSet, limits: StoreLimits): void {
  const entries = Object.entries(labels);
  if (entries.length > limits.labelsPerSeries) {
    throw new ProfileRefused(
      'labels_per_series',
      `A series has ${entries.length} labels; the limit is ${limits.labelsPerSeries}.`,
    );
  }
  for (const [name, value] of entries) {
    if (name.length <= limits.labelNameLength && value.length <= limits.labelValueLength) continue;
    const what = name.length > limits.labelNameLength ? 'name' : 'value';
    const limit = what === 'name' ? limits.labelNameLength : limits.labelValueLength;
    throw new ProfileRefused(
      'label_length',
      `The ${what} of label ${JSON.stringify(name.slice(0, 60))} is longer than ${limit} characters.`,
    );
  }
}

/** Label set -> indices of its samples. */
function samplesByLabelSet({ labelSets, samples }: ProfileTables): Int32Array[] {
  const counts = new Int32Array(labelSets.length);
  for (const set of samples.labelSet) counts[set]!++;
  const groups = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  for (let sample = 0; sample < samples.count; sample++) {
    const set = samples.labelSet[sample]!;
    groups[set]![counts[set]!++] = sample;
  }
  return groups;
}

/** Exact: a bigint when a number would not be. */
function sum(tables: ProfileTables, samples: Int32Array, type: number): bigint | number {
  const types = tables.sampleTypes.length;
  const { values, exactValues } = tables.samples;
  let total = 0;
  for (const sample of samples) total += values[sample * types + type]!;
  if (total <= Number.MAX_SAFE_INTEGER) return total;
  let exact = 0n;
  for (const sample of samples) {
    const at = sample * types + type;
    exact += exactValues?.[at] ?? BigInt(values[at]!);
  }
  return exact;
}
