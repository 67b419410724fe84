// Measures the built profile server: `npx tsx --conditions=source server/run.ts [--quick]`.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpConnection, post } from './http-client.ts';
import { madeProfile, pushRequest, recordedProfiles } from './load.ts';
import { medianMs, pushAll, pushFor } from './measure.ts';
import { ServerProcess } from './server-process.ts';

const PORT = Number(process.env.BENCH_PORT ?? 4150);
const isQuick = process.argv.includes('--quick');
const HOUR = 3_600_000;
const WRITERS = 96;
const TYPE = 'wall:cpu:nanoseconds:wall:nanoseconds';

interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly target: string;
  readonly isMet: boolean;
}
const rows: Row[] = [];

function report(what: string, value: number, unit: string, least: number, most: number): void {
  const target = most === Infinity ? `>= ${least}` : `<= ${most}`;
  rows.push({
    what,
    value,
    unit,
    target: `${target} ${unit}`,
    isMet: value >= least && value <= most,
  });
  console.log(
    `${what.padEnd(58)} ${value.toFixed(1).padStart(9)} ${unit.padEnd(8)} target ${target}`,
  );
}
const atMost = (what: string, value: number, unit: string, most: number) =>
  report(what, value, unit, 0, most);
const atLeast = (what: string, value: number, unit: string, least: number) =>
  report(what, value, unit, least, Infinity);

function query(method: string, body: object): Buffer {
  return post(`/querier.v1.QuerierService/${method}`, 'application/json', JSON.stringify(body));
}

/** The queries of the bars, over data that ends at `end`. */
function queries(end: number) {
  const labelSelector = '{service_name="bench-0"}';
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
      pushRequest(tables, `bench-${profile % 4}`, now - (copy * 28 + profile) * 1_000),
    ),
  );
  const made = Array.from({ length: 60 }, (_, seed) =>
    pushRequest(madeProfile(100, 800, seed), `made-${seed % 4}`, now - seed * 1_000),
  );
  const duration = isQuick ? 3_000 : 10_000;
  let at = 0;
  const fromRecorded = () => recorded[at++ % recorded.length]!;
  const fromMade = () => made[at++ % made.length]!;
  await pushFor(PORT, WRITERS, 2_000, fromRecorded);
  const small = await pushFor(PORT, WRITERS, duration, fromRecorded);
  atLeast('durable pushes of recorded Node profiles, 96 writers', small.perSecond, '/s', 1_500);
  atMost('  p50', small.p50Ms, 'ms', 100);
  const large = await pushFor(PORT, WRITERS, duration, fromMade);
  atLeast('durable pushes of 100 samples, 96 writers', large.perSecond, '/s', 1_000);
  if (small.failed + large.failed > 0) throw new Error('pushes failed');
  await server.stop();
}

/** 24 hours of two services, a profile every 15 seconds: 11,520 profiles. */
function* day(end: number, services: number, perHour: number): Iterable<Buffer> {
  const recorded = recordedProfiles().filter(({ sampleTypes }) => sampleTypes.length === 3);
  const count = 24 * perHour;
  for (let index = 0; index < count; index++) {
    for (let service = 0; service < services; service++) {
      const tables = recorded[(index * services + service) % recorded.length]!;
      yield pushRequest(tables, `bench-${service}`, end - (count - index - 0.5) * (HOUR / perHour));
    }
  }
}

async function queriesOver(directory: string, services: number, perHour: number, size: string) {
  let server = await ServerProcess.start(directory, PORT, { MAINTENANCE_SECONDS: '2' });
  const end = Math.floor(Date.now() / 600_000) * 600_000 - 600_000;
  await pushAll(PORT, 32, day(end, services, perHour));
  // Roll-ups are made in the background; give them their time.
  for (const began = performance.now(); performance.now() - began < 120_000;) {
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    if ((await server.metric('profile_server_rollups_due')) === 0) break;
  }
  const asked = queries(end);
  const hour = await medianMs(PORT, asked.hour);
  atMost(`flame graph of 1 h, p50 (${size})`, hour, 'ms', 7);
  const whole = await medianMs(PORT, asked.day);
  atMost(`flame graph of 24 h, p50 (${size})`, whole, 'ms', 3 * Math.max(hour, 1));
  atMost(`series of 1 h, p50 (${size})`, await medianMs(PORT, asked.series), 'ms', 5);
  atMost(`diff of two half hours, p50 (${size})`, await medianMs(PORT, asked.diff), 'ms', 10);
  atMost(`label values, p50 (${size})`, await medianMs(PORT, asked.labels), 'ms', 3);
  atMost(
    `memory (${size})`,
    (await server.metric('process_resident_memory_bytes')) / 1e6,
    'MB',
    250,
  );

  const tables = recordedProfiles();
  const arriving = Array.from({ length: 2_000 }, (_, at) =>
    pushRequest(tables[at % tables.length]!, `load-${at % 4}`, Date.now() + at * 5),
  );
  let at = 0;
  let isLoading = true;
  const load = (async () => {
    const connection = await HttpConnection.open(PORT);
    for (const began = performance.now(); isLoading; at++) {
      const wait = at * 5 - (performance.now() - began);
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      await connection.send(arriving[at % arriving.length]!);
    }
    connection.close();
  })();
  const under = await medianMs(PORT, asked.hour, 100);
  atMost(`flame graph of 1 h while 200 profiles/s arrive (${size})`, under, 'ms', 14);
  atMost(
    `series of 1 h while 200 profiles/s arrive (${size})`,
    await medianMs(PORT, asked.series, 100),
    'ms',
    10,
  );
  isLoading = false;
  await load;
  await server.stop();
  server = await ServerProcess.start(directory, PORT);
  atMost(`start (${size})`, server.startMs, 'ms', 1_000);
  await pushAll(
    PORT,
    32,
    Array.from({ length: 500 }, (_, index) =>
      pushRequest(tables[index % tables.length]!, 'late', end),
    ),
  );
  await server.stop('SIGKILL');
  server = await ServerProcess.start(directory, PORT);
  atMost(`start after a crash (${size})`, server.startMs, 'ms', 1_000);
  await server.stop();
}

async function disk(directory: string): Promise<void> {
  let server = await ServerProcess.start(directory, PORT);
  await pushAll(PORT, 32, day(Math.floor(Date.now() / 600_000) * 600_000, 2, 240));
  await server.stop();
  server = await ServerProcess.start(directory, PORT);
  atMost(
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
  `${JSON.stringify({ at: new Date().toISOString(), rows }, null, 2)}\n`,
);
const missed = rows.filter(({ isMet }) => !isMet);
console.log(
  missed.length === 0
    ? 'All targets are met.'
    : `Missed: ${missed.map(({ what }) => what.trim()).join('; ')}`,
);
