import { type GatewaySettings } from './settings.ts';

/** A browser's `Host` without port, when it is a plain name or address. */
const HOST_NAME = /^([a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d+)?$/i;

type PolicySettings = Pick<GatewaySettings, 'grafanaUrl' | 'remoteOrigins'>;

/**
 * The headers of a page of ours. Not for what comes from Grafana, which has its own.
 *
 * @param host the request's `Host`: the page replaces a local host name in `GRAFANA_URL` by its own
 * (see the Grafana URL resolver), so that name must be allowed too
 */
export function pageHeaders(
  settings: PolicySettings,
  host: string | undefined,
): Readonly<Record<string, string>> {
  return {
    'content-security-policy': contentSecurityPolicy(settings, host),
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
    'referrer-policy': 'strict-origin-when-cross-origin',
  };
}

export function contentSecurityPolicy(settings: PolicySettings, host: string | undefined): string {
  const remotes = settings.remoteOrigins;
  const grafana = grafanaOrigins(settings.grafanaUrl, host);
  return Object.entries({
    'default-src': ["'self'"],
    'script-src': ["'self'", ...remotes],
    'style-src': ["'self'", ...remotes],
    'img-src': ["'self'", 'data:', ...remotes],
    'font-src': ["'self'", ...remotes],
    'connect-src': ["'self'", ...remotes, ...grafana],
    'frame-src': ["'self'", ...grafana],
    'object-src': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'self'"],
    'frame-ancestors': ["'self'"],
  })
    .map(([directive, sources]) => `${directive} ${[...new Set(sources)].join(' ')}`)
    .join('; ');
}

function grafanaOrigins(grafanaUrl: string, host: string | undefined): string[] {
  const url = URL.canParse(grafanaUrl) ? new URL(grafanaUrl) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return [];
  const [, name] = HOST_NAME.exec(host ?? '') ?? [];
  if (name === undefined || !['localhost', '127.0.0.1'].includes(url.hostname)) return [url.origin];
  const seen = new URL(url);
  seen.hostname = name;
  return [url.origin, seen.origin];
}
