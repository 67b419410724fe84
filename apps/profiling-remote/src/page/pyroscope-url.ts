import { resolveGrafanaUrl } from '@hsi/grafana-url';

const STANDARD = 'http://localhost:4040';

/** Where this browser, and programs on its machine, find Pyroscope: resolved as Grafana's address. */
export function pyroscopeUrl(configured: string | undefined): string {
  return resolveGrafanaUrl(configured ?? STANDARD, window.location, STANDARD).url;
}
