// npm run profiles:export -- --to <url> | --out <folder>
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as v from 'valibot';
import { UsageError } from './arguments.ts';

const Page = v.object({
  profiles: v.array(
    v.object({ id: v.string(), labels: v.record(v.string(), v.string()), pprof: v.string() }),
  ),
  next: v.optional(v.string()),
});
type StoredProfile = v.InferOutput<typeof Page>['profiles'][number];

const State = v.object({ cursor: v.string(), done: v.number() });

const ATTEMPTS = 8;
const TIMEOUT_MS = 60_000;

export interface ExportOptions {
  /** The server to read from. */
  readonly from: string;
  /** The server to replay into. */
  readonly to?: string | undefined;
  /** The folder to write pprof files to. */
  readonly out?: string | undefined;
  readonly tenant?: string | undefined;
  readonly token?: string | undefined;
  /** Where the progress is kept, so that an export that was interrupted goes on. */
  readonly state: string;
  readonly fetch?: typeof fetch;
  /** Waits so many milliseconds. */
  readonly wait?: (ms: number) => Promise<void>;
  readonly progress?: (done: number) => void;
}

/**
 * Replays everything that a profile server has. A page is noted as done when all of it was taken;
 * every profile has an id that is the same at every attempt.
 * @returns how many profiles were exported by all runs with this state
 */
export async function runExport(options: ExportOptions): Promise<number> {
  if ((options.to === undefined) === (options.out === undefined)) {
    throw new UsageError('Say where to: --to <url> of a Pyroscope server, or --out <folder>.');
  }
  let { cursor, done } = await readState(options.state);
  for (;;) {
    const page = await readPage(options, cursor);
    if (page.profiles.length > 0) {
      if (options.out !== undefined) await writeFiles(options.out, page.profiles);
      else await push(options, page.profiles);
    }
    done += page.profiles.length;
    options.progress?.(done);
    if (page.next === undefined) return done;
    cursor = page.next;
    await writeFile(`${options.state}.new`, JSON.stringify({ cursor, done }));
    await rename(`${options.state}.new`, options.state);
  }
}

async function readState(path: string): Promise<v.InferOutput<typeof State>> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return { cursor: '', done: 0 };
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), State), text);
  if (!parsed.success)
    throw new UsageError(`${path} is not the state of an export; remove it to begin anew.`);
  return parsed.output;
}

function headers({ tenant, token }: ExportOptions): Record<string, string> {
  return {
    ...(tenant === undefined ? {} : { 'x-scope-orgid': tenant }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
}

async function readPage(
  options: ExportOptions,
  cursor: string,
): Promise<v.InferOutput<typeof Page>> {
  const url = `${options.from}/export?cursor=${encodeURIComponent(cursor)}`;
  const text = await attempt(options, `reading from ${options.from}`, url, {
    headers: headers(options),
  });
  return v.parse(v.pipe(v.string(), v.parseJson(), Page), text);
}

/** Labels with two underscores in front are made by the server, all but the profile's name. */
function pushedLabels(labels: Readonly<Record<string, string>>) {
  return Object.entries(labels)
    .filter(([name]) => name === '__name__' || !name.startsWith('__'))
    .map(([name, value]) => ({ name, value }));
}

/** An id in the form of a UUID that is the same for the same stored profile. */
function uuid(id: string): string {
  const hex = createHash('sha256').update(id).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

async function push(options: ExportOptions, profiles: readonly StoredProfile[]): Promise<void> {
  const series = profiles.map(({ id, labels, pprof }) => ({
    labels: pushedLabels(labels),
    samples: [
      { ID: uuid(id), rawProfile: gzipSync(Buffer.from(pprof, 'base64')).toString('base64') },
    ],
  }));
  const target = options.to!.replace(/\/+$/, '');
  await attempt(options, `storing in ${target}`, `${target}/push.v1.PusherService/Push`, {
    method: 'POST',
    headers: { ...headers(options), 'content-type': 'application/json' },
    body: JSON.stringify({ series }),
  });
}

async function writeFiles(folder: string, profiles: readonly StoredProfile[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { id, labels, pprof } of profiles) {
    const service = (labels.service_name ?? 'unknown').replace(/[^\w.-]+/g, '_');
    const name = `${id.replace(':', '-')}-${service}-${labels.__type__ ?? ''}`;
    await writeFile(join(folder, `${name}.pb.gz`), gzipSync(Buffer.from(pprof, 'base64')));
    await writeFile(join(folder, `${name}.json`), JSON.stringify(labels));
  }
}

/** A request that is tried again while the server cannot be reached or asks to wait. */
async function attempt(
  options: ExportOptions,
  what: string,
  url: string,
  init: RequestInit,
): Promise<string> {
  const wait = options.wait ?? ((ms: number) => new Promise((resolve) => setTimeout(resolve, ms)));
  for (let number = 1; ; number++) {
    let problem: string;
    try {
      const answer = await (options.fetch ?? fetch)(url, {
        ...init,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await answer.text();
      if (answer.ok) return text;
      problem = `it answered ${answer.status}: ${text.slice(0, 300)}`;
      if (answer.status < 500 && answer.status !== 429) number = ATTEMPTS;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    if (number >= ATTEMPTS) {
      throw new UsageError(`The export stopped while ${what}: ${problem}. Run it again to go on.`);
    }
    await wait(Math.min(30_000, 250 * 2 ** number));
  }
}
