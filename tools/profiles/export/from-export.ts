import { compileMatchers, type Matcher, type TimeRange } from '@hsi/profile-model';
import { decodePprof, MalformedProfile } from '@hsi/pprof-codec';
import { PyroscopeError } from '@hsi/pyroscope-api';
import * as v from 'valibot';
import { type Connection, patiently, refusalText } from './connection.ts';
import { ExportStopped, publicLabels, type StoredProfile } from './stored-profile.ts';
import { NO_LIMITS } from './to-folder.ts';

/** What an export is about. */
export interface ExportScope extends TimeRange {
  /** Undefined is all. */
  readonly services: readonly string[] | undefined;
  readonly matchers: readonly Matcher[];
}

const Page = v.object({
  profiles: v.array(
    v.object({ id: v.string(), labels: v.record(v.string(), v.string()), pprof: v.string() }),
  ),
  next: v.optional(v.string()),
});
type Page = v.InferOutput<typeof Page>;

/** True when the server has `GET /export`, which our profile server has and Pyroscope has not. */
export async function hasExport(connection: Connection): Promise<boolean> {
  return (await readPage(connection, 'none:0')) !== undefined;
}

/** Every profile just as it was stored, in the order in which they were. */
export async function* exportedProfiles(
  connection: Connection,
  scope: ExportScope,
): AsyncGenerator<StoredProfile[]> {
  const matches = compileMatchers(scope.matchers);
  let cursor: string | undefined = '';
  while (cursor !== undefined) {
    const page: Page | undefined = await readPage(connection, cursor);
    if (page === undefined) throw new ExportStopped(`${connection.server.url} has no /export.`);
    if (page.next === cursor) {
      throw new ExportStopped(`${connection.server.url} answers the same page again and again.`);
    }
    yield page.profiles
      .filter(({ labels }) => scope.services?.includes(labels.service_name ?? '') ?? true)
      .filter(({ labels }) => matches(labels))
      .map(stored)
      .filter(({ time, total }) => time >= scope.from && time <= scope.to && total > 0);
    cursor = page.next;
  }
}

/** Undefined: the server has no such page. */
async function readPage(connection: Connection, cursor: string): Promise<Page | undefined> {
  const path = `/export?cursor=${encodeURIComponent(cursor)}`;
  const answer = await patiently(connection, async () => {
    const got = await connection.request(path);
    if (got.status === 429 || got.status >= 500) {
      throw new PyroscopeError(refusalText(got), 'unavailable', got.status);
    }
    return got;
  });
  // A gateway that passes only queries on answers 403: then they have to do.
  if (answer.status === 401) {
    throw new PyroscopeError(refusalText(answer), 'unauthenticated', answer.status);
  }
  if (answer.status !== 200) return undefined;
  const text = new TextDecoder().decode(answer.body);
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Page), text);
  return parsed.success ? parsed.output : undefined;
}

function stored({ id, labels, pprof: base64 }: Page['profiles'][number]): StoredProfile {
  const pprof = new Uint8Array(Buffer.from(base64, 'base64'));
  try {
    const { timeNanos, samples } = decodePprof(pprof, NO_LIMITS);
    return {
      id,
      service: labels.service_name ?? '',
      labels: publicLabels(labels),
      name: labels.__name__ ?? '',
      typeId: labels.__profile_type__ ?? '',
      time: Number(timeNanos / 1_000_000n),
      total: samples.values.reduce((sum, value) => sum + value, 0),
      pprof,
    };
  } catch (error) {
    if (!(error instanceof MalformedProfile)) throw error;
    throw new ExportStopped(`The profile ${id} of the source: ${error.message}`);
  }
}
