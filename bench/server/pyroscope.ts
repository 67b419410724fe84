import { type Address } from './http-client.ts';

/**
 * Where a real Pyroscope listens, from `BENCH_PYROSCOPE_URL`; undefined when it is not set.
 * @throws Error for what is no plain address: the connections here speak HTTP over a bare socket
 */
export function pyroscopeAddress(url: string | undefined): Address | undefined {
  if (url === undefined || url === '') return undefined;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'http:' || parsed.pathname !== '/' || parsed.username !== '') {
    throw new Error(
      `BENCH_PYROSCOPE_URL is ${JSON.stringify(url)}: expected an address such as http://127.0.0.1:4040, without a path or credentials.`,
    );
  }
  return { host: parsed.hostname.replace(/^\[|\]$/g, ''), port: Number(parsed.port || 80) };
}

/** The beginning of this run's service names, so that runs at one server do not meet. */
export function runName(now = Date.now()): string {
  return `bench-${now.toString(36)}`;
}
