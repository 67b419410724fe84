// Measures the built profile server: `npx tsx --conditions=source server/run.ts [--quick]`. With
// BENCH_PYROSCOPE_URL set, a real Pyroscope is given the same pushes and asked the same.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Figures } from './figures.ts';
import { type Address, HttpConnection, post } from './http-client.ts';
import { madeProfile, pushRequest, recordedProfiles } from './load.ts';
import { medianMs, pushAll, pushFor } from './measure.ts';
import { pyroscopeAddress, runName } from './pyroscope.ts';
import { ServerProcess } from './server-process.ts';

const PORT = Number(process.env.BENCH_PORT ?? 4150);
const isQuick = process.argv.includes('--quick');
const HOUR = 3_600_000;
const WRITERS = 96;
const TYPE = 'wall:cpu:nanoseconds:wall:nanoseconds';
/** A real Pyroscope keeps what it is sent: every run has services of its own there. */
const RUN = runName();
const pyroscope = pyroscopeAddress(process.env.BENCH_PYROSCOPE_URL);
const figures = new Figures(pyroscope !== undefined);

/** The same measured at the real Pyroscope, when there is one. */
function beside<T>(measure: (server: Address) => Promise<T>): Promise<T | undefined> {
  return pyroscope === undefined ? Promise.resolve(undefined) : measure(pyroscope);
}

function query(method: string, body: object): Buffer {
  return post(`/querier.v1.QuerierService/${method}`, 'application/json', JSON.stringify(body));
}

/** The queries of the bars, over data that ends at `end`. */
function queries(end: number, prefix: string) {
  const labelSelector = `{service_name="${prefix}-0"}`;
  const range = (hours: number, until = end) => ({
    start: String(until - hours * HOUR),
    end: String(until),
    labelSelector,
    profileTypeID: TYPE,
  });
  return {
    hour: query('SelectMergeStacktraces', { ...range(1), maxNodes: '2048' }),
    day: query('SelectMergeStacktraces', { ...range(24), maxNodes: '2048' }),
    series: query('SelectSeries', { ...range(1), step: 15, groupBy: ['service_name'] }),
    diff: query('Diff', { left: range(0.5, end - HOUR / 2), right: range(0.5) }),
    labels: query('LabelValues', { ...range(1), name: 'service_name', matchers: [] }),
  };
}

async function ingest(directory: string): Promise<void> {
  const server = await ServerProcess.start(directory, PORT);
  const now = Date.now();
  const recorded = recordedProfiles().flatMap((tables, profile) =>
    Array.from({ length: 8 }, (_, copy) =>
      pushRequest(tables, `${RUN}-${profile % 4}`, now - (copy * 28 + profile) * 1_000),
    ),
  );
  const made = Array.from({ length: 60 }, (_, seed) =>
    pushRequest(madeProfile(100, 800, seed), `${RUN}-made-${seed % 4}`, now - seed * 1_000),
  );
  const duration = isQuick ? 3_000 : 10_000;
  const push = async (to: Address, requests: readonly Buffer[]) => {
    let at = 0;
    const next = () => requests[at++ % requests.length]!;
    await pushFor(to, WRITERS, 2_000, next);
    const measured = await pushFor(to, WRITERS, duration, next);
    if (measured.failed > 0) throw new Error(`${measured.failed} pushes failed at port ${to.port}`);
    return measured;
  };
  const small = await push(server, recorded);
  const smallThere = await beside((there) => push(there, recorded));
  figures.atLeast(
    'durable pushes of recorded Node profiles, 96 writers',
    small.perSecond,
    '/s',
    1_500,
    smallThere?.perSecond,
  );
  figures.atMost('  p50', small.p50Ms, 'ms', 100, smallThere?.p50Ms);
  const large = await push(server, made);
  const largeThere = await beside((there) => push(there, made));
  figures.atLeast(
    'durable pushes of 100 samples, 96 writers',
    large.perSecond,
    '/s',
    1_000,
    largeThere?.perSecond,
  );
  await server.stop();
}

/** 24 hours of two services, a profile every 15 seconds: 11,520 profiles. */
function* day(end: number, services: number, perHour: number, prefix: string): Iterable<Buffer> {
  const recorded = recordedProfiles().filter(({ sampleTypes }) => sampleTypes.length === 3);
  const count = 24 * perHour;
  for (let index = 0; index < count; index++) {
    for (let service = 0; service < services; service++) {
      const tables = recorded[(index * services + service) % recorded.length]!;
      yield pushRequest(
        tables,
        `${prefix}-${service}`,
        end - (count - index - 0.5) * (HOUR / perHour),
      );
    }
  }
}

async function queriesOver(directory: string, services: number, perHour: number, size: string) {
  let server = await ServerProcess.start(directory, PORT, { MAINTENANCE_SECONDS: '2' });
  const end = Math.floor(Date.now() / 600_000) * 600_000 - 600_000;
  const prefix = `${RUN}-${services}`;
  await pushAll(server, 32, day(end, services, perHour, prefix));
  await beside((there) => pushAll(there, 32, day(end, services, perHour, prefix)));
  // Roll-ups are made in the background; give them their time.
  for (const began = performance.now(); performance.now() - began < 120_000;) {
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    if ((await server.metric('profile_server_rollups_due')) === 0) break;
  }
  const asked = queries(end, prefix);
  const measure = async (request: Buffer) => ({
    ours: await medianMs(server, request),
    there: await beside((there) => medianMs(there, request)),
  });
  const hour = await measure(asked.hour);
  figures.atMost(`flame graph of 1 h, p50 (${size})`, hour.ours, 'ms', 7, hour.there);
  const whole = await measure(asked.day);
  const most = Math.round(30 * Math.max(hour.ours, 1)) / 10;
  figures.atMost(`flame graph of 24 h, p50 (${size})`, whole.ours, 'ms', most, whole.there);
  for (const [what, request, bar] of [
    ['series of 1 h', asked.series, 5],
    ['diff of two half hours', asked.diff, 10],
    ['label values', asked.labels, 3],
  ] as const) {
    const { ours, there } = await measure(request);
    figures.atMost(`${what}, p50 (${size})`, ours, 'ms', bar, there);
  }
  const bytes = await server.metric('process_resident_memory_bytes');
  figures.atMost(`memory (${size})`, bytes / 1e6, 'MB', 250);

  const tables = recordedProfiles();
  const arriving = Array.from({ length: 2_000 }, (_, at) =>
    pushRequest(tables[at % tables.length]!, `${RUN}-load-${at % 4}`, Date.now() + at * 5),
  );
  const underLoad = async (at: Address) => {
    const load = sendAtRate(at, arriving, 5);
    const graph = await medianMs(at, asked.hour, 100);
    const series = await medianMs(at, asked.series, 100);
    await load.stop();
    return { graph, series };
  };
  const here = await underLoad(server);
  const there = await beside(underLoad);
  const meanwhile = `while 200 profiles/s arrive (${size})`;
  figures.atMost(`flame graph of 1 h ${meanwhile}`, here.graph, 'ms', 14, there?.graph);
  figures.atMost(`series of 1 h ${meanwhile}`, here.series, 'ms', 10, there?.series);
  await server.stop();
  server = await ServerProcess.start(directory, PORT);
  figures.atMost(`start (${size})`, server.startMs, 'ms', 1_000);
  await pushAll(
    server,
    32,
    Array.from({ length: 500 }, (_, index) =>
      pushRequest(tables[index % tables.length]!, 'late', end),
    ),
  );
  await server.stop('SIGKILL');
  server = await ServerProcess.start(directory, PORT);
  figures.atMost(`start after a crash (${size})`, server.startMs, 'ms', 1_000);
  await server.stop();
}

/** Sends the requests one after the other, one every `everyMs`, until it is stopped. */
function sendAtRate(
  server: Address,
  requests: readonly Buffer[],
  everyMs: number,
): { stop(): Promise<void> } {
  let isSending = true;
  const sending = (async () => {
    const connection = await HttpConnection.open(server);
    const began = performance.now();
    for (let at = 0; isSending; at++) {
      const wait = at * everyMs - (performance.now() - began);
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      await connection.send(requests[at % requests.length]!);
    }
    connection.close();
  })();
  return {
    stop() {
      isSending = false;
      return sending;
    },
  };
}

async function disk(directory: string): Promise<void> {
  let server = await ServerProcess.start(directory, PORT);
  await pushAll(server, 32, day(Math.floor(Date.now() / 600_000) * 600_000, 2, 240, RUN));
  await server.stop();
  server = await ServerProcess.start(directory, PORT);
  figures.atMost(
    'disk for 11,520 profiles',
    (await server.metric('profile_server_store_bytes')) / 1e6,
    'MB',
    20,
  );
  await server.stop();
}

const base = mkdtempSync(join(tmpdir(), 'bench-server-'));
try {
  await ingest(join(base, 'ingest'));
  await disk(join(base, 'disk'));
  await queriesOver(join(base, 'day'), 2, 240, '11,520 profiles');
  if (!isQuick) await queriesOver(join(base, 'large'), 8, 520, '100,000 profiles');
} finally {
  rmSync(base, { recursive: true, force: true });
}
const results = new URL('../results/', import.meta.url);
mkdirSync(results, { recursive: true });
writeFileSync(
  new URL('server.json', results),
  `${JSON.stringify({ at: new Date().toISOString(), rows: figures.rows }, null, 2)}\n`,
);
const { missed } = figures;
console.log(missed.length === 0 ? 'All targets are met.' : `Missed: ${missed.join('; ')}`);
if (pyroscope !== undefined) {
  console.log(`The services at the Pyroscope begin with ${RUN}; nothing there was deleted.`);
}
