import {
  type Matcher,
  type ProfileTypeId,
  type TimeRange,
  formatSelector,
} from '@hsi/profile-model';

/** Where a server is, and what every request to it carries. */
export interface ServerAddress {
  /** Where the API is, e.g. `http://127.0.0.1:4040` or `/profiles`. */
  readonly baseUrl: string;
  /** Sent as `X-Scope-OrgID`. Behind the gateway leave it out: the gateway sets it. */
  readonly tenant?: string | undefined;
  /** Further headers, such as an `Authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Which samples to merge. */
export interface ProfileQuery extends TimeRange {
  readonly profileTypeId: ProfileTypeId;
  readonly matchers: readonly Matcher[];
  /** The server keeps about this many nodes and merges the rest into nodes named `other`. */
  readonly maxNodes?: number;
}

/** Which label sets to list; with `labelNames` only those labels of each. */
export interface SeriesListQuery extends TimeRange {
  readonly matchers?: readonly Matcher[];
  readonly labelNames?: readonly string[];
}

/** A call of `querier.v1` in Connect's JSON, as `fetch` takes it. */
export function querierCall(
  { baseUrl, tenant, headers }: ServerAddress,
  method: string,
  body: object,
): { readonly url: string; readonly init: RequestInit & { readonly body: string } } {
  return {
    url: `${baseUrl.replace(/\/+$/, '')}/querier.v1.QuerierService/${method}`,
    init: {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        accept: 'application/json',
        'connect-protocol-version': '1',
        ...(tenant === undefined ? {} : { 'x-scope-orgid': tenant }),
      },
      body: JSON.stringify(body),
    },
  };
}

/** Body of `SelectMergeStacktraces`, and what the other selections of samples begin with. */
export function mergeRequest(query: ProfileQuery) {
  return {
    ...times(query),
    profileTypeID: query.profileTypeId,
    labelSelector: formatSelector(query.matchers),
    ...(query.maxNodes === undefined ? {} : { maxNodes: String(query.maxNodes) }),
  };
}

/** Body of `Series`. */
export function seriesRequest(query: SeriesListQuery) {
  return {
    ...times(query),
    matchers: selectors(query.matchers),
    labelNames: query.labelNames ?? [],
  };
}

export function times({ from, to }: TimeRange) {
  return { start: String(Math.trunc(from)), end: String(Math.trunc(to)) };
}

export function selectors(matchers: readonly Matcher[] = []): string[] {
  return matchers.length === 0 ? [] : [formatSelector(matchers)];
}
