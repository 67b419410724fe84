/** What is chosen on the page, as far as Grafana can be told. */
export interface GrafanaSelection {
  /** Pyroscope's `service_name`. */
  service?: string;
  /** Value of the label `model`. */
  model?: string;
  /** `cpu`, `memory` or a full profile type id. */
  profileType?: 'cpu' | 'memory' | (string & {});
  /** `now-6h`, unix milliseconds in digits, or ISO 8601. */
  from?: string;
  to?: string;
  /** 16 hexadecimal digits. */
  spanId?: string;
}

/** Names that the dashboard's JSON, its provisioning and every link have in common. */
export const GRAFANA = {
  dashboardUid: 'hsi-profiling',
  dashboardSlug: 'hsi-profiling',
  dashboardTitle: 'HSI Profiling',
  /** Uid of the Pyroscope data source. */
  pyroscopeUid: 'pyroscope',
  jaegerUid: 'jaeger',
  orgId: 1,
  refresh: '30s',
  variables: { service: 'service', model: 'model', profileType: 'profile_type' },
  profileTypes: {
    cpu: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
    memory: 'memory:inuse_space:bytes:space:bytes',
  },
  /** What the dashboard shows when its URL says nothing. */
  defaults: { service: 'nemotron-backend', profileType: 'cpu', from: 'now-1h', to: 'now' },
} as const;

/** Grafana's name for "every value" of a variable, in its present and its old spelling. */
const ALL = new Set(['$__all', 'All']);

/** The full id of a profile type: `cpu` and `memory` become the ids that Grafana's source knows. */
export function profileTypeId(type: string): string {
  return type === 'cpu' || type === 'memory' ? GRAFANA.profileTypes[type] : type;
}

/** The inverse of {@link profileTypeId}; also reads the labels of the dashboard's variable. */
export function shortProfileType(idOrLabel: string): string {
  if (idOrLabel === GRAFANA.profileTypes.cpu || idOrLabel === 'CPU') return 'cpu';
  if (idOrLabel === GRAFANA.profileTypes.memory || idOrLabel === 'Memory') return 'memory';
  return idOrLabel;
}

export function isSpanId(text: string): boolean {
  return /^[0-9a-f]{16}$/iu.test(text);
}

/**
 * A time in the one form that Grafana never misreads: `now...` as it is, everything else as unix
 * milliseconds. Grafana takes an ISO time without milliseconds for the year in milliseconds, and
 * 8, 15 or 19 digits for a date, so those are rewritten or dropped.
 */
export function grafanaTime(time: string | undefined): string | undefined {
  if (time === undefined) return undefined;
  const text = time.trim();
  if (/^now([+-]\d+[smhdwMy])*(\/(f?[smhdwMyQ]))?$/u.test(text)) return text;
  if (/^\d{9,14}$/u.test(text)) return text;
  if (!/^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:?\d{2})?)?$/u.test(text)) return undefined;
  // An ISO time without a zone means UTC here, as everywhere in Pyroscope and Grafana links.
  const zoned = /T/u.test(text) && !/(Z|[+-]\d{2}:?\d{2})$/u.test(text) ? `${text}Z` : text;
  const milliseconds = Date.parse(zoned);
  return Number.isNaN(milliseconds) ? undefined : String(milliseconds);
}

/** Drops what is absent, empty, "all" or, for times and spans, not readable. */
export function cleanSelection(raw: {
  readonly [key in keyof GrafanaSelection]?: string | null | undefined;
}): GrafanaSelection {
  const selection: GrafanaSelection = {};
  if (isChosen(raw.service)) selection.service = raw.service;
  if (isChosen(raw.model)) selection.model = raw.model;
  if (isChosen(raw.profileType)) selection.profileType = shortProfileType(raw.profileType);
  if (grafanaTime(raw.from ?? undefined) !== undefined) selection.from = raw.from as string;
  if (grafanaTime(raw.to ?? undefined) !== undefined) selection.to = raw.to as string;
  if (raw.spanId && isSpanId(raw.spanId)) selection.spanId = raw.spanId.toLowerCase();
  return selection;
}

function isChosen(value: string | null | undefined): value is string {
  return value !== null && value !== undefined && value !== '' && !ALL.has(value);
}

/** Path and query of an absolute or relative URL, or undefined when it is not one. */
export function readUrl(url: string): URL | undefined {
  const anywhere = 'http://page.invalid';
  return URL.canParse(url, anywhere) ? new URL(url, anywhere) : undefined;
}
