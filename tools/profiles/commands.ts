import {
  type CallTree,
  depths,
  formatValue,
  isSnapshot,
  type Matcher,
  nodeCount,
  parseProfileType,
  parseSelector,
  parseTime,
  PREFERRED_TYPES,
  type ProfileTypeId,
  pruneTree,
  resolveKind,
  scaleTree,
  type TimeRange,
} from '@hsi/profile-model';
import { type PyroscopeClient } from '@hsi/pyroscope-api';
import { UsageError } from './arguments.ts';

export const COMMANDS = ['top', 'flame', 'diff', 'services', 'types'] as const;
export type Command = (typeof COMMANDS)[number];

export const OPTIONS = [
  'url',
  'tenant',
  'service',
  'type',
  'label',
  'from',
  'to',
  'left-from',
  'left-to',
  'left-label',
  'limit',
] as const;
export const FLAGS = ['json', 'with-idle', 'help'] as const;

export type Options = ReadonlyMap<string, readonly string[]>;

const MAX_NODES = 16_384;
/** The frames by which the Node SDK counts time in which the thread waited. */
const IDLE = /^:?\(idle\)(:0)?$/;

/** What a command found: for a program and for a person. */
export interface Output {
  readonly json: unknown;
  readonly text: string;
}

/** Runs one command against a server. @throws UsageError, PyroscopeError */
export async function runCommand(
  command: Command,
  client: PyroscopeClient,
  options: Options,
  now: number,
): Promise<Output> {
  switch (command) {
    case 'services':
      return services(client, range(options, now));
    case 'types':
      return types(client, options, range(options, now));
    case 'top':
      return top(await graph(client, options, 'right', now), options);
    case 'flame':
      return flame(await graph(client, options, 'right', now), options);
    case 'diff': {
      const sides = [
        await graph(client, options, 'left', now),
        await graph(client, options, 'right', now),
      ] as const;
      return diff(sides[0], sides[1], options);
    }
  }
}

interface Graph {
  readonly tree: CallTree;
  readonly typeId: ProfileTypeId;
  readonly unit: string;
  /** How many snapshots the values are the average of. */
  readonly snapshots?: number;
}

function last(options: Options, name: string): string | undefined {
  return options.get(name)?.at(-1);
}

function range(options: Options, now: number, side: 'left' | 'right' = 'right'): TimeRange {
  const read = (name: 'from' | 'to', fallback: string) => {
    const text =
      (side === 'left' ? last(options, `left-${name}`) : undefined) ?? last(options, name);
    const time = parseTime(text ?? fallback, now);
    if (time === undefined) {
      throw new UsageError(
        `--${name} is ${JSON.stringify(text)}: use now-1h, milliseconds or ISO 8601.`,
      );
    }
    return time;
  };
  const found = { from: read('from', 'now-1h'), to: read('to', 'now') };
  if (found.from > found.to) throw new UsageError('--from is after --to.');
  return found;
}

function matchers(options: Options, side: 'left' | 'right'): Matcher[] {
  const service = last(options, 'service');
  if (service === undefined) throw new UsageError('--service is missing; "services" lists them.');
  const labels = (side === 'left' ? options.get('left-label') : undefined) ?? options.get('label');
  const scope: Matcher = { name: 'service_name', operator: '=', value: service };
  const further = (labels ?? []).flatMap((text) => {
    const [, name, operator, value] = /^([^=!~]+)(=~|!~|!=|=)(.*)$/s.exec(text) ?? [];
    if (name === undefined) throw new UsageError(`--label ${text}: expected name=value.`);
    return parseSelector(`{${JSON.stringify(name)}${operator}${JSON.stringify(value)}}`);
  });
  return [scope, ...further];
}

/** The same steps as the page: the type of the kind that the service has, levels as an average. */
async function graph(
  client: PyroscopeClient,
  options: Options,
  side: 'left' | 'right',
  now: number,
): Promise<Graph> {
  const within = range(options, now, side);
  const scope = matchers(options, side);
  const typeId = await chosenType(client, last(options, 'type') ?? 'cpu', scope, within);
  const query = { profileTypeId: typeId, matchers: scope, ...within };
  const whole = await client.selectMergeStacktraces({ ...query, maxNodes: MAX_NODES });
  const tree = options.has('with-idle') ? whole : pruneTree(whole, (name) => IDLE.test(name));
  const { sampleUnit: unit } = parseProfileType(typeId);
  if (!isSnapshot(typeId) || tree.total[0] === 0) return { tree, typeId, unit };
  const stepSeconds = Math.max(1, Math.ceil((within.to - within.from) / 1_000) + 1);
  const sumOf = async (aggregation: 'sum' | 'average') => {
    const series = await client.selectSeries({ ...query, stepSeconds, aggregation });
    return series.flatMap(({ points }) => points).reduce((all, { value }) => all + value, 0);
  };
  const [sum, average] = [await sumOf('sum'), await sumOf('average')];
  const snapshots = average > 0 ? Math.max(1, Math.round(sum / average)) : 1;
  return { tree: scaleTree(tree, snapshots), typeId, unit, snapshots };
}

async function chosenType(
  client: PyroscopeClient,
  choice: string,
  scope: readonly Matcher[],
  within: TimeRange,
): Promise<ProfileTypeId> {
  if (choice !== 'cpu' && choice !== 'memory') return parseProfileType(choice).id;
  const query = { name: '__profile_type__', matchers: scope.slice(0, 1), ...within };
  const available = await client.labelValues(query);
  return resolveKind(choice, available) ?? PREFERRED_TYPES[choice][0]!;
}

async function services(client: PyroscopeClient, within: TimeRange): Promise<Output> {
  const names = await client.labelValues({ name: 'service_name', ...within });
  return {
    json: { services: names },
    text: names.join('\n') || 'No service has profiles in this range.',
  };
}

async function types(
  client: PyroscopeClient,
  options: Options,
  within: TimeRange,
): Promise<Output> {
  const scope = options.has('service') ? matchers(options, 'right').slice(0, 1) : [];
  const ids =
    scope.length === 0
      ? (await client.profileTypes(within)).map(({ id }) => id)
      : await client.labelValues({ name: '__profile_type__', matchers: scope, ...within });
  return { json: { types: ids }, text: ids.join('\n') || 'There are no profiles in this range.' };
}

interface Row {
  readonly name: string;
  readonly self: number;
  readonly total: number;
}

/** Self and total of every function; a function that calls itself counts once in its total. */
export function functionTotals(tree: CallTree): Row[] {
  const rows = new Map<number, { self: number; total: number }>();
  for (let node = 1; node < nodeCount(tree); node++) {
    const name = tree.name[node]!;
    const row = rows.get(name) ?? { self: 0, total: 0 };
    rows.set(name, row);
    row.self += tree.self[node]!;
    let above = tree.parent[node]!;
    while (above > 0 && tree.name[above] !== name) above = tree.parent[above]!;
    if (above <= 0) row.total += tree.total[node]!;
  }
  return [...rows]
    .map(([name, row]) => ({ name: tree.names[name]!, ...row }))
    .sort((a, b) => b.self - a.self || b.total - a.total || (a.name < b.name ? -1 : 1));
}

function limitOf(options: Options, fallback: number): number {
  const text = last(options, 'limit') ?? String(fallback);
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new UsageError('--limit is a whole number above 0.');
  return Number(text);
}

function about({ tree, typeId, unit, snapshots }: Graph) {
  return {
    type: typeId,
    unit,
    total: tree.total[0]!,
    ...(snapshots === undefined ? {} : { snapshots }),
  };
}

function heading({ tree, typeId, unit, snapshots }: Graph): string {
  const average = snapshots === undefined ? '' : `, the average of ${snapshots} snapshots`;
  return `${typeId}  total ${formatValue(tree.total[0]!, unit)}${average}`;
}

function top(graph: Graph, options: Options): Output {
  const functions = functionTotals(graph.tree).slice(0, limitOf(options, 30));
  const cell = (value: number) => formatValue(value, graph.unit).padStart(10);
  const lines = functions.map(({ self, total, name }) => `${cell(self)} ${cell(total)}  ${name}`);
  const head = `${'self'.padStart(10)} ${'total'.padStart(10)}  function`;
  return {
    json: { ...about(graph), functions },
    text: [heading(graph), head, ...lines].join('\n'),
  };
}

/** The tree as an indented outline; what is below a thousandth of the total is left out of the text. */
function flame(graph: Graph, options: Options): Output {
  const { tree, unit } = graph;
  const depth = depths(tree);
  const least = tree.total[0]! / 1_000;
  const nodes = Array.from({ length: nodeCount(tree) }, (_, node) => ({
    depth: depth[node]!,
    name: tree.names[tree.name[node]!]!,
    self: tree.self[node]!,
    total: tree.total[node]!,
  }));
  const lines = nodes
    .filter(({ total }) => total >= least)
    .slice(0, limitOf(options, 500))
    .map(({ depth: level, name, total }) => {
      const share = tree.total[0] === 0 ? 0 : (100 * total) / tree.total[0]!;
      return `${share.toFixed(1).padStart(5)}% ${formatValue(total, unit).padStart(10)} ${'  '.repeat(level)}${name}`;
    });
  return { json: { ...about(graph), nodes }, text: [heading(graph), ...lines].join('\n') };
}

function diff(left: Graph, right: Graph, options: Options): Output {
  const before = new Map(functionTotals(left.tree).map((row) => [row.name, row]));
  const after = new Map(functionTotals(right.tree).map((row) => [row.name, row]));
  const rows = [...new Set([...before.keys(), ...after.keys()])]
    .map((name) => ({
      name,
      left: before.get(name)?.self ?? 0,
      right: after.get(name)?.self ?? 0,
    }))
    .map((row) => ({ ...row, change: row.right - row.left }))
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change) || (a.name < b.name ? -1 : 1))
    .slice(0, limitOf(options, 30));
  const cell = (value: number) => formatValue(value, right.unit).padStart(10);
  const signed = (value: number) =>
    `${value < 0 ? '' : '+'}${formatValue(value, right.unit)}`.padStart(11);
  return {
    json: { left: about(left), right: about(right), functions: rows },
    text: [
      `left   ${heading(left)}`,
      `right  ${heading(right)}`,
      `${'left self'.padStart(10)} ${'right self'.padStart(10)} ${'change'.padStart(11)}  function`,
      ...rows.map(
        (row) => `${cell(row.left)} ${cell(row.right)} ${signed(row.change)}  ${row.name}`,
      ),
    ].join('\n'),
  };
}
