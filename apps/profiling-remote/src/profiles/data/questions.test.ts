import { PyroscopeClient } from '@hsi/pyroscope-api';
import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import { FakePyroscope } from '../../testing/fake-pyroscope.ts';
import { NODES } from './graph.ts';
import { Questions } from './questions.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const WALL = 'wall:cpu:nanoseconds:wall:nanoseconds';
const SAMPLES = 'process_cpu:samples:count:cpu:nanoseconds';
const HOUR = 3_600_000;
const TO = 1_800_000_000_000;

function ask(fake: FakePyroscope, answersAll: boolean, hours = 1): Questions {
  const source = new PyroscopeClient({ baseUrl: '/profiles', fetch: fake.fetch });
  const range = { from: TO - hours * HOUR, to: TO };
  return new Questions(new QueryClient(), source, { range, refresh: '0' }, answersAll);
}

const signal = new AbortController().signal;
const types = (fake: FakePyroscope) => fake.asked.map(({ profileTypeID }) => profileTypeID);

describe('a graph', () => {
  const request = { service: 'rt-detr', type: 'cpu', filters: [], maxNodes: NODES.inGrid } as const;

  it('is one request where the service sends the uniform type', async () => {
    const fake = new FakePyroscope().push({ service: 'rt-detr', type: CPU, at: TO, stacks: 'a 5' });
    const answer = await ask(fake, true).graph(request).queryFn({ signal });
    expect([answer.tree.total[0], answer.typeId, answer.unit]).toEqual([5, CPU, 'nanoseconds']);
    expect(types(fake)).toEqual([CPU]);
  });

  it('is asked for again with the next best type that the service has', async () => {
    const fake = new FakePyroscope()
      .push({ service: 'rt-detr', type: SAMPLES, at: TO, stacks: 'a 9' })
      .push({ service: 'rt-detr', type: WALL, at: TO, stacks: 'a 7' });
    const answer = await ask(fake, true).graph(request).queryFn({ signal });
    expect([answer.tree.total[0], answer.typeId]).toEqual([7, WALL]);
    expect(types(fake)).toEqual([CPU, undefined, WALL]);
  });

  it('is empty, and says that there is no such type, for a service without one', async () => {
    const fake = new FakePyroscope().push({
      service: 'rt-detr',
      type: 'x:y:z:a:b',
      at: TO,
      stacks: 'a 1',
    });
    const answer = await ask(fake, true).graph(request).queryFn({ signal });
    expect([answer.tree.total[0], answer.typeId]).toEqual([0, undefined]);
  });

  it('of one profile type is asked for as it is', async () => {
    const fake = new FakePyroscope();
    const answer = await ask(fake, true)
      .graph({ ...request, type: SAMPLES })
      .queryFn({ signal });
    expect([answer.typeId, answer.unit]).toEqual([SAMPLES, 'count']);
    expect(fake.asked).toHaveLength(1);
  });
});

describe('what a service sends', () => {
  const push = (at: number) => ({ service: 'rt-detr', type: WALL, at, stacks: 'a 1' });

  it('is asked by name where the list of all services may lack it', async () => {
    const fake = new FakePyroscope().push(push(TO));
    fake.onlyByName = true;
    expect(await ask(fake, true).typesOf('rt-detr')).toEqual([]);
    expect(await ask(fake, false).typesOf('rt-detr')).toEqual([WALL]);
  });

  it('is asked of the last day where a long range has no answer', async () => {
    const fake = new FakePyroscope().push(push(TO - HOUR));
    const source = new PyroscopeClient({
      baseUrl: '/profiles',
      fetch: async (input, init) => {
        const { start, end } = JSON.parse(String(init?.body)) as { start: string; end: string };
        const isLong = Number(end) - Number(start) > 48 * HOUR;
        return isLong ? Response.json({ labelsSet: [] }) : fake.fetch(input, init);
      },
    });
    const range = { from: TO - 30 * 24 * HOUR, to: TO };
    const questions = new Questions(new QueryClient(), source, { range, refresh: '0' }, false);
    expect(await questions.typesOf('rt-detr')).toEqual([WALL]);
  });

  it('is asked of the last day where a long range is refused', async () => {
    const fake = new FakePyroscope().push(push(TO - HOUR));
    fake.longestRange = 24 * HOUR;
    expect(
      (
        await ask(fake, false, 24 * 7)
          .service('rt-detr')
          .queryFn({ signal })
      )?.types,
    ).toEqual([WALL]);
    fake.mode = 500;
    await expect(ask(fake, false).service('rt-detr').queryFn({ signal })).rejects.toThrow();
  });

  it('is nothing for a service that is not there', async () => {
    expect(await ask(new FakePyroscope(), true).service('nope').queryFn({ signal })).toBeNull();
  });
});

describe('the lines of one service', () => {
  it.each(['zone', 'constructor', '__proto__'])(
    'by a label that it has not, %s, are one',
    async (by) => {
      const fake = new FakePyroscope();
      fake.push({ service: 'rt-detr', type: CPU, at: TO - 1_000, stacks: 'a 1' });
      const scope = { service: 'rt-detr', model: undefined, by };
      const { series } = await ask(fake, true).timeline('cpu', [], scope).queryFn({ signal });
      expect(series.map(({ key, title }) => [key, title])).toEqual([['', `no ${by}`]]);
    },
  );
});

describe('the lines of all services', () => {
  it('are one request and one more for each further type', async () => {
    const fake = new FakePyroscope();
    fake.push({ service: 'florence', type: CPU, at: TO - 1_000, stacks: 'a 1' });
    fake.push({ service: 'rt-detr', type: WALL, at: TO - 1_000, stacks: 'a 2' });
    fake.push({ service: 'nemotron', type: WALL, at: TO - 1_000, stacks: 'a 3' });
    const { series } = await ask(fake, true).timeline('cpu', []).queryFn({ signal });
    expect(series.map(({ title, typeId }) => [title, typeId])).toEqual([
      ['RT-DETR', WALL],
      ['Nemotron', WALL],
      ['Florence', CPU],
    ]);
    expect(fake.count('SelectSeries')).toBe(2);
    expect(fake.asked.at(-1)?.labelSelector).toBe('{service_name=~"rt-detr|nemotron"}');
  });
});
