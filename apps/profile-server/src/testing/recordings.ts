import { readdirSync, readFileSync } from 'node:fs';
import * as v from 'valibot';

const FIXTURES = new URL('../fixtures/', import.meta.url);

const Ingest = v.object({
  file: v.string(),
  url: v.string(),
  contentType: v.string(),
  status: v.number(),
});
export type RecordedIngest = v.InferOutput<typeof Ingest>;

const Query = v.object({
  request: v.object({
    name: v.string(),
    method: v.picklist(['GET', 'POST']),
    path: v.string(),
    body: v.optional(v.unknown()),
  }),
  status: v.number(),
  response: v.unknown(),
});
export type RecordedQuery = v.InferOutput<typeof Query>;

const BadIngest = v.object({
  name: v.string(),
  url: v.string(),
  bodyBase64: v.string(),
  status: v.number(),
});

const GrafanaCall = v.object({
  path: v.string(),
  requestHeaders: v.record(v.string(), v.string()),
  requestBase64: v.string(),
  status: v.number(),
  responseBase64: v.string(),
});
export type GrafanaCall = v.InferOutput<typeof GrafanaCall>;

function json(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8'));
}

/** What was pushed to a real Pyroscope, in order. */
export function recordedIngests(): RecordedIngest[] {
  return v.parse(v.array(Ingest), json('ingests.json'));
}

export function ingestBody({ file }: RecordedIngest): Buffer {
  return readFileSync(new URL(`ingest/${file}`, FIXTURES));
}

/** What a real Pyroscope was asked afterwards, and its answers. */
export function recordedQueries(): RecordedQuery[] {
  return readdirSync(new URL('queries/', FIXTURES))
    .sort()
    .map((name) => v.parse(Query, json(`queries/${name}`)));
}

export function recordedBadIngests() {
  return v.parse(v.array(BadIngest), json('bad-ingests.json'));
}

/** The calls of a real Grafana's data source, with a real Pyroscope's answers. */
export function recordedGrafanaCalls(): (GrafanaCall & { readonly name: string })[] {
  return readdirSync(new URL('grafana/', FIXTURES))
    .sort()
    .map((name) => ({ ...v.parse(GrafanaCall, json(`grafana/${name}`)), name }));
}
