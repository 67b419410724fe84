import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MS, pprof, RANGE, TestClient, TYPE } from '../testing/requests.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
let client: TestClient;
async function start(...args: Parameters<typeof startTestServer>): Promise<void> {
  server = await startTestServer(...args);
  client = new TestClient(server);
}
beforeEach(() => start());
afterEach(() => server.close());

describe('queries', () => {
  test('of a call site', async () => {
    await client.push(pprof('main;work 5\nmain;idle 3\nother 1'));
    const body = {
      ...RANGE,
      profileTypeID: TYPE,
      labelSelector: '{}',
      stackTraceSelector: { callSite: [{ name: 'main' }, { name: 'work' }] },
    };
    const { flamegraph } = (await client.ask('SelectMergeStacktraces', body)).json<{
      flamegraph: { names: string[]; total: string };
    }>();
    expect(flamegraph.names).toEqual(['total', 'main', 'work']);
    expect(flamegraph.total).toBe('5');
  });

  test('label names with dots are for clients that take them', async () => {
    await client.push(pprof(), 'name=app%7Botel.name%3Dx%7D&format=pprof');
    const accept = { accept: 'application/json; allow-utf8-labelnames=true' };
    expect((await client.ask('LabelNames', RANGE)).body).not.toContain('otel.name');
    expect((await client.ask('LabelNames', RANGE, accept)).body).toContain('otel.name');
    expect((await client.ask('Series', RANGE)).body).not.toContain('otel.name');
    expect((await client.ask('Series', RANGE, accept)).body).toContain('otel.name');
  });

  test('series that differ only in a hidden label are one', async () => {
    for (const version of ['1', '2']) {
      await client.push(pprof(), `name=app%7Botel.version%3D${version}%7D&format=pprof`);
    }
    const sets = async (body: object, headers?: Record<string, string>) => {
      const answer = await client.ask('Series', { ...RANGE, ...body }, headers);
      return answer.json<{ labelsSet?: { labels: unknown[] }[] }>().labelsSet ?? [];
    };
    expect(await sets({})).toHaveLength(1);
    expect(await sets({}, { accept: '*/*; allow-utf8-labelnames=true' })).toHaveLength(2);
    expect(await sets({ labelNames: ['otel.version'] })).toEqual([]);
    expect(await sets({ labelNames: ['otel.version', 'service_name'] })).toEqual([
      { labels: [{ name: 'service_name', value: 'app' }] },
    ]);
  });

  test('a series has to match every selector about labels', async () => {
    await client.push(pprof(), 'name=app%7Bzone%3Da%7D&format=pprof');
    await client.push(pprof(), 'name=other%7Bzone%3Da%7D&format=pprof');
    const matchers = ['{service_name="app"}', '{zone="a"}'];
    const names = async (method: string, body: object) =>
      (await client.ask(method, { ...RANGE, ...body })).json<object>();
    expect(await names('LabelValues', { name: 'service_name', matchers })).toEqual({
      names: ['app'],
    });
    expect(await names('Series', { labelNames: ['service_name'], matchers })).toEqual({
      labelsSet: [{ labels: [{ name: 'service_name', value: 'app' }] }],
    });
    const none = ['{service_name="app"}', '{service_name="other"}'];
    expect(await names('LabelNames', { matchers: none })).toEqual({});
  });

  test('render-diff', async () => {
    await client.push(pprof('a 5'));
    await client.push(pprof('a 7', MS + 10_000));
    const side = (name: string, from: number) =>
      `${name}Query=${encodeURIComponent(`${TYPE}{}`)}&${name}From=${from}&${name}Until=${from + 5_000}`;
    const answer = await server.app.inject({
      url: `/pyroscope/render-diff?${side('left', MS)}&${side('right', MS + 10_000)}`,
    });
    expect(answer.json()).toMatchObject({
      flamebearer: {
        names: ['total', 'a'],
        levels: [
          [0, 5, 0, 0, 7, 0, 0],
          [0, 5, 5, 0, 7, 7, 1],
        ],
        numTicks: 12,
      },
      metadata: { format: 'double' },
      timeline: null,
      groups: null,
      heatmap: null,
      leftTicks: 5,
      rightTicks: 7,
    });
  });

  test.each([
    ['/pyroscope/render?query=nope', 'profile-type'],
    [`/pyroscope/render?query=${TYPE}%7B%7D&format=html`, 'use json or dot'],
    [`/pyroscope/render-diff?leftQuery=${TYPE}%7B%7D&format=dot`, 'use json'],
    ['/pyroscope/render', 'profile-type'],
    [`/pyroscope/render?query=${TYPE}%7B%7D&from=tomorrow`, 'tomorrow'],
    [
      `/pyroscope/render-diff?leftQuery=${TYPE}%7B%7D&rightQuery=memory:inuse_space:bytes:space:bytes%7B%7D`,
      `left is ${TYPE}, right is memory:inuse_space:bytes:space:bytes`,
    ],
    [`/pyroscope/render?query=${TYPE}%7B%7D&from=9&until=5`, 'after end'],
    [`/pyroscope/render?query=${TYPE}%7B%7D&maxNodes=x`, 'maxNodes'],
  ])('%s is refused', async (url, sentence) => {
    const answer = await client.get(url);
    expect(answer.statusCode).toBe(400);
    expect(answer.json<{ message: string }>().message).toContain(sentence);
  });

  test.each<[string, string, object, string]>([
    [
      'a pattern that does not compile',
      'LabelNames',
      { ...RANGE, matchers: ['{a=~"("}'] },
      'regular expression',
    ],
    ['no label name', 'LabelValues', RANGE, 'label name'],
    ['no span', 'SelectMergeSpanProfile', { ...RANGE, profileTypeID: TYPE }, 'span selector'],
    [
      'a malformed span',
      'SelectMergeSpanProfile',
      { ...RANGE, profileTypeID: TYPE, spanSelector: ['xyz'] },
      '16 hex',
    ],
    [
      'a diff of two types',
      'Diff',
      {
        left: { ...RANGE, profileTypeID: TYPE },
        right: { ...RANGE, profileTypeID: 'memory:inuse_space:bytes:space:bytes' },
      },
      `left is ${TYPE}, right is memory:inuse_space:bytes:space:bytes`,
    ],
    [
      'an aggregation without its prefix',
      'SelectSeries',
      { ...RANGE, profileTypeID: TYPE, step: 15, aggregation: 'AVERAGE' },
      'aggregation is "AVERAGE"; expected TIME_SERIES_AGGREGATION_TYPE_SUM or TIME_SERIES_AGGREGATION_TYPE_AVERAGE',
    ],
    [
      'an aggregation by a number that none has',
      'SelectSeries',
      { ...RANGE, profileTypeID: TYPE, step: 15, aggregation: 7 },
      'aggregation 7 is not known',
    ],
    [
      'a step without end',
      'SelectSeries',
      { ...RANGE, profileTypeID: TYPE, step: 'Infinity' },
      'step must be at most',
    ],
    [
      'a step that is no number',
      'SelectSeries',
      { ...RANGE, profileTypeID: TYPE, step: 'NaN' },
      'step',
    ],
    [
      'a series of a call site',
      'SelectSeries',
      {
        ...RANGE,
        profileTypeID: TYPE,
        step: 15,
        stackTraceSelector: { callSite: [{ name: 'a' }] },
      },
      'call sites',
    ],
    ['a diff of one side', 'Diff', { left: { ...RANGE, profileTypeID: TYPE } }, 'left and a right'],
    ['no range', 'SelectMergeStacktraces', { profileTypeID: TYPE }, 'time range'],
    [
      'a step below a millisecond',
      'SelectSeries',
      { ...RANGE, profileTypeID: TYPE, step: 0.00001 },
      'step',
    ],
    [
      'a tree as bytes',
      'SelectMergeStacktraces',
      { ...RANGE, profileTypeID: TYPE, format: 'PROFILE_FORMAT_TREE' },
      'TREE',
    ],
  ])('%s is refused', async (_name, method, body, sentence) => {
    const answer = await client.ask(method, body);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toEqual({
      code: 'invalid_argument',
      message: expect.stringContaining(sentence) as string,
    });
  });

  test('how many nodes: 8192 unless told, also for 0 and less', async () => {
    const lines = Array.from({ length: 9_000 }, (_, at) => `main;f${at} ${at + 1}`);
    await client.push(pprof(lines.join('\n')));
    const nodes = async (asked?: number | string) => {
      const body = { ...RANGE, profileTypeID: TYPE, maxNodes: asked };
      const answer = await client.ask('SelectMergeStacktraces', body);
      const { levels } = answer.json<{ flamegraph: { levels: { values: string[] }[] } }>()
        .flamegraph;
      return levels.reduce((count, { values }) => count + values.length / 4, -1);
    };
    // 8191 functions and "other" below main.
    expect(await nodes()).toBe(8_192);
    expect(await nodes('0')).toBe(8_192);
    expect(await nodes(-1)).toBe(8_192);
    expect(await nodes('9223372036854775807')).toBe(9_001);
    expect(await nodes(3)).toBe(3);
  });

  test('of many series those with the greatest sums', async () => {
    for (const [zone, value] of Object.entries({ a: 1, b: 9, c: 5 })) {
      await client.push(pprof(`main ${value}`), `name=app%7Bzone%3D${zone}%7D&format=pprof`);
    }
    const zones = async (limit?: number | string) => {
      const body = { ...RANGE, profileTypeID: TYPE, step: 15, groupBy: ['zone'], limit };
      const { series } = (await client.ask('SelectSeries', body)).json<{
        series: { labels: { value: string }[] }[];
      }>();
      return series.map(({ labels }) => labels[0]!.value).join('');
    };
    expect(await zones(2)).toBe('bc');
    expect(await zones('1')).toBe('b');
    expect([await zones(), await zones(0), await zones(-1), await zones(100)]).toEqual(
      Array(4).fill('bca'),
    );
  });

  test('a step may be a fraction of a second; one that begins in the range and ends after it is left out', async () => {
    await client.push(pprof('a 1'));
    await client.push(pprof('a 2', MS + 400));
    const points = async (step: number) => {
      const body = {
        start: String(MS - 1_000),
        end: String(MS + 1_000),
        profileTypeID: TYPE,
        step,
      };
      const answer = await client.ask('SelectSeries', body);
      return answer.json<{ series?: { points: unknown[] }[] }>().series?.[0]?.points;
    };
    expect(await points(0.5)).toEqual([
      { value: 1, timestamp: String(MS) },
      { value: 2, timestamp: String(MS + 500) },
    ]);
    expect(await points(86_400)).toBeUndefined();
  });

  test('a merged profile holds what a narrower question leaves of it', async () => {
    await client.push(pprof('main;work 5\nmain;idle 3\nother 1'));
    const stacks = async (body: object) => {
      const answer = await client.ask('SelectMergeProfile', {
        ...RANGE,
        profileTypeID: TYPE,
        ...body,
      });
      const {
        sample,
        stringTable,
        function: functions,
      } = answer.json<{
        sample: { locationId: string[]; value: string[] }[];
        stringTable: string[];
        function: { name: string }[];
      }>();
      return sample.map(({ locationId, value }) => [
        ...locationId.map((id) => stringTable[Number(functions[Number(id) - 1]!.name)]),
        value[0],
      ]);
    };
    expect(await stacks({})).toHaveLength(3);
    expect(
      await stacks({ stackTraceSelector: { callSite: [{ name: 'main' }, { name: 'work' }] } }),
    ).toEqual([['work', 'main', '5']]);
    expect(await stacks({ maxNodes: '2' })).toEqual([
      ['work', 'main', '5'],
      ['other', 'main', '3'],
      ['other', '1'],
    ]);
  });

  test.each([
    ['seconds', MS / 1_000 - 60, MS / 1_000 + 60],
    ['milliseconds', MS - 60_000, MS + 60_000],
    ['nanoseconds', `${MS - 60_000}000000`, `${MS + 60_000}000000`],
    ['relative to now', 'now-5m', 'now'],
    ['relative in words', 'now-30min', 'now'],
    ['relative in parts, and ahead', 'now-1h2m3s', 'now+1m'],
    ['the last hour when nothing is said', '', ''],
  ])('render by time in %s', async (_unit, from, until) => {
    await server.close();
    await start({ now: () => MS + 120_000 });
    await client.push(pprof('main 5'));
    const query = `query=${encodeURIComponent(`${TYPE}{service_name="app"}`)}`;
    const answer = await client.get(`/pyroscope/render?${query}&from=${from}&until=${until}`);
    expect(answer.json()).toMatchObject({ flamebearer: { numTicks: 5 } });
  });

  test.each([
    [1, 15],
    [7, 15],
    [12, 30],
    [24, 60],
    [24 * 7, 300],
    [24 * 30, 1_800],
  ])('the timeline of %d hours has points of %d seconds', async (hours, seconds) => {
    const query = `query=${encodeURIComponent(`${TYPE}{}`)}&from=${MS - hours * 3_600_000}&until=${MS}`;
    const answer = await client.get(`/pyroscope/render?${query}`);
    const { timeline } = answer.json<{
      timeline: { durationDelta: number; samples: number[] };
    }>();
    expect(timeline.durationDelta).toBe(seconds);
    expect(timeline.samples).toHaveLength((hours * 3_600) / seconds);
  });

  test('samples of a timeline begin at multiples of their length', async () => {
    const start = Math.floor(MS / 15_000) * 15_000;
    await client.push(pprof('a 1', start - 1_000));
    await client.push(pprof('a 2', start + 7_500));
    await client.push(pprof('a 4', start + 30_000));
    const query = `query=${encodeURIComponent(`${TYPE}{}`)}&from=${start + 7_000}&until=${start + 50_000}`;
    const answer = await client.get(`/pyroscope/render?${query}`);
    // The first one is of the 15 seconds before the range's begin.
    expect(answer.json<{ timeline: object }>().timeline).toEqual({
      startTime: start / 1_000,
      samples: [1, 2, 4],
      durationDelta: 15,
      watermarks: null,
    });
  });

  test('render has a timeline for each value of a label', async () => {
    await client.push(pprof('a 2'), 'name=app%7Bzone%3Dx%7D&format=pprof');
    await client.push(pprof('a 3'), 'name=app&format=pprof');
    const query = `query=${encodeURIComponent(`${TYPE}{}`)}&from=${MS - 10_000}&until=${MS + 20_000}`;
    const timelines = async (more: string) => {
      const answer = await client.get(`/pyroscope/render?${query}${more}`);
      const { timeline, groups } = answer.json<{
        timeline: { samples: number[] };
        groups: Record<string, { samples: number[] }> | null;
      }>();
      const sum = (samples: number[]) => samples.reduce((all, value) => all + value, 0);
      return {
        all: sum(timeline.samples),
        groups:
          groups &&
          Object.fromEntries(
            Object.entries(groups).map(([key, { samples }]) => [key, sum(samples)]),
          ),
      };
    };
    expect(await timelines('')).toEqual({ all: 5, groups: null });
    expect(await timelines('&groupBy=zone')).toEqual({ all: 0, groups: { x: 2, '*': 3 } });
    for (const absent of ['absent', 'constructor', '__proto__']) {
      expect(await timelines(`&groupBy=${absent}`)).toEqual({ all: 5, groups: { '*': 5 } });
    }
  });

  test('render as a graph in DOT, of no more functions than are asked for', async () => {
    await client.push(pprof('main;work 5\nmain;idle 3\nother 1'));
    const query = `query=${encodeURIComponent(`${TYPE}{}`)}&from=${MS - 1_000}&until=${MS + 1_000}`;
    const dot = async (nodes: string) => {
      const answer = await client.get(`/pyroscope/render?${query}&format=dot${nodes}`);
      expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
      expect(answer.body).toMatch(/^digraph "unnamed" \{\n[^]*\}\n$/);
      return answer.body.match(/^N\d+ \[/gm)?.length ?? 0;
    };
    expect(await dot('')).toBe(4);
    expect(await dot('&max-nodes=2')).toBe(2);
    expect(await dot('&maxNodes=0')).toBe(4);
  });
});
