import { PyroscopeClient } from '@hsi/pyroscope-api';
import { drawTree } from '@hsi/test-kit';
import { expect, test } from 'vitest';
import { FakePyroscope, recordedTree } from './fake-pyroscope.ts';

const WALL = 'wall:cpu:nanoseconds:wall:nanoseconds';
const backend = { service: 'nemotron-backend', type: WALL } as const;
const range = { from: 1_795_397_400_000, to: 1_795_397_720_000 };

test('answers a recorded selection as the real server did', async () => {
  const fake = new FakePyroscope()
    .push({
      ...backend,
      at: 1_795_397_590_000,
      labels: { model: 'clip-vit-l' },
      stacks: 'backendClip',
    })
    .push({ ...backend, at: 1_795_397_595_000, stacks: 'backendOthers' });
  const client = new PyroscopeClient({ baseUrl: '/profiles', fetch: fake.fetch });
  const select = (model?: string) =>
    client.selectMergeStacktraces({
      profileTypeId: WALL,
      matchers: [
        { name: 'service_name', operator: '=', value: 'nemotron-backend' },
        ...(model === undefined ? [] : [{ name: 'model', operator: '=', value: model } as const]),
      ],
      ...range,
    });
  const sorted = (name: 'backendCpu' | 'backendClip') => drawTree(recordedTree(name)).sort();
  expect(drawTree(await select()).sort()).toEqual(sorted('backendCpu'));
  expect(drawTree(await select('clip-vit-l')).sort()).toEqual(sorted('backendClip'));
});

test('sums steps that end at their time', async () => {
  const fake = new FakePyroscope()
    .push({ ...backend, at: 1_000_000, stacks: 'main 3' })
    .push({ ...backend, at: 1_000_001, stacks: 'main 4' })
    .push({ ...backend, at: 1_010_000, stacks: 'main 6' });
  const client = new PyroscopeClient({ baseUrl: '/profiles', fetch: fake.fetch });
  const ask = async (aggregation: 'sum' | 'average') =>
    (
      await client.selectSeries({
        profileTypeId: WALL,
        matchers: [],
        from: 1_000_000,
        to: 1_010_000,
        stepSeconds: 10,
        aggregation,
      })
    )[0]?.points;
  expect(await ask('sum')).toEqual([
    { time: 1_000_000, value: 3 },
    { time: 1_010_000, value: 10 },
  ]);
  expect(await ask('average')).toEqual([
    { time: 1_000_000, value: 3 },
    { time: 1_010_000, value: 5 },
  ]);
});
