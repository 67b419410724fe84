/** Filters as the address and the backend's API name them. */
export const FILTER_NAMES = ['model', 'action', 'result', 'actor', 'from', 'to'] as const;
export type FilterName = (typeof FILTER_NAMES)[number];

/** As written in the address: `from` and `to` in milliseconds since 1970-01-01 UTC. */
export type AuditFilter = Readonly<Partial<Record<FilterName, string>>>;

/** Entries per page. */
export const PAGE_SIZE = 50;

export function readFilter(address: URLSearchParams): AuditFilter {
  const filter: Partial<Record<FilterName, string>> = {};
  for (const name of FILTER_NAMES) {
    const value = address.get(name);
    if (value) filter[name] = value;
  }
  return filter;
}

/**
 * What to ask the backend for this address. Values are passed on as they are: the backend says
 * which one does not fit and why.
 */
export function auditUrl(address: URLSearchParams): string {
  const query = new URLSearchParams({ ...readFilter(address), limit: String(PAGE_SIZE) });
  const cursor = address.get('cursor');
  if (cursor) query.set('cursor', cursor);
  return `/api/audit?${query}`;
}

/** The address with one filter changed, on its first page; an empty value takes it away. */
export function withFilter(
  address: URLSearchParams,
  name: FilterName,
  value: string,
): URLSearchParams {
  const next = withCursor(address, undefined);
  if (value === '') next.delete(name);
  else next.set(name, value);
  return next;
}

/** The address on another page of the same list. */
export function withCursor(address: URLSearchParams, cursor: string | undefined): URLSearchParams {
  const next = new URLSearchParams(address);
  if (cursor === undefined) next.delete('cursor');
  else next.set('cursor', cursor);
  return next;
}

/** Milliseconds as a `datetime-local` field has them; empty for what is no moment. */
export function toLocalTime(milliseconds: string | undefined): string {
  if (milliseconds === undefined || !/^\d{1,15}$/.test(milliseconds)) return '';
  const time = new Date(Number(milliseconds));
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** The reverse of {@link toLocalTime}; empty for an empty or half-filled field. */
export function fromLocalTime(text: string): string {
  const time = new Date(text).getTime();
  return Number.isNaN(time) ? '' : String(time);
}
