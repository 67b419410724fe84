import { seededRandom } from '@hsi/test-kit';
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePprof } from '@hsi/pprof-codec';
import { ProfileTablesBuilder } from '@hsi/profile-model';
import { PyroscopeClient } from '@hsi/pyroscope-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ServerProcess } from './testing/server-process.ts';

/** Rounds of load and `kill -9`. */
const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 20);
/** Decides after how many answers each round's crash comes. */
const SEED = Number(process.env.CRASH_SEED ?? randomInt(2 ** 31));
const WRITERS = 24;
const CPU = { type: 'cpu', unit: 'nanoseconds' };
const TYPE = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const DAY = 86_400_000;
/** 2026-11-23 02:13 UTC, and a day later: another file. */
const TIMES = [1_795_400_000_000, 1_795_400_000_000 + DAY] as const;
/** Every push adds this much under its own name at each of its times. */
const TOTAL = 7;

let directory: string;
let server: ServerProcess;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'profile-crash-'));
  server = await ServerProcess.build(directory);
});
afterAll(async () => {
  await server.remove();
  await rm(directory, { recursive: true, force: true });
});

/** A push of one profile, in one file. */
function pushOne(name: string): Promise<Response> {
  const query = `format=folded&name=crash&sampleRate=1000000000&from=${TIMES[0] / 1_000}`;
  const body = `main;${name};first 3\nmain;${name};second 4\n`;
  return fetch(`${server.url}/ingest?${query}`, { method: 'POST', body });
}

/** A push of two profiles, each in a file of its own. */
function pushTwo(name: string): Promise<Response> {
  const samples = TIMES.map((ms) => {
    const builder = new ProfileTablesBuilder();
    builder.add([builder.frame('main'), builder.frame(name)], [TOTAL]);
    const tables = builder.build({ sampleTypes: [CPU], periodType: CPU, period: 1 });
    const bytes = encodePprof({ ...tables, timeNanos: BigInt(ms) * 1_000_000n });
    return { rawProfile: Buffer.from(bytes).toString('base64') };
  });
  const labels = [
    { name: '__name__', value: 'process_cpu' },
    { name: 'service_name', value: 'crash' },
  ];
  return fetch(`${server.url}/push.v1.PusherService/Push`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ series: [{ labels, samples }] }),
  });
}

/** Name -> what is stored of it around a time. */
async function stored(ms: number): Promise<Map<string, number>> {
  const client = new PyroscopeClient({ baseUrl: server.url });
  const tree = await client.selectMergeStacktraces({
    profileTypeId: TYPE,
    matchers: [{ name: 'service_name', operator: '=', value: 'crash' }],
    from: ms - DAY / 4,
    to: ms + DAY / 4,
    maxNodes: 1_000_000,
  });
  return new Map(
    Array.from(tree.name, (name, node) => [tree.names[name]!, tree.total[node]!] as const),
  );
}

test(
  `no acknowledged profile is lost or halved in ${ROUNDS} crashes under load`,
  { timeout: 60_000 + ROUNDS * 10_000 },
  async () => {
    const random = seededRandom(SEED);
    const settings = { RETENTION: 'off', INGEST_AHEAD_LIMIT: 'off', MAINTENANCE_SECONDS: '1' };
    const acknowledged = new Set<string>();
    /** Sent without an answer: may be there or not, but whole. */
    const unknown = new Set<string>();
    let counter = 0;
    for (let round = 0; round < ROUNDS; round++) {
      await server.start(settings);
      const crashAfter = acknowledged.size + 1 + Math.floor(random() * 300);
      let crash: Promise<void> | undefined;
      const write = async () => {
        while (crash === undefined) {
          const at = counter++;
          const name = at % 2 === 0 ? `one${at}` : `two${at}`;
          const push = at % 2 === 0 ? pushOne : pushTwo;
          const answer = await push(name).catch(() => undefined);
          (answer?.status === 200 ? acknowledged : unknown).add(name);
          if (acknowledged.size >= crashAfter) crash ??= server.kill();
        }
      };
      await Promise.all(Array.from({ length: WRITERS }, write));
      await crash;
    }

    await server.start(settings);
    const days = await Promise.all(TIMES.map(stored));
    const found = (name: string) =>
      days.slice(0, name.startsWith('two') ? 2 : 1).map((day) => day.get(name));
    const lost = [...acknowledged].filter((name) => !found(name).every((sum) => sum === TOTAL));
    const broken = [...unknown].filter((name) => {
      const sums = found(name);
      return !sums.every((sum) => sum === undefined) && !sums.every((sum) => sum === TOTAL);
    });
    expect({ lost, broken }, `CRASH_SEED=${SEED}`).toEqual({ lost: [], broken: [] });
    expect(acknowledged.size).toBeGreaterThanOrEqual(ROUNDS);
  },
);
