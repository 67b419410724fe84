import { encodePprof } from '@hsi/pprof-codec';
import { ProfileTablesBuilder } from '@hsi/profile-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProfiles } from './cli.ts';
import { clientOf } from './client.ts';
import { findServices } from './questions.ts';
import { loadGraph as loadPageGraph } from '../../apps/profiling-remote/src/profiles/data/graph.ts';
import { splitIdle } from '../../apps/profiling-remote/src/profiles/model/idle.ts';
import { fetchOf, HOUR, pushFolded, startTestServer, type TestServer } from './testing/servers.ts';

const MINUTE = 60_000;
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await pushFolded(server, 'backend{model=clip}', HOUR - 90 * MINUTE, [
    'main;load 10',
    'main;gone 5',
  ]);
  await pushFolded(server, 'backend{model=clip}', HOUR - 10 * MINUTE, [
    'main;load 30',
    'main;fresh 8',
  ]);
  await pushFolded(server, 'backend{model=yolo}', HOUR - 5 * MINUTE, [
    'main;load 4',
    ':(idle):0 8',
  ]);
  await pushFolded(server, 'worker', HOUR - 5 * MINUTE, ['run;run;\u001b[31mred 2']);
  await pushMemory('backend', HOUR - 3 * MINUTE, 3_000);
  await pushMemory('backend', HOUR - 2 * MINUTE, 1_000);
});

afterAll(() => server.close());

/** A heap profile in which `cache` holds so many bytes. */
async function pushMemory(service: string, ms: number, bytes: number): Promise<void> {
  const builder = new ProfileTablesBuilder();
  builder.add([builder.frame('main'), builder.frame('cache')], [bytes]);
  const tables = builder.build({
    sampleTypes: [{ type: 'inuse_space', unit: 'bytes' }],
    periodType: { type: 'space', unit: 'bytes' },
    period: 1,
    timeNanos: BigInt(ms) * 1_000_000n,
  });
  const answer = await server.app.inject({
    method: 'POST',
    url: `/ingest?name=${service}&format=pprof`,
    payload: Buffer.from(encodePprof(tables)),
  });
  expect(answer.statusCode).toBe(200);
}

async function run(command: string, ...more: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runProfiles([...command.split(' '), ...more], {
    env: { PYROSCOPE_URL: 'http://profiles.test' },
    now: () => HOUR,
    fetch: fetchOf(server),
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  });
  return { code, out, err: err.join('\n'), json: () => JSON.parse(out.join('\n')) as unknown };
}

describe('services and types', () => {
  it('say who sends what, and what CPU and Memory stand for', async () => {
    expect((await run('services')).out).toEqual([
      'backend',
      '  memory:inuse_space:bytes:space:bytes (Memory)',
      '  process_cpu:cpu:nanoseconds:cpu:nanoseconds (CPU)',
      '  models: clip, yolo',
      'worker',
      '  process_cpu:cpu:nanoseconds:cpu:nanoseconds (CPU)',
    ]);
    expect((await run('types')).out).toEqual([
      'profile type                                 services',
      'memory:inuse_space:bytes:space:bytes         backend',
      'process_cpu:cpu:nanoseconds:cpu:nanoseconds  backend, worker',
    ]);
  });

  it('are lists for programs', async () => {
    expect((await run('services --service worker --json')).json()).toEqual({
      command: 'services',
      url: 'http://profiles.test',
      from: HOUR - 60 * MINUTE,
      to: HOUR,
      services: [
        { service: 'worker', types: ['process_cpu:cpu:nanoseconds:cpu:nanoseconds'], models: [] },
      ],
    });
    expect((await run('types --from now-1m --json')).json()).toMatchObject({ types: [] });
  });
});

describe('top', () => {
  it('ranks functions and says how much waiting was left out', async () => {
    expect((await run('top --service backend')).out).toEqual(
      [
        'backend: 420 ms, process_cpu:cpu:nanoseconds:cpu:nanoseconds, without (idle), 16.0%',
        '  self          total         function',
        '340 ms  81.0%  340 ms  81.0%  load',
        ' 80 ms  19.0%   80 ms  19.0%  fresh',
        '     0 s     0%  420 ms  100.0%  main',
      ].map((line) => expect.stringContaining(line.trim().split(/\s+/).at(-1)!) as unknown),
    );
  });

  it('keeps waiting when asked, and filters', async () => {
    const total = async (...more: string[]) =>
      ((await run('top --service backend --json', ...more)).json() as Totals).graphs[0]!.total;
    expect(await total()).toBe(420e6);
    expect(await total('--idle')).toBe(500e6);
    expect(await total('--model', 'yolo')).toBe(40e6);
    expect(await total('--filter', 'model=~cl.*')).toBe(380e6);
    expect(await total('--selector', '{model!="clip"}')).toBe(40e6);
  });

  it('shows memory as the average of its snapshots', async () => {
    const { out } = await run('top --type memory');
    expect(out[0]).toBe(
      'backend: 1.95 KiB, memory:inuse_space:bytes:space:bytes, average of 2 snapshots',
    );
    expect(out.at(-1)).toBe('worker: no profiles of this kind in the range');
  });

  it('prints no control characters of others', async () => {
    const text = (await run('top --service worker')).out.join('\n');
    expect(text).toContain('\ufffd[31mred');
    expect(text).not.toContain('\u001b');
  });
});

interface Totals {
  graphs: { total: number }[];
}

describe('flame', () => {
  it('draws the tree, greatest first, small ones left out', async () => {
    expect((await run('flame --service backend --model clip')).out).toEqual([
      'backend: 380 ms, process_cpu:cpu:nanoseconds:cpu:nanoseconds',
      '380 ms  100.0%  total',
      '380 ms  100.0%    main',
      '300 ms   78.9%      load',
      ' 80 ms   21.1%      fresh',
    ]);
    expect((await run('flame --service backend --model clip --min-share 50')).out).toHaveLength(4);
  });

  it('gives programs every node in order', async () => {
    expect((await run('flame --service worker --json')).json()).toMatchObject({
      graphs: [
        {
          service: 'worker',
          unit: 'nanoseconds',
          nodes: [
            { depth: 0, name: 'total', total: 20e6, self: 0 },
            { depth: 1, name: 'run' },
            { depth: 2, name: 'run' },
            { depth: 3, self: 20e6 },
          ],
        },
      ],
    });
  });

  it('says what the server left out', async () => {
    const { out } = await run('flame --service backend --model clip --max-nodes 2');
    expect(out.join('\n')).toContain('(left out by the server)');
  });
});

describe('diff', () => {
  it('compares with the time before: what is new, gone, grew', async () => {
    const { out } = await run('diff --service backend --model clip');
    expect(out.map((line) => line.replace(/ +/g, ' ').trim())).toEqual([
      'before: backend: 150 ms, process_cpu:cpu:nanoseconds:cpu:nanoseconds',
      'after: backend: 380 ms, process_cpu:cpu:nanoseconds:cpu:nanoseconds',
      'change share before after function',
      'grew +200 ms +12.28 pp 100 ms 300 ms load',
      'new +80 ms +21.05 pp 0 s 80 ms fresh',
      'gone -50 ms -33.33 pp 50 ms 0 s gone',
    ]);
  });

  it('compares two selections of one range', async () => {
    const { json } = await run('diff --service backend --model yolo --base-model clip --json');
    expect(json()).toMatchObject({
      base: { from: HOUR - 60 * MINUTE, to: HOUR },
      diffs: [
        {
          before: { total: 380e6 },
          after: { total: 40e6 },
          changes: [
            { name: 'load', change: 'shrank', difference: -260e6 },
            { name: 'fresh', change: 'gone' },
          ],
        },
      ],
    });
  });

  it('says when amounts of unequal ranges do not compare', async () => {
    const { out } = await run('diff --service backend --base-from now-3h --base-to now-1h');
    expect(out.at(-1)).toContain('differ in length');
  });
});

describe('what cannot be done is said', () => {
  it.each([
    ['', 'No command is given'],
    ['tops', 'There is no command "tops"'],
    ['top twice', '"twice" is one word too many'],
    ['top --colour', "Unknown option '--colour'"],
    ['top --from yesterday', '--from is "yesterday"'],
    ['top --from now --to now-1h', '--from (now) is not before --to (now-1h)'],
    ['top --type heap', '--type is "heap"'],
    ['top --filter model', '--filter is "model"'],
    ['top --selector {model=', 'parsing label selector'],
    ['top --limit none', '--limit is "none"'],
    ['top --by name', '--by is "name"'],
    ['top --url nowhere', '--url is not an address'],
    ['diff --base-to now', '--base-to needs --base-from'],
    ['flame --min-share many', '--min-share is no percentage'],
  ])('%j: %s', async (command, sentence) => {
    const { code, err } = await run(command);
    expect(err).toContain(sentence);
    expect(code).toBe(2);
  });

  it('an empty range, a server that is away, a refusal', async () => {
    const empty = await run('top --from now-1m');
    expect([empty.code, empty.err]).toEqual([
      1,
      expect.stringContaining('No service has profiles'),
    ]);
    const refused = await run('top --tenant a/b');
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('is not a tenant')]);
    const err: string[] = [];
    const code = await runProfiles(['top'], {
      env: {},
      now: () => HOUR,
      fetch: () => Promise.reject(new TypeError('fetch failed')),
      out: () => undefined,
      err: (line) => err.push(line),
    });
    expect([code, err.join()]).toEqual([
      1,
      expect.stringContaining('Nothing answers at http://127.0.0.1:4040'),
    ]);
  });

  it('an address with a path too many, and a tenant without profiles', async () => {
    const wrong = await run('services --url http://profiles.test/querier.v1.QuerierService');
    expect([wrong.code, wrong.err]).toEqual([
      1,
      expect.stringContaining('without the path of a method?'),
    ]);
    for (const command of ['services', 'types']) {
      const { code, out } = await run(`${command} --tenant other`);
      expect([code, out.join()]).toEqual([
        0,
        expect.stringContaining('at http://profiles.test for the tenant other. Ask for a longer'),
      ]);
    }
  });

  it('help goes to the output', async () => {
    const { code, out } = await run('--help');
    expect(code).toBe(0);
    expect(out.join()).toContain('npm run profiles -- <command>');
  });
});

it('credentials are sent and never printed', async () => {
  let sent: string | null = null;
  const lines: string[] = [];
  await runProfiles(['top', '--url', 'http://me:secret@profiles.test'], {
    env: {},
    now: () => HOUR,
    fetch: (_input, init) => {
      sent = new Headers(init?.headers).get('authorization');
      return Promise.resolve(new Response('{}', { status: 401 }));
    },
    out: (line) => lines.push(line),
    err: (line) => lines.push(line),
  });
  expect(sent).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`);
  expect(lines.join()).toContain('wants credentials');
  expect(lines.join()).not.toContain('secret');
});

describe('totals are those of the page', () => {
  it.each([
    ['backend', 'cpu'],
    ['backend', 'memory'],
    ['worker', 'cpu'],
    ['worker', 'memory'],
  ] as const)('%s, %s', async (service, type) => {
    const client = clientOf(
      { url: 'http://profiles.test', tenant: undefined, authorization: undefined },
      fetchOf(server),
    );
    const range = { from: HOUR - 60 * MINUTE, to: HOUR };
    const asked = { service, type, range, filters: [], maxNodes: 16_384 };
    const page = await loadPageGraph(client, asked, async () =>
      (await findServices(client, { ...range, matchers: [] })).flatMap((facts) =>
        facts.service === service ? facts.types : [],
      ),
    );
    const split = splitIdle(page.tree);
    const [graph] = (
      (await run(`top --service ${service} --type ${type} --json`)).json() as {
        graphs: { total: number; idleShare: number; unit: string; profileType: string | null }[];
      }
    ).graphs;
    expect(graph).toMatchObject({
      total: split.tree.total[0],
      idleShare: split.idleShare,
      profileType: page.typeId ?? null,
    });
    expect(graph!.total > 0).toBe(type === 'cpu' || service === 'backend');
  });
});
