import type { Dashboard, GridPos, Panel } from '../../grafana-dashboard/model.ts';
import { interpolate, urlMacro, type Find } from './interpolate.ts';
import type { Answer, Graph, Line, PyroscopeSource, Range } from './pyroscope-source.ts';
import { resolveVariables, type ShownVariable } from './variables.ts';

/** What a browser would show of a dashboard: everything is asked for, replaced and laid out. */
export interface Shown {
  /** The address's parameters as Grafana writes them once the dashboard is there. */
  readonly search: string;
  readonly range: Range;
  readonly variables: readonly ShownVariable[];
  readonly links: readonly Link[];
  readonly panels: readonly ShownPanel[];
}

export interface Link {
  readonly title: string;
  readonly href: string;
}

export interface ShownPanel {
  readonly id: number;
  readonly type: Panel['type'];
  readonly title: string;
  readonly gridPos: GridPos;
  readonly content: Content;
}

export type Content =
  | { readonly kind: 'lines'; readonly lines: readonly NamedLine[]; readonly pointLink?: Link }
  | { readonly kind: 'graph'; readonly graph: Graph }
  /** A stat, a note, or in place of data the reason why there is none. */
  | { readonly kind: 'value' | 'text' | 'no data'; readonly text: string }
  | { readonly kind: 'error'; readonly text: string }
  | { readonly kind: 'none' };

export interface NamedLine extends Line {
  readonly name: string;
}

/** Stands in a point's link for the point's time. */
export const POINT_TIME = 'time-of-the-point';

const NO_DATA = 'No data';

/** A panel of this width asks for so many points unless it says how many. */
const PANEL_PIXELS = 800;

/**
 * Shows a dashboard at an address of it.
 * @param base Grafana's sub-path
 * @param now unix milliseconds
 */
export async function showDashboard(
  dashboard: Dashboard,
  search: URLSearchParams,
  source: PyroscopeSource,
  base: string,
  now: number,
): Promise<Shown> {
  const written = writtenAddress(dashboard, search);
  const range = { from: time(written.get('from'), now), to: time(written.get('to'), now) };
  const variables = await resolveVariables(dashboard.templating.list, search, source, range);
  for (const { name, value, isAll } of variables) {
    written.delete(`var-${name}`);
    const values = isAll ? ['$__all'] : [value].flat();
    for (const each of values) written.append(`var-${name}`, each);
  }
  const find: Find = (name, path) => {
    if (name === '__url') return urlMacro(`/d/${dashboard.uid}`, written, path);
    return variables.find((variable) => variable.name === name);
  };
  const page = { base, find, range, source };
  const panels = dashboard.panels.flatMap((panel) => repeated(panel, variables, find));
  return {
    search: `?${written.toString()}`,
    range,
    variables,
    links: dashboard.links.map(({ title, url }) => ({
      title,
      href: base + interpolate(url, find),
    })),
    panels: await Promise.all(
      panels.map(async ({ panel, gridPos, find: own }) => ({
        id: panel.id,
        type: panel.type,
        title: interpolate(panel.title, own),
        gridPos,
        content: await contentOf(panel, { ...page, find: own }),
      })),
    ),
  };
}

interface Page {
  readonly base: string;
  readonly find: Find;
  readonly range: Range;
  readonly source: PyroscopeSource;
}

/** `time` and `time.window` become the range around that time; what is missing is the dashboard's. */
function writtenAddress(dashboard: Dashboard, search: URLSearchParams): URLSearchParams {
  const written = new URLSearchParams(search);
  const [middle, window] = [written.get('time'), written.get('time.window')];
  if (middle !== null && window !== null) {
    const at = (sign: number) =>
      new Date(Number(middle) + (sign * Number(window)) / 2).toISOString();
    written.set('from', at(-1));
    written.set('to', at(1));
  }
  written.delete('time');
  written.delete('time.window');
  if (!written.has('from')) written.set('from', dashboard.time.from);
  if (!written.has('to')) written.set('to', dashboard.time.to);
  if (!written.has('timezone')) written.set('timezone', dashboard.timezone);
  return written;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** As Grafana reads a time of its address: by its letters, else by its length. */
function time(text: string | null, now: number): number {
  const [, amount, unit = ''] = /^now(?:-(\d+)([smhdw]))?$/u.exec(text ?? '') ?? [];
  if (text?.includes('now')) return now - Number(amount ?? 0) * (UNIT_MS[unit] ?? 0);
  if (text?.length === 24) return Date.parse(text);
  return Number.parseInt(text ?? '', 10);
}

interface Placed {
  readonly panel: Panel;
  readonly gridPos: GridPos;
  readonly find: Find;
}

/** One panel per value of its repeat variable; without values one with an empty value is drawn. */
function repeated(panel: Panel, variables: readonly ShownVariable[], find: Find): Placed[] {
  const variable = variables.find(({ name }) => name === panel.repeat);
  if (variable === undefined) return [{ panel, gridPos: panel.gridPos, find }];
  const values = [variable.value].flat();
  const perRow = panel.maxPerRow ?? 4;
  const w = 24 / Math.min(perRow, Math.max(1, values.length));
  return (values.length > 0 ? values : ['']).map((value, index) => ({
    panel,
    gridPos: {
      x: (index % perRow) * w,
      y: panel.gridPos.y + Math.floor(index / perRow) * panel.gridPos.h,
      w,
      h: panel.gridPos.h,
    },
    find: (name, path) => (name === panel.repeat ? { name, value, text: value } : find(name, path)),
  }));
}

async function contentOf(panel: Panel, page: Page): Promise<Content> {
  if (panel.type === 'row') return { kind: 'none' };
  if (panel.type === 'text') {
    return { kind: 'text', text: interpolate(String(panel.options?.['content']), page.find) };
  }
  try {
    const answers = await ask(panel, page);
    if (panel.type === 'flamegraph') return flameGraph(answers);
    const lines = answers.flatMap(({ answer, refId }) =>
      answer.lines.map((line) => ({ ...line, name: displayName(panel, refId, line, page.find) })),
    );
    if (answers.some(({ answer }) => answer.graphs.length > 0)) {
      return { kind: 'error', text: 'Data is missing a time field' };
    }
    // This text is shown as it is: variables in it are not replaced.
    const noValue = panel.fieldConfig?.defaults.noValue ?? NO_DATA;
    if (lines.every(({ points }) => points.length === 0)) return { kind: 'no data', text: noValue };
    return panel.type === 'stat' ? stat(lines) : timeSeries(panel, lines, page);
  } catch (error) {
    return { kind: 'error', text: (error as Error).message };
  }
}

async function ask(panel: Panel, { find, range, source }: Page) {
  const points = panel.maxDataPoints ?? PANEL_PIXELS;
  const least = seconds(panel.interval);
  const interval = Math.max(least, (range.to - range.from) / 1000 / points);
  const answers = (panel.targets ?? []).map(async ({ refId, ...target }) => {
    // Only these two fields are replaced; others are sent as they are.
    const query = {
      ...target,
      profileTypeId: interpolate(target.profileTypeId, find),
      labelSelector: interpolate(target.labelSelector, find),
    };
    return { refId, answer: await source.query(query, range, interval) };
  });
  return Promise.all(answers);
}

function seconds(interval: string | undefined): number {
  const [, amount = '0', unit = 's'] = /^(\d+)([smhd])$/u.exec(interval ?? '') ?? [];
  return (Number(amount) * (UNIT_MS[unit] ?? 0)) / 1000;
}

/** Only the first frame is drawn. */
function flameGraph(answers: readonly { readonly answer: Answer }[]): Content {
  const [first] = answers;
  const [graph] = first?.answer.graphs ?? [];
  if (graph !== undefined) return { kind: 'graph', graph };
  const isOther = (first?.answer.lines.length ?? 0) > 0;
  return isOther
    ? { kind: 'error', text: 'Data is missing fields: label, level, value, self' }
    : { kind: 'none' };
}

function stat(lines: readonly NamedLine[]): Content {
  const texts = lines.map(({ name, unit, points }) => {
    const mean = points.reduce((sum, [, value]) => sum + value, 0) / points.length;
    return `${name} ${Number(mean.toPrecision(3))} ${unit}`;
  });
  return { kind: 'value', text: texts.join(', ') };
}

function timeSeries(panel: Panel, lines: readonly NamedLine[], page: Page): Content {
  const [link] = panel.fieldConfig?.defaults.links ?? [];
  if (link === undefined) return { kind: 'lines', lines };
  const find: Find = (name, path) =>
    name === '__value' && path === 'time' ? () => POINT_TIME : page.find(name, path);
  const pointLink = { title: link.title, href: page.base + interpolate(link.url, find) };
  return { kind: 'lines', lines, pointLink };
}

function displayName(panel: Panel, refId: string, line: Line, find: Find): string {
  const { defaults, overrides } = panel.fieldConfig ?? { defaults: {}, overrides: [] };
  const override = overrides
    .filter(({ matcher }) => matcher.id === 'byFrameRefID' && matcher.options === refId)
    .flatMap(({ properties }) => properties)
    .find(({ id }) => id === 'displayName');
  const text = String(
    override?.value ?? defaults.displayName ?? Object.values(line.labels)[0] ?? '',
  );
  return interpolate(text, (name, path) => {
    const label = /^labels\.(.+)$/u.exec(path ?? '')?.[1];
    if (name !== '__field' || label === undefined) return find(name, path);
    return () => line.labels[label] ?? '';
  });
}
