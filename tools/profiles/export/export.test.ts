import { decodePprof, encodePprof } from '@hsi/pprof-codec';
import {
  depths,
  labelSetKey,
  type ProfileTables,
  ProfileTablesBuilder,
  type ValueType,
} from '@hsi/profile-model';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clientOf } from '../client.ts';
import { loadGraph } from '../questions.ts';
import {
  fetchByHost,
  fetchOf,
  HOUR,
  pushFolded,
  startTestServer,
  type TestServer,
} from '../testing/servers.ts';
import { Connection } from './connection.ts';
import { exportedProfiles } from './from-export.ts';
import { runExport } from './run.ts';
import { seriesKey } from './stored-profile.ts';
import { fileName } from './to-folder.ts';
import { millisecondTotals } from './totals.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const MEMORY = 'memory:inuse_space:bytes:space:bytes';
const SPAN = '00f067aa0ba902b7';
const DAY = 86_400_000;

let source: TestServer;
let target: TestServer;

beforeAll(async () => {
  source = await startTestServer();
  for (const minute of [0, 1, 59, 61, 200]) {
    const ms = HOUR - minute * 60_000 - 7;
    await pushFolded(source, 'backend{model=clip,env=prod}', ms, [
      'main;load 3',
      'main;infer;op 4',
    ]);
    await pushFolded(source, 'backend{env=prod}', ms, [`main;step${minute} 5`]);
  }
  // Two profiles of one series in one millisecond, equal ones.
  await pushFolded(source, 'backend{env=prod}', HOUR - 5_000, ['main;twice 2']);
  await pushFolded(source, 'backend{env=prod}', HOUR - 5_000, ['main;twice 2']);
  await pushFolded(source, 'worker{service_name=worker "α"}', HOUR - 2 * DAY, ['run;naïve 9']);
  await pushPprof('backend', tables([{ type: 'inuse_space', unit: 'bytes' }], 'space'));
});

afterAll(() => source.close());

/** An empty target for every test of a group. */
function withTarget(): void {
  beforeEach(async () => {
    target = await startTestServer();
  });
  afterEach(() => target.close());
}

/** A profile of 1.5 s with a span, not on a whole millisecond. */
function tables(sampleTypes: ValueType[], periodType: string): ProfileTables {
  const builder = new ProfileTablesBuilder();
  const span = builder.addSpan(SPAN);
  builder.add([builder.frame('main', 'main.ts', 7, 3), builder.frame('cache', 'c.ts', 9)], [40], 0);
  builder.add([builder.frame('main', 'main.ts', 7, 3)], [2], 0, span);
  return builder.build({
    sampleTypes,
    periodType: { type: periodType, unit: 'bytes' },
    period: 512,
    timeNanos: BigInt(HOUR - 30_000) * 1_000_000n + 123_456n,
    durationNanos: 1_500_000_000n,
  });
}

async function pushPprof(service: string, profile: ProfileTables): Promise<void> {
  const answer = await source.app.inject({
    method: 'POST',
    url: `/ingest?name=${service}&format=pprof`,
    payload: Buffer.from(encodePprof(profile)),
  });
  expect(answer.statusCode).toBe(200);
}

interface Ways {
  source?: typeof fetch;
  target?: typeof fetch;
  stop?: AbortSignal;
}

async function run(words: string, ways: Ways = {}) {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runExport(words.split(' '), {
    env: {},
    now: () => HOUR,
    wait: () => Promise.resolve(),
    fetch: fetchByHost({
      'source.test': ways.source ?? fetchOf(source),
      'target.test': ways.target ?? fetchOf(target),
    }),
    ...(ways.stop === undefined ? {} : { stop: ways.stop }),
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

const BOTH = '--url http://source.test --to http://target.test';

/** Everything that a server shows: its series, the total of every millisecond, the trees. */
async function everything(server: TestServer) {
  const client = clientOf(
    { url: 'http://x', tenant: undefined, authorization: undefined },
    fetchOf(server),
  );
  const range = { from: HOUR - 3 * DAY, to: HOUR };
  const series = (await client.series(range)).map(labelSetKey).sort();
  const shown: unknown[] = [series];
  for (const service of await client.labelValues({ name: 'service_name', ...range })) {
    for (const type of [CPU, MEMORY]) {
      const names = ['model', 'env', 'app_name', 'pyroscope_spy'];
      const totals = await millisecondTotals(
        client,
        service,
        type,
        { ...range, matchers: [] },
        names,
      );
      shown.push([...totals].map(([key, one]) => [key, [...one.totals].sort()]).sort());
      const asked = { ...range, matchers: [], service, type, maxNodes: 1_000, withIdle: true };
      const { tree } = await loadGraph(client, asked);
      const depth = depths(tree);
      shown.push(
        Array.from(tree.name, (name, node) => [depth[node], tree.names[name], tree.total[node]]),
      );
    }
  }
  return shown;
}

/** A server as a real Pyroscope is: without /export. */
function withoutExport(server: TestServer): typeof fetch {
  return (input, init) =>
    (input as string).includes('/export')
      ? Promise.resolve(new Response('404 page not found', { status: 404 }))
      : fetchOf(server)(input, init);
}

describe('from one server into another', () => {
  withTarget();

  it('nothing is lost and nothing doubled, and a second run has nothing to do', async () => {
    const first = await run(BOTH);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toMatch(/^14 profiles read, 14 stored \(.* MB\), 0 were there already\.$/);
    expect(await everything(target)).toEqual(await everything(source));
    expect((await run(BOTH)).out).toContain('14 profiles read, 0 stored (0.0 MB), 14 were there');
    expect(await everything(target)).toEqual(await everything(source));
  });

  it('keeps times to the nanosecond, spans, lines, lengths and periods', async () => {
    await run(BOTH);
    const memory = async (server: TestServer) => {
      const connection = new Connection(
        { url: 'http://x', tenant: undefined, authorization: undefined },
        fetchOf(server),
      );
      const scope = { from: 0, to: HOUR, services: undefined, matchers: [] };
      for await (const page of exportedProfiles(connection, scope)) {
        const found = page.find(({ typeId }) => typeId === MEMORY);
        if (found !== undefined) return decodePprof(found.pprof);
      }
      throw new Error('no memory profile');
    };
    const [before, after] = [await memory(source), await memory(target)];
    expect(after.timeNanos).toBe(BigInt(HOUR - 30_000) * 1_000_000n + 123_456n);
    expect([after.spans, after.durationNanos, after.period]).toEqual([[SPAN], 1_500_000_000n, 512]);
    expect(after).toEqual(before);
  });

  it('from a server without /export: all totals, and it says what the API does not carry', async () => {
    const { code, err, out } = await run(BOTH, { source: withoutExport(source) });
    expect([code, err]).toEqual([0, expect.stringContaining('does not carry span ids')]);
    // The two profiles of one millisecond are one there.
    expect(out).toContain('13 profiles read, 13 stored');
    expect(await everything(target)).toEqual(await everything(source));
    const again = await run(BOTH, { source: withoutExport(source) });
    expect(again.out).toContain('13 profiles read, 0 stored');
  });

  it('only what is asked for', async () => {
    expect((await run(`${BOTH} --service backend --filter model=clip --dry-run`)).out).toBe(
      '5 profiles to export.',
    );
    expect((await run(`${BOTH} --since now-1d --until now-2h --json`)).out).toContain('"read":2');
    expect((await everything(target))[0]).toHaveLength(2);
  });
});

describe('an export that is cut off goes on without loss or doubles', () => {
  withTarget();

  /** The target, where every so often a push is stored and its answer lost, or neither. */
  function unreliable(
    server: TestServer,
    fates: readonly ('lost' | 'unheard' | 'busy' | 'fine')[],
  ) {
    let pushes = 0;
    const ask: typeof fetch = async (input, init) => {
      const isPush = (input as string).includes('/push.v1');
      const fate = isPush ? (fates[pushes++ % fates.length] ?? 'fine') : 'fine';
      if (fate === 'lost') throw new TypeError('fetch failed');
      if (fate === 'busy') return new Response('{"code":"x","message":"busy"}', { status: 503 });
      const answer = await fetchOf(server)(input, init);
      if (fate === 'unheard') throw new TypeError('socket hang up');
      return answer;
    };
    return ask;
  }

  it('when answers are lost', async () => {
    const ways = { target: unreliable(target, ['unheard', 'lost', 'busy', 'fine']) };
    expect(await run(BOTH, ways)).toMatchObject({ code: 0 });
    expect(await everything(target)).toEqual(await everything(source));
  });

  it('when the target goes away for good, and at another time is back', async () => {
    const { code, err } = await run(`${BOTH} --parallel 1`, {
      target: unreliable(target, ['unheard', 'lost', 'lost', 'lost', 'lost', 'lost', 'lost']),
    });
    expect([code, err]).toEqual([1, expect.stringContaining('Run the export again to go on')]);
    expect(await run(BOTH)).toMatchObject({ code: 0 });
    expect(await everything(target)).toEqual(await everything(source));
  });

  it('when it is stopped', async () => {
    const stop = new AbortController();
    stop.abort();
    const { code, err } = await run(BOTH, { stop: stop.signal });
    expect([code, err]).toEqual([1, expect.stringContaining('Stopped.')]);
  });
});

describe('what is wrong is said', () => {
  withTarget();

  it('a profile that the target refuses does not keep back the others', async () => {
    const strict = await startTestServer({
      decodeLimits: {
        inflatedBytes: 1e6,
        samples: 1e3,
        stackDepth: 2,
        stringBytes: 1e3,
        sampleLabels: 9,
      },
    });
    try {
      const { code, out, err } = await run(BOTH, { target: fetchOf(strict) });
      expect(code).toBe(1);
      expect(out).toContain('14 profiles read, 9 stored');
      expect(err).toContain('has more than 2 frames');
    } finally {
      await strict.close();
    }
  });

  it('a target that has more than the source', async () => {
    await pushFolded(target, 'backend{env=prod}', HOUR - 5_000, ['other 77']);
    const { code, err } = await run(BOTH);
    expect([code, err]).toEqual([1, expect.stringContaining('At 1 points in time')]);
  });

  it('a target that takes profiles and does not show them', async () => {
    const blind: typeof fetch = (input, init) =>
      (input as string).includes('SelectSeries')
        ? Promise.resolve(Response.json({ series: [] }))
        : fetchOf(target)(input, init);
    const { code, err } = await run(BOTH, { target: blind });
    expect([code, err]).toEqual([1, expect.stringContaining('does not show them')]);
  });

  it('a Pyroscope that finds the profiles too old', async () => {
    const old: typeof fetch = (input, init) =>
      (input as string).includes('/push.v1')
        ? Promise.resolve(Response.json({ message: 'profile is too old: 2 days' }, { status: 400 }))
        : fetchOf(target)(input, init);
    const { code, err } = await run(BOTH, { target: old });
    expect([code, err]).toEqual([1, expect.stringContaining('-validation.reject-older-than=0')]);
  });

  it('a source that wants credentials, or is away', async () => {
    const closed = await run(BOTH, {
      source: () => Promise.resolve(Response.json({ message: 'token' }, { status: 401 })),
    });
    expect([closed.code, closed.err]).toEqual([1, expect.stringContaining('wants credentials')]);
    const away = await run('--url http://nowhere.test --to http://target.test');
    expect([away.code, away.err]).toEqual([1, expect.stringContaining('Nothing answers at')]);
  });

  it('a target that is away is the one that is named', async () => {
    const { code, err } = await run('--url http://source.test --to http://nowhere.test');
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('Nothing answers at http://nowhere.test'),
    ]);
  });
});

it.each(['/proc/profiles', '/dev/null/profiles'])(
  'a folder that cannot be made (%s) is said',
  async (folder) => {
    const { code, err } = await run(`--url http://source.test --out ${folder}`);
    expect([code, err]).toEqual([1, expect.stringContaining(folder)]);
  },
);

describe('what cannot be understood is said', () => {
  it.each([
    ['--url http://source.test', 'Say where to'],
    [`${BOTH} --out folder`, 'Either --to or --out'],
    ['--url http://source.test --to http://source.test', '--to is the server that is read'],
    [`${BOTH} --since soon`, '--since is "soon"'],
    [`${BOTH} more`, 'one word too many'],
  ])('%s', async (words, sentence) => {
    const { code, err } = await run(words);
    expect([code, err]).toEqual([2, expect.stringContaining(sentence)]);
  });
});

describe('files', () => {
  withTarget();

  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'profiles-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('are written once each, and make the same series when they are ingested', async () => {
    const words = `--url http://source.test --out ${folder}`;
    expect((await run(words)).out).toContain('14 stored');
    expect((await run(words)).out).toContain('0 stored (0.0 MB), 14 were there');
    const names = (await readdir(folder, { recursive: true })).filter((name) =>
      name.endsWith('.pb.gz'),
    );
    expect(names).toHaveLength(14);
    for (const name of names) {
      // A service's name may have more than the name of an application.
      const service = decodeURIComponent(name.split('/')[0]!);
      const application = /^[\w./-]+$/.test(service) ? service : `copy{service_name=${service}}`;
      const { statusCode } = await target.app.inject({
        method: 'POST',
        url: `/ingest?${new URLSearchParams({ name: application, format: 'pprof' })}`,
        payload: await readFile(join(folder, name)),
      });
      expect(statusCode).toBe(200);
    }
    const [, ...totals] = await everything(target);
    const [, ...expected] = await everything(source);
    expect(totals.filter((_, index) => index % 2 === 1)).toEqual(
      expected.filter((_, index) => index % 2 === 1),
    );
  });

  it('are compressed pprof with the labels of the series', async () => {
    await run(`--url http://source.test --out ${folder} --filter model=clip --since now-30s`);
    const [name = ''] = (await readdir(folder, { recursive: true })).filter((path) =>
      path.endsWith('.pb.gz'),
    );
    expect(name).toMatch(
      /^backend\/process_cpu\.cpu\/2026-11-23\/00-59-59\.993Z-[0-9a-f]{12}\.pb\.gz$/,
    );
    const { labelSets, samples } = decodePprof(gunzipSync(await readFile(join(folder, name))));
    expect(labelSets[samples.labelSet[0]!]).toEqual({
      env: 'prod',
      model: 'clip',
      pyroscope_spy: 'unknown',
    });
  });

  it('have names that stay in the folder', () => {
    const profile = {
      id: 'a',
      service: '../..',
      labels: {},
      name: '..',
      typeId: 'x:a/b:c:d:e',
      time: HOUR,
      total: 1,
      pprof: new Uint8Array(),
    };
    expect(fileName(profile)).toMatch(/^\.\.%2F\.\.\/\.\.\.a%2Fb\/2026-11-23\/01-00-00/);
    expect(fileName({ ...profile, service: '..' })).toMatch(/^_\.\.\//);
  });
});

it('series are the same under label names that a server had to change', () => {
  expect(seriesKey(CPU, { 'otel.scope.name': 'a', __name__: 'x', empty: '' })).toBe(
    seriesKey(CPU, { otel_scope_name: 'a' }),
  );
});
