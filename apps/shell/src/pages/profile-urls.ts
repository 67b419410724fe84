/** What the profiles of the model zoo are stored under. */
const SERVICE = 'nemotron-backend';

export interface CallOfModel {
  readonly trace_id: string;
  readonly span_id: string;
  /** When it began, in milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  readonly duration_ms: number;
}

/** The profiling page on the samples of one call. */
export function spanProfileUrl({ trace_id, span_id, time, duration_ms }: CallOfModel): string {
  return profilingUrl({
    spanId: span_id,
    traceId: trace_id,
    fromUs: String(Math.floor(time * 1_000)),
    durUs: String(Math.ceil(duration_ms * 1_000)),
  });
}

/** The profiling page on everything that was done for a model in the last hour. */
export function modelProfileUrl(model: string): string {
  return profilingUrl({ model });
}

function profilingUrl(parameters: Record<string, string>): string {
  const query = new URLSearchParams({ view: 'profiles', service: SERVICE, ...parameters });
  return `/pyroscope?${query}`;
}
