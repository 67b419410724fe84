import { ConfigResponse } from '@hsi/backend-api';
import { DEFAULT_GRAFANA_URL } from '@hsi/grafana-url';
import { type MountContext } from '@hsi/remote-contract';
import { queryOptions, useQuery } from '@tanstack/react-query';
import * as v from 'valibot';

/** How long the backend may take; then the page goes on with {@link DEFAULT_CONFIG}. */
export const CONFIG_LIMIT_MS = 5_000;
const RETRY_MS = 5_000;

/** What the page uses while the backend gives no configuration. */
export const DEFAULT_CONFIG: ConfigResponse = { grafana_url: DEFAULT_GRAFANA_URL };

export interface PageConfig {
  /** Undefined while the first answer is awaited. */
  readonly config: ConfigResponse | undefined;
  /** True while `config` is the default because the backend gave none. */
  readonly failed: boolean;
  readonly refetch: () => void;
}

/** The configuration, asked for again in the background until the backend gives it. */
export function useConfig(context: MountContext): PageConfig {
  const query = useQuery(configQuery(context));
  // Not `isError`: while it asks again, that is false, and the page would begin anew.
  const failed = query.data === undefined && query.errorUpdateCount > 0;
  return {
    config: query.data ?? (failed ? DEFAULT_CONFIG : undefined),
    failed,
    refetch: () => void query.refetch(),
  };
}

export function configQuery(context: MountContext) {
  return queryOptions({
    queryKey: ['config', context.backendUrl],
    queryFn: ({ signal }) => fetchConfig(context, signal),
    retry: false,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchInterval: (query) => (query.state.status === 'error' ? RETRY_MS : false),
    meta: { background: true },
  });
}

async function fetchConfig(context: MountContext, signal: AbortSignal): Promise<ConfigResponse> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(CONFIG_LIMIT_MS)]);
  const response = await context.fetch(`${context.backendUrl}/config`, { signal: limit });
  if (!response.ok)
    throw new Error(`The backend answered ${response.status} for its configuration.`);
  return v.parse(ConfigResponse, await response.json());
}
