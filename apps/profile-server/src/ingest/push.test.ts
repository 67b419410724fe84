import { gzipSync } from 'node:zlib';
import { create } from '@bufbuild/protobuf';
import { DEFAULT_LIMITS } from '@hsi/pprof-codec';
import { PushRequestSchema } from '@hsi/pyroscope-api/server';
import { afterEach, expect, test } from 'vitest';
import { MS, pprof } from '../testing/requests.ts';
import { decodePush } from './push.ts';

const LABELS = [
  { name: '__name__', value: 'process_cpu' },
  { name: 'service_name', value: 'app' },
];

function pushOf(count: number, rawProfile: Uint8Array) {
  const samples = Array.from({ length: count }, () => ({ rawProfile }));
  return create(PushRequestSchema, { series: [{ labels: LABELS, samples }] });
}

let immediate: NodeJS.Immediate | undefined;
afterEach(() => clearImmediate(immediate));

/** Counts the turns of the event loop from now on. */
function countTurns(): () => number {
  let turns = 0;
  const turn = () => {
    turns++;
    immediate = setImmediate(turn);
  };
  immediate = setImmediate(turn);
  return () => turns;
}

test('a push of many profiles lets other requests be answered between them', async () => {
  const push = pushOf(1_000, gzipSync(pprof()));
  const turns = countTurns();
  expect(await decodePush(push, DEFAULT_LIMITS, MS)).toHaveLength(1_000);
  expect(turns()).toBeGreaterThanOrEqual(9);
});

test('all profiles of a push together inflate to at most what one may', async () => {
  const profile = pprof(`main;${'work'.repeat(500)} 5`);
  const limits = { ...DEFAULT_LIMITS, inflatedBytes: 3 * profile.length };
  expect(await decodePush(pushOf(3, gzipSync(profile)), limits, MS)).toHaveLength(3);
  await expect(decodePush(pushOf(4, gzipSync(profile)), limits, MS)).rejects.toThrow(
    `The profile cannot be read: series[0].samples[3] and the profiles before it inflate to more than ${limits.inflatedBytes} bytes.`,
  );
});

test('all profiles of a push together have at most ten times the samples of one', async () => {
  const profile = gzipSync(pprof('main 1\nwork 2\nidle 3'));
  const limits = { ...DEFAULT_LIMITS, samples: 3 };
  expect(await decodePush(pushOf(10, profile), limits, MS)).toHaveLength(10);
  await expect(decodePush(pushOf(11, profile), limits, MS)).rejects.toThrow(
    'series[0].samples[10] and the profiles before it have more than 30 samples.',
  );
});

test('a series without a service, or with an empty one, has an unspecified one', async () => {
  const [name] = LABELS;
  for (const labels of [[name!], [name!, { name: 'service_name', value: '' }]]) {
    const samples = [{ rawProfile: gzipSync(pprof()) }];
    const push = create(PushRequestSchema, { series: [{ labels, samples }] });
    const [profile] = await decodePush(push, DEFAULT_LIMITS, MS);
    expect(profile!.labels).toEqual({ service_name: 'unspecified' });
  }
});
