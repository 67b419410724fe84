import { PyroscopeError } from '@hsi/pyroscope-api';
import { type Surroundings } from '../cli.ts';
import { describeFailure } from '../client.ts';
import { EXPORT_HELP } from '../help.ts';
import {
  readCount,
  readMatchers,
  readRange,
  readServer,
  readWords,
  type Server,
  UsageError,
} from '../options.ts';
import { plain } from '../print.ts';
import { Connection } from './connection.ts';
import { exportedProfiles, type ExportScope, hasExport } from './from-export.ts';
import { oldestProfile, queriedProfiles } from './from-queries.ts';
import {
  ExportStopped,
  newTally,
  refusals,
  type StoredProfile,
  type Tally,
  type Target,
} from './stored-profile.ts';
import { FolderTarget } from './to-folder.ts';
import { ServerTarget } from './to-server.ts';

const OPTIONS = {
  url: { type: 'string' },
  tenant: { type: 'string' },
  to: { type: 'string' },
  'to-tenant': { type: 'string' },
  out: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string', default: 'now' },
  service: { type: 'string', multiple: true },
  filter: { type: 'string', multiple: true },
  selector: { type: 'string' },
  parallel: { type: 'string', default: '6' },
  'dry-run': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof readWords<typeof OPTIONS>>['values'];

export interface ExportSurroundings extends Surroundings {
  readonly wait?: (ms: number) => Promise<void>;
  /** Ends the export after the profiles that are under way. */
  readonly stop?: AbortSignal;
}

const PROGRESS_MS = 2_000;

/** Runs `npm run profiles:export -- <words>`; gives the exit code. */
export async function runExport(
  words: readonly string[],
  around: ExportSurroundings,
): Promise<number> {
  let source: Server | undefined;
  const tally = newTally();
  try {
    const { values, positionals } = readWords(words, OPTIONS);
    if (values.help) {
      around.out(EXPORT_HELP);
      return 0;
    }
    if (positionals.length > 0) {
      throw new UsageError(`${JSON.stringify(positionals[0])} is one word too many.`);
    }
    source = readServer(
      values.url ?? (around.env.PYROSCOPE_URL || 'http://127.0.0.1:4040'),
      values.url === undefined ? 'PYROSCOPE_URL' : '--url',
      values.tenant,
      around.env.PROFILES_AUTH,
    );
    const width = readCount(values.parallel, '--parallel', 1);
    const target = readTarget(values, source, width, around);
    const connection = new Connection(source, around.fetch, around.wait);
    const profiles = await openSource(connection, values, width, around);
    await copy(profiles, target, tally, around);
    return report(tally, values, around);
  } catch (error) {
    return explain(error, source, tally, around);
  }
}

/** Undefined: only count. */
function readTarget(
  values: Values,
  source: Server,
  width: number,
  { env, fetch: fetchOne, wait }: ExportSurroundings,
): Target | undefined {
  const { to, out } = values;
  if (to !== undefined && out !== undefined) {
    throw new UsageError('Either --to or --out, not both.');
  }
  if (to !== undefined) {
    const tenant = values['to-tenant'] ?? values.tenant;
    const server = readServer(to, '--to', tenant, env.PROFILES_TO_AUTH);
    const isSame = server.url === source.url && server.tenant === source.tenant;
    if (isSame) throw new UsageError('--to is the server that is read; name another one.');
    if (values['dry-run']) return undefined;
    return new ServerTarget(new Connection(server, fetchOne, wait), width);
  }
  if (values['dry-run']) return undefined;
  if (out === undefined || out === '') {
    throw new UsageError('Say where to: --to <url> of a server, or --out <folder>.');
  }
  return new FolderTarget(out, width);
}

async function openSource(
  connection: Connection,
  values: Values,
  width: number,
  { now, err }: ExportSurroundings,
): Promise<AsyncGenerator<StoredProfile[]>> {
  const clock = now();
  const since = values.since ?? '0';
  const range = readRange(since, values.until, clock, ['--since', '--until']);
  const scope: ExportScope = {
    ...range,
    services: values.service,
    matchers: readMatchers(values.selector, values.filter ?? []),
  };
  if (await hasExport(connection)) return exportedProfiles(connection, scope);
  err(
    'The source has no /export, so profiles are read through the query API: times are exact to the ' +
      'millisecond, and the API does not carry span ids, the length of a profile and its sampling period.',
  );
  if (values.since !== undefined) return queriedProfiles(connection, scope, width);
  const oldest = await oldestProfile(connection);
  if (oldest === undefined) {
    throw new ExportStopped(
      `${connection.server.url} does not say how old its oldest profile is: it has none, or is no ` +
        'Pyroscope server, or an old one. Name the beginning with --since.',
    );
  }
  return queriedProfiles(connection, { ...scope, from: oldest }, width);
}

async function copy(
  profiles: AsyncGenerator<StoredProfile[]>,
  target: Target | undefined,
  tally: Tally,
  { now, err, stop }: ExportSurroundings,
): Promise<void> {
  let said = now();
  for await (const batch of profiles) {
    if (stop?.aborted) {
      throw new ExportStopped('Stopped. Run the export again to go on; what was stored stays.');
    }
    tally.read += batch.length;
    if (batch.length > 0) await deliver(batch, target, tally);
    if (now() - said < PROGRESS_MS) continue;
    said = now();
    const at = batch.at(-1);
    err(`${counts(tally)}${at === undefined ? '' : `, at ${new Date(at.time).toISOString()}`}`);
  }
  target?.finish(tally);
}

/** The target's failures name the target: the other ones are the source's. */
async function deliver(
  batch: StoredProfile[],
  target: Target | undefined,
  tally: Tally,
): Promise<void> {
  try {
    await target?.deliver(batch, tally);
  } catch (error) {
    if (!(error instanceof PyroscopeError) || target?.server === undefined) throw error;
    throw new ExportStopped(`${describeFailure(error, target.server)} Then run the export again.`);
  }
}

function counts({ read, stored, present, bytes }: Tally): string {
  return (
    `${read} profiles read, ${stored} stored (${(bytes / 1e6).toFixed(1)} MB), ` +
    `${present} were there already`
  );
}

function report(tally: Tally, values: Values, { out, err }: ExportSurroundings): number {
  const { read, stored, present, bytes, refused, surplus } = tally;
  if (values.json) {
    out(JSON.stringify({ read, stored, present, bytes, refused: [...refused], surplus }));
  } else if (values['dry-run']) out(`${read} profiles to export.`);
  else out(`${counts(tally)}.`);
  for (const [reason, count] of refused) err(`${count} refused: ${plain(reason)}`);
  if ([...refused.keys()].some((reason) => /too old|older than|out of bounds/i.test(reason))) {
    err(
      'A Pyroscope refuses profiles older than an hour: start it with -validation.reject-older-than=0.',
    );
  }
  if (surplus > 0) {
    err(
      `At ${surplus} points in time the target has more than the source: it had profiles of the same ` +
        'series before. Nothing was taken away.',
    );
  }
  return refusals(tally) + surplus > 0 ? 1 : 0;
}

function explain(
  error: unknown,
  source: Server | undefined,
  tally: Tally,
  { err }: ExportSurroundings,
): number {
  if (error instanceof UsageError) {
    err(`${error.message} Try "npm run profiles:export -- --help".`);
    return 2;
  }
  if (tally.read > 0) err(`${counts(tally)}.`);
  if (error instanceof ExportStopped) err(plain(error.message));
  else if (error instanceof PyroscopeError && source !== undefined) {
    err(plain(describeFailure(error, source)));
  } else err(`export failed: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
  return 1;
}
