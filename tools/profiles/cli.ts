import { type Matcher, type ProfileTypeId, resolveKind, type TimeRange } from '@hsi/profile-model';
import { type PyroscopeClient, PyroscopeError } from '@hsi/pyroscope-api';
import { clientOf, describeFailure } from './client.ts';
import { compareTrees } from './compare.ts';
import { HELP } from './help.ts';
import {
  type Environment,
  readCount,
  readMatchers,
  readRange,
  readServer,
  readType,
  readWords,
  type Server,
  type TypeChoice,
  UsageError,
} from './options.ts';
import {
  diffText,
  flameRows,
  flameText,
  graphHeading,
  plain,
  table,
  topRows,
  topText,
} from './print.ts';
import { findServices, type Graph, loadGraph, type Scope } from './questions.ts';

/** What a command needs of its process. */
export interface Surroundings {
  readonly env: Environment;
  readonly now: () => number;
  readonly fetch?: typeof fetch;
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

/** A question that has no answer, as sentences. */
class NoAnswer extends Error {}

const OPTIONS = {
  url: { type: 'string' },
  tenant: { type: 'string' },
  from: { type: 'string', default: 'now-1h' },
  to: { type: 'string', default: 'now' },
  service: { type: 'string', multiple: true },
  model: { type: 'string' },
  type: { type: 'string', default: 'cpu' },
  filter: { type: 'string', multiple: true },
  selector: { type: 'string' },
  limit: { type: 'string', default: '30' },
  by: { type: 'string', default: 'self' },
  'min-share': { type: 'string', default: '0.5' },
  'max-nodes': { type: 'string', default: '16384' },
  idle: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  'base-from': { type: 'string' },
  'base-to': { type: 'string' },
  'base-service': { type: 'string' },
  'base-model': { type: 'string' },
  'base-filter': { type: 'string', multiple: true },
  'base-selector': { type: 'string' },
} as const;

type Values = ReturnType<typeof readWords<typeof OPTIONS>>['values'];

/** A command with everything read and checked. */
interface Request {
  readonly values: Values;
  readonly client: PyroscopeClient;
  readonly server: Server;
  readonly scope: Scope;
  readonly now: number;
  readonly type: TypeChoice;
  readonly by: 'self' | 'total';
  readonly limit: number;
  readonly leastShare: number;
  readonly maxNodes: number;
}

/** An answer, as a person reads it and as a program does. */
interface Outcome {
  readonly lines: readonly string[];
  readonly json: object;
}

const COMMANDS: Readonly<Record<string, (request: Request) => Promise<Outcome>>> = {
  services,
  types,
  top,
  flame,
  diff,
};

/** Runs `npm run profiles -- <words>`; gives the exit code. */
export async function runProfiles(words: readonly string[], around: Surroundings): Promise<number> {
  let server: Server | undefined;
  try {
    const { values, positionals } = readWords(words, OPTIONS);
    if (values.help) {
      around.out(HELP);
      return 0;
    }
    const [name = '', ...rest] = positionals;
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined || rest.length > 0) {
      const given = rest.length > 0 ? `${JSON.stringify(rest[0])} is one word too many` : name;
      throw new UsageError(
        given === ''
          ? 'No command is given: services, types, top, flame or diff.'
          : rest.length > 0
            ? `${given}.`
            : `There is no command ${JSON.stringify(name)}: use services, types, top, flame or diff.`,
      );
    }
    const request = readRequest(values, around);
    server = request.server;
    const { lines, json } = await command(request);
    const { from, to } = request.scope;
    if (values.json) {
      around.out(JSON.stringify({ command: name, url: server.url, from, to, ...json }, null, 2));
    } else for (const line of lines) around.out(line);
    return 0;
  } catch (error) {
    return explain(error, server, around);
  }
}

function explain(error: unknown, server: Server | undefined, { err }: Surroundings): number {
  if (error instanceof UsageError) {
    err(`${error.message} Try "npm run profiles -- --help".`);
    return 2;
  }
  if (error instanceof PyroscopeError && server !== undefined) {
    err(plain(describeFailure(error, server)));
  } else if (error instanceof NoAnswer) err(error.message);
  else err(`profiles failed: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
  return 1;
}

function readRequest(values: Values, { env, now: clock, fetch: fetchOne }: Surroundings): Request {
  const now = clock();
  const server = readServer(
    values.url ?? (env.PYROSCOPE_URL || 'http://127.0.0.1:4040'),
    values.url === undefined ? 'PYROSCOPE_URL' : '--url',
    values.tenant,
    env.PROFILES_AUTH,
  );
  const { by } = values;
  if (by !== 'self' && by !== 'total') {
    throw new UsageError(`--by is ${JSON.stringify(by)}: expected self or total.`);
  }
  const percent = Number(values['min-share']);
  if (!(percent >= 0 && percent <= 100)) {
    throw new UsageError('--min-share is no percentage: expected a number from 0 to 100.');
  }
  return {
    values,
    client: clientOf(server, fetchOne),
    server,
    now,
    scope: {
      ...readRange(values.from, values.to, now),
      matchers: [
        ...modelMatchers(values.model),
        ...readMatchers(values.selector, values.filter ?? []),
      ],
    },
    type: readType(values.type),
    by,
    limit: readCount(values.limit, '--limit', 1),
    leastShare: percent / 100,
    maxNodes: readCount(values['max-nodes'], '--max-nodes', 1),
  };
}

function modelMatchers(model: string | undefined): Matcher[] {
  return model === undefined ? [] : [{ name: 'model', operator: '=', value: model }];
}

/** The services that a command is about. @throws NoAnswer when there are none */
async function chosenServices({ client, scope, values, server }: Request): Promise<string[]> {
  if (values.service !== undefined) return [...new Set(values.service)];
  const found = (await findServices(client, scope)).map(({ service }) => service);
  if (found.length > 0) return found;
  throw new NoAnswer(nothingAt(server, 'service'));
}

function nothingAt({ url, tenant }: Server, what: 'service' | 'profile type'): string {
  const whose = tenant === undefined ? '' : ` for the tenant ${plain(tenant)}`;
  return (
    `No ${what} has profiles that fit in this range at ${url}${whose}. Ask for a longer one with ` +
    '--from. A real Pyroscope lists a service only minutes after its first profile: name it with --service.'
  );
}

async function services(request: Request): Promise<Outcome> {
  const named = request.values.service;
  const asked =
    named === undefined
      ? [request.scope.matchers]
      : named.map((service): Matcher[] => [
          { name: 'service_name', operator: '=', value: service },
          ...request.scope.matchers,
        ]);
  const answers = await Promise.all(
    asked.map((matchers) => findServices(request.client, { ...request.scope, matchers })),
  );
  const found = answers.flat();
  const lines = found.flatMap(({ service, types: ids, models }) => [
    plain(service),
    ...ids.map((id) => `  ${plain(id)}${kindOf(id, ids)}`),
    ...(models.length > 0 ? [`  models: ${models.map(plain).join(', ')}`] : []),
  ]);
  return {
    lines: lines.length > 0 ? lines : [nothingAt(request.server, 'service')],
    json: { services: found },
  };
}

/** Says of a service's type that it is what CPU or Memory stands for. */
function kindOf(id: ProfileTypeId, all: readonly ProfileTypeId[]): string {
  if (resolveKind('cpu', all) === id) return ' (CPU)';
  return resolveKind('memory', all) === id ? ' (Memory)' : '';
}

async function types({ client, scope, server }: Request): Promise<Outcome> {
  const [all, facts] = await Promise.all([client.profileTypes(scope), findServices(client, scope)]);
  const found = all
    .map(({ id }) => id)
    .sort()
    .map((id) => ({
      id,
      services: facts.filter((one) => one.types.includes(id)).map(({ service }) => service),
    }));
  return {
    lines:
      found.length === 0
        ? [nothingAt(server, 'profile type')]
        : table(
            ['profile type', 'services'],
            found.map(({ id, services: names }) => [id, names.join(', ')]),
            [],
          ),
    json: { types: found },
  };
}

async function graphs(request: Request): Promise<Graph[]> {
  const { client, scope, type, maxNodes, values } = request;
  const loaded: Graph[] = [];
  for (const service of await chosenServices(request)) {
    const asked = { ...scope, service, type, maxNodes, withIdle: values.idle };
    loaded.push(await loadGraph(client, asked));
  }
  return loaded;
}

function about({ service, typeId, unit, total, snapshots, idleShare }: Graph) {
  return { service, profileType: typeId ?? null, unit, total, idleShare, snapshots };
}

/** One part of the text for each graph, with an empty line between them. */
function parts(all: readonly Graph[], body: (graph: Graph) => string[]): string[] {
  return all.flatMap((graph, index) => [
    ...(index > 0 ? [''] : []),
    graphHeading(graph),
    ...(graph.total > 0 ? body(graph) : []),
  ]);
}

async function top(request: Request): Promise<Outcome> {
  const all = await graphs(request);
  const rows = (graph: Graph) => topRows(graph.tree, request.by, request.limit);
  return {
    lines: parts(all, (graph) => topText(graph, rows(graph))),
    json: { graphs: all.map((graph) => ({ ...about(graph), functions: rows(graph) })) },
  };
}

async function flame(request: Request): Promise<Outcome> {
  const all = await graphs(request);
  return {
    lines: parts(all, (graph) => flameText(graph, flameRows(graph.tree, request.leastShare))),
    json: { graphs: all.map((graph) => ({ ...about(graph), nodes: flameRows(graph.tree, 0) })) },
  };
}

async function diff(request: Request): Promise<Outcome> {
  const { client, scope, type, maxNodes, values, by, limit } = request;
  const base = baseScope(request);
  const length = (range: TimeRange) => range.to - range.from;
  const compared = [];
  for (const service of await chosenServices(request)) {
    const asked = { maxNodes, withIdle: values.idle };
    const after = await loadGraph(client, { ...scope, ...asked, service, type });
    const baseService = values['base-service'] ?? service;
    const before = await loadGraph(client, { ...base, ...asked, service: baseService, type });
    if (after.typeId !== before.typeId && after.total > 0 && before.total > 0) {
      throw new NoAnswer(
        `${service} sends ${after.typeId} and ${baseService} sends ${before.typeId}, which do not compare.`,
      );
    }
    const unit = after.unit || before.unit;
    compared.push({ before, after, unit, changes: compareTrees(before.tree, after.tree, by) });
  }
  const note =
    length(scope) === length(base)
      ? []
      : ['', 'The two ranges differ in length: compare the shares (pp is percentage points).'];
  return {
    lines: [
      ...compared.flatMap(({ before, after, unit, changes }, index) => [
        ...(index > 0 ? [''] : []),
        `before: ${graphHeading(before)}`,
        `after:  ${graphHeading(after)}`,
        ...(changes.length === 0
          ? ['No function changed.']
          : diffText(changes.slice(0, limit), unit, by)),
      ]),
      ...note,
    ],
    json: {
      base: { from: base.from, to: base.to },
      by,
      diffs: compared.map(({ before, after, unit, changes }) => ({
        unit,
        before: about(before),
        after: about(after),
        changes: changes.slice(0, limit),
      })),
    },
  };
}

/** What `diff` compares with: what `--base-*` says, else as long a time just before. */
function baseScope({ values, scope, now }: Request): Scope {
  const { from, to } = scope;
  const { 'base-from': baseFrom, 'base-to': baseTo } = values;
  const filters = values['base-filter'];
  const selects = values['base-selector'] !== undefined || filters !== undefined;
  const model = values['base-model'] ?? (selects ? undefined : values.model);
  const matchers = selects
    ? [...modelMatchers(model), ...readMatchers(values['base-selector'], filters)]
    : [...modelMatchers(model), ...readMatchers(values.selector, values.filter ?? [])];
  if (baseFrom !== undefined) {
    const range = readRange(baseFrom, baseTo ?? String(from), now, ['--base-from', '--base-to']);
    return { ...range, matchers };
  }
  if (baseTo !== undefined) throw new UsageError('--base-to needs --base-from.');
  const isOther =
    selects || values['base-service'] !== undefined || values['base-model'] !== undefined;
  return isOther ? { from, to, matchers } : { from: from - (to - from), to: from, matchers };
}
