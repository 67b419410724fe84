import { type Address, HttpConnection } from './http-client.ts';

/** The value below which the share `p` (0 to 1) of the values lies. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? NaN;
}

export interface Throughput {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

/** Sends requests over `writers` connections for so long. `next` gives each request. */
export async function pushFor(
  server: Address,
  writers: number,
  milliseconds: number,
  next: () => Buffer,
): Promise<Throughput> {
  const connections = await Promise.all(
    Array.from({ length: writers }, () => HttpConnection.open(server)),
  );
  const times: number[] = [];
  let failed = 0;
  const began = performance.now();
  await Promise.all(
    connections.map(async (connection) => {
      while (performance.now() - began < milliseconds) {
        const sent = performance.now();
        const { status } = await connection.send(next());
        times.push(performance.now() - sent);
        if (status !== 200) failed++;
      }
      connection.close();
    }),
  );
  const seconds = (performance.now() - began) / 1_000;
  return {
    perSecond: times.length / seconds,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    failed,
  };
}

/** Sends every request once, over so many connections. */
export async function pushAll(
  server: Address,
  writers: number,
  requests: Iterable<Buffer>,
): Promise<void> {
  const iterator = requests[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: writers }, async () => {
      const connection = await HttpConnection.open(server);
      for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
        const { status, body } = await connection.send(next.value);
        if (status !== 200) throw new Error(`a push was answered ${status}: ${body.toString()}`);
      }
      connection.close();
    }),
  );
}

/** Median time of a request, milliseconds, after some to warm up. */
export async function medianMs(server: Address, request: Buffer, rounds = 200): Promise<number> {
  const connection = await HttpConnection.open(server);
  const times: number[] = [];
  for (let round = 0; round < rounds + 20; round++) {
    const sent = performance.now();
    const { status, body } = await connection.send(request);
    if (status !== 200) throw new Error(`a query was answered ${status}: ${body.toString()}`);
    if (round >= 20) times.push(performance.now() - sent);
  }
  connection.close();
  return percentile(times, 0.5);
}
