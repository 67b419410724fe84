import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CallTreeBuilder } from '@hsi/profile-model';
import { encodeFlameGraph, PyroscopeClient } from '@hsi/pyroscope-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseArguments, UsageError } from './arguments.ts';
import { type Command, FLAGS, functionTotals, OPTIONS, runCommand } from './commands.ts';
import { runExport } from './export.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const MEMORY = 'memory:inuse_space:bytes:space:bytes';
const NOW = 1_795_397_600_000;

function treeOf(stacks: Record<string, number>) {
  const builder = new CallTreeBuilder();
  for (const [stack, value] of Object.entries(stacks)) builder.add(stack.split(';'), value);
  return builder.build();
}

describe('arguments', () => {
  test('words, options and flags in any order', () => {
    const { words, options } = parseArguments(
      ['--label', 'a=b', 'top', '--label=c=d', '--json'],
      OPTIONS,
      FLAGS,
    );
    expect(words).toEqual(['top']);
    expect([...options]).toEqual([
      ['label', ['a=b', 'c=d']],
      ['json', ['true']],
    ]);
  });

  test.each([[['--nope', '1']], [['--label']]])('%j is refused', (texts) => {
    expect(() => parseArguments(texts, OPTIONS, FLAGS)).toThrow(UsageError);
  });
});

test('a function that calls itself counts once in its total', () => {
  expect(functionTotals(treeOf({ 'a;b;a': 1, 'a;a;a': 2, b: 4 }))).toEqual([
    { name: 'b', self: 4, total: 5 },
    { name: 'a', self: 3, total: 3 },
  ]);
});

describe('commands', () => {
  /** A server with one graph for each selector, and what it was asked. */
  function server(graphs: Record<string, Record<string, number>>, types = [CPU]) {
    const asked: { method: string; body: Record<string, unknown> }[] = [];
    const client = new PyroscopeClient({
      baseUrl: 'http://profiles.test',
      fetch: async (input, init) => {
        const request = new Request(input, init);
        const method = request.url.split('/').at(-1)!;
        const body = (await request.json()) as Record<string, unknown>;
        asked.push({ method, body });
        switch (method) {
          case 'LabelValues':
            return Response.json({ names: body.name === 'service_name' ? ['backend'] : types });
          case 'ProfileTypes':
            return Response.json({ profileTypes: types.map((ID) => ({ ID })) });
          case 'SelectSeries': {
            const value = String(body.aggregation).endsWith('AVERAGE') ? 10 : 40;
            return Response.json({ series: [{ points: [{ value, timestamp: '1' }] }] });
          }
          default: {
            const selector = Object.keys(graphs).find((part) =>
              String(body.labelSelector).includes(part),
            );
            const { names, levels } = encodeFlameGraph(treeOf(graphs[selector ?? ''] ?? {}));
            return Response.json({
              flamegraph: { names, levels: levels.map((values) => ({ values })) },
            });
          }
        }
      },
    });
    const run = (command: Command, ...texts: string[]) =>
      runCommand(command, client, parseArguments(texts, OPTIONS, FLAGS).options, NOW);
    return { run, asked };
  }

  test('services and types', async () => {
    const { run } = server({}, [CPU, MEMORY]);
    expect((await run('services')).text).toBe('backend');
    expect((await run('types')).json).toEqual({ types: [CPU, MEMORY] });
    expect((await run('types', '--service', 'backend')).text).toBe(`${CPU}\n${MEMORY}`);
  });

  test('top leaves (idle) out, as the page does', async () => {
    const { run, asked } = server({
      '': { 'main;work': 3e9, 'main;parse': 1e9, ':(idle):0': 9e9 },
    });
    const { json, text } = await run('top', '--service', 'backend', '--label', 'model=~clip.*');
    expect(json).toMatchObject({
      type: CPU,
      total: 4e9,
      functions: [
        { name: 'work', self: 3e9, total: 3e9 },
        { name: 'parse', self: 1e9, total: 1e9 },
        { name: 'main', self: 0, total: 4e9 },
      ],
    });
    expect(text).toContain('3 s        3 s  work');
    expect(asked.at(-1)!.body).toMatchObject({
      start: String(NOW - 3_600_000),
      labelSelector: '{service_name="backend",model=~"clip.*"}',
    });
    const all = await run('top', '--service', 'backend', '--with-idle');
    expect(all.json).toMatchObject({ total: 13e9 });
  });

  test('levels are the average of the snapshots', async () => {
    const { run } = server({ '': { main: 400 } }, [MEMORY]);
    expect((await run('flame', '--service', 'backend', '--type', 'memory')).json).toMatchObject({
      type: MEMORY,
      total: 100,
      snapshots: 4,
    });
  });

  test('flame is an outline', async () => {
    const { run } = server({ '': { 'main;work': 3e9, main: 1e9 } });
    expect((await run('flame', '--service', 'backend')).text.split('\n').slice(1)).toEqual([
      '100.0%        4 s total',
      '100.0%        4 s   main',
      ' 75.0%        3 s     work',
    ]);
  });

  test('diff compares two ranges or two labels', async () => {
    const { run, asked } = server({ old: { a: 1e9, b: 5e9 }, new: { a: 4e9, c: 1e9 } });
    const texts = [
      '--service',
      'backend',
      '--label',
      'v=new',
      '--left-label',
      'v=old',
      '--left-from',
      'now-2h',
    ];
    const { json } = await run('diff', ...texts);
    expect(json).toMatchObject({
      left: { total: 6e9 },
      right: { total: 5e9 },
      functions: [
        { name: 'b', left: 5e9, right: 0, change: -5e9 },
        { name: 'a', left: 1e9, right: 4e9, change: 3e9 },
        { name: 'c', left: 0, right: 1e9, change: 1e9 },
      ],
    });
    const starts = asked.filter(({ method }) => method.startsWith('SelectMerge'));
    expect(starts.map(({ body }) => NOW - Number(body.start))).toEqual([7_200_000, 3_600_000]);
  });

  test.each([
    [['top'], '--service is missing'],
    [['top', '--service', 'a', '--from', 'soon'], '--from'],
    [['top', '--service', 'a', '--from', 'now', '--to', 'now-1h'], 'after'],
    [['top', '--service', 'a', '--label', 'x'], 'name=value'],
    [['top', '--service', 'a', '--limit', '0'], '--limit'],
  ])('%j is refused with a sentence', async ([command, ...texts], sentence) => {
    await expect(server({}).run(command as Command, ...texts)).rejects.toThrow(sentence);
  });
});

describe('export', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'profiles-export-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const labels = {
    __name__: 'process_cpu',
    __profile_type__: CPU,
    __type__: 'cpu',
    service_name: 'backend',
    model: 'clip',
  };

  /** Two servers: one with five profiles in pages of two, one that takes pushes. */
  function servers(answers: number[] = []) {
    const taken: { ID: string; labels: unknown }[] = [];
    const fetching = async (input: string | URL | Request, init?: RequestInit) => {
      const request = new Request(input, init);
      if (request.url.includes('/export')) {
        const first = Number(new URL(request.url).searchParams.get('cursor') || 0);
        const profiles = [first, first + 1]
          .filter((id) => id < 5)
          .map((id) => ({
            id: `file:${id}`,
            labels,
            pprof: Buffer.from(`pprof ${id}`).toString('base64'),
          }));
        return Response.json({
          profiles,
          ...(profiles.length === 0 ? {} : { next: String(first + 2) }),
        });
      }
      const status = answers.shift() ?? 200;
      if (status !== 200) return new Response('not now', { status });
      const { series } = (await request.json()) as {
        series: { labels: unknown; samples: { ID: string }[] }[];
      };
      for (const entry of series) taken.push({ ID: entry.samples[0]!.ID, labels: entry.labels });
      return Response.json({});
    };
    const run = (options: { out?: string; to?: string }) =>
      runExport({
        from: 'http://source.test',
        ...options,
        state: join(folder, 'state.json'),
        fetch: fetching,
        wait: () => Promise.resolve(),
      });
    return { taken, run };
  }

  test('every profile is pushed once, with the labels that clients give', async () => {
    const { taken, run } = servers();
    expect(await run({ to: 'http://target.test/' })).toBe(5);
    expect(new Set(taken.map(({ ID }) => ID)).size).toBe(5);
    expect(taken[0]!.ID).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(taken[0]!.labels).toEqual([
      { name: '__name__', value: 'process_cpu' },
      { name: 'service_name', value: 'backend' },
      { name: 'model', value: 'clip' },
    ]);
  });

  test('a server that is busy is asked again', async () => {
    const { taken, run } = servers([503, 429, 200]);
    expect(await run({ to: 'http://target.test' })).toBe(5);
    expect(taken).toHaveLength(5);
  });

  test('after a refusal it goes on where it stopped', async () => {
    const { taken, run } = servers([200, 400]);
    await expect(run({ to: 'http://target.test' })).rejects.toThrow(
      /answered 400: not now.*Run it again/,
    );
    expect(taken).toHaveLength(2);
    expect(await run({ to: 'http://target.test' })).toBe(5);
    expect(taken.map(({ ID }) => ID)).toHaveLength(new Set(taken.map(({ ID }) => ID)).size);
    expect(taken).toHaveLength(5);
  });

  test('files in a folder', async () => {
    const out = join(folder, 'out');
    await servers().run({ out });
    const names = await readdir(out);
    expect(names.filter((name) => name.endsWith('.pb.gz'))).toHaveLength(5);
    expect(gunzipSync(await readFile(join(out, 'file-0-backend-cpu.pb.gz'))).toString()).toBe(
      'pprof 0',
    );
    expect(JSON.parse(await readFile(join(out, 'file-0-backend-cpu.json'), 'utf8'))).toEqual(
      labels,
    );
  });

  test('one target is needed', async () => {
    await expect(servers().run({})).rejects.toThrow(UsageError);
  });
});
