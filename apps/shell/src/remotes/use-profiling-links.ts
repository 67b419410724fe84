import { ConfigResponse } from '@hsi/backend-api';
import { dashboardUrl, resolveGrafanaUrl } from '@hsi/grafana-url';
import { useEffect, useState } from 'react';
import * as v from 'valibot';

/** A way to the profiles that does not need the remote. */
export interface ProfilingLink {
  readonly label: string;
  readonly url: string;
  readonly testId: string;
}

const CONFIG_LIMIT_MS = 5_000;

/** Links from the backend's configuration; the defaults of the gateway until, or unless, it answers. */
export function useProfilingLinks(): readonly ProfilingLink[] {
  const [links, setLinks] = useState(() => linksOf(undefined));
  useEffect(() => {
    const controller = new AbortController();
    void fetchConfig(controller.signal).then((config) => {
      if (!controller.signal.aborted) setLinks(linksOf(config));
    });
    return () => controller.abort();
  }, []);
  return links;
}

async function fetchConfig(signal: AbortSignal): Promise<ConfigResponse | undefined> {
  try {
    const response = await fetch('/api/config', {
      signal: AbortSignal.any([signal, AbortSignal.timeout(CONFIG_LIMIT_MS)]),
    });
    return response.ok ? v.parse(ConfigResponse, await response.json()) : undefined;
  } catch {
    // The defaults stand; this page already tells of one failure.
    return undefined;
  }
}

export function linksOf(
  config: ConfigResponse | undefined,
  page: { readonly hostname: string } = window.location,
): readonly ProfilingLink[] {
  const { url } = resolveGrafanaUrl(config?.grafana_url, page);
  // Pyroscope's address is resolved like Grafana's: its host is replaced when it is local.
  const pyroscope = resolveGrafanaUrl(
    config?.pyroscope_url,
    page,
    `http://${page.hostname}:4040`,
  ).url;
  const grafana = {
    label: 'Open in Grafana',
    url: dashboardUrl(url, {}),
    testId: 'fallback-grafana-link',
  };
  const toPyroscope = {
    label: 'Open Pyroscope',
    url: pyroscope,
    testId: 'fallback-pyroscope-link',
  };
  // The gateway would only say the same.
  return config?.grafana_configured === false ? [toPyroscope] : [grafana, toPyroscope];
}
