/** The address that is used when none is configured: Grafana behind the page's own origin. */
export const DEFAULT_GRAFANA_URL = '/grafana';

/** The part of the page's location that the resolver needs; `window.location` fits. */
export interface PageLocation {
  readonly hostname: string;
  /** With the colon: `https:`. Only used to warn of content that a browser would block. */
  readonly protocol?: string;
}

export interface ResolvedGrafanaUrl {
  /** A path (`/grafana`, or empty for the root) or an absolute http(s) URL, without a trailing slash. */
  readonly url: string;
  /** A sentence for the person, when the configured address could not be used as it was. */
  readonly warning?: string;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1']);

/**
 * Turns the configured Grafana address into one that this page's browser can use.
 *
 * - A path (`/grafana`) is kept.
 * - An absolute URL on `localhost` or `127.0.0.1` gets the page's host name, so that a browser on
 *   another machine reaches it; scheme, port and path stay.
 * - Any other http(s) URL is kept.
 * - Everything else is refused: the result is `fallback`, with a warning.
 *
 * Trailing slashes are cut. Never throws.
 */
export function resolveGrafanaUrl(
  configured: unknown,
  page: PageLocation,
  fallback: string = DEFAULT_GRAFANA_URL,
): ResolvedGrafanaUrl {
  const read = readAddress(configured, page);
  if ('url' in read) {
    return read.warning === undefined
      ? { url: read.url }
      : { url: read.url, warning: read.warning };
  }
  const otherwise = readAddress(fallback, page);
  const url = 'url' in otherwise ? otherwise.url : DEFAULT_GRAFANA_URL;
  return {
    url,
    warning: `The configured Grafana address ${read.refused}; using ${url || '/'} instead.`,
  };
}

type Reading = { url: string; warning?: string } | { refused: string };

function readAddress(configured: unknown, page: PageLocation): Reading {
  if (typeof configured !== 'string') return { refused: 'is not text' };
  const text = configured.trim();
  if (text === '') return { refused: 'is empty' };
  // A browser strips tabs and line breaks inside a URL and reads `\` as `/`, so both could turn a
  // harmless-looking path into another host.
  if (/[\p{Cc}\s\\]/u.test(text)) {
    return { refused: 'contains a backslash, a space or a control character' };
  }
  if (text.startsWith('//')) return { refused: 'names a host without http:// or https://' };
  return text.startsWith('/') ? readPath(text) : readAbsolute(text, page);
}

function readPath(text: string): Reading {
  const bare = withoutQuery(text);
  const path = cutSlashes(bare);
  if (path.includes('//') || hasDotSegment(path)) {
    return { refused: 'contains an empty or a dot segment' };
  }
  return bare === text ? { url: path } : { url: path, warning: queryWarning(path) };
}

function readAbsolute(text: string, page: PageLocation): Reading {
  if (!/^https?:\/\/[^/]/iu.test(text) || !URL.canParse(text)) {
    return { refused: 'is neither a path nor an http(s) URL' };
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    return { refused: 'contains a user or a password' };

  if (LOOPBACK.has(url.hostname) && page.hostname !== '') url.hostname = page.hostname;
  const address = cutSlashes(url.origin + url.pathname);
  if (url.search !== '' || url.hash !== '') return { url: address, warning: queryWarning(address) };
  if (page.protocol === 'https:' && url.protocol === 'http:' && !LOOPBACK.has(url.hostname)) {
    return {
      url: address,
      warning: `Grafana at ${address} is not encrypted, so this browser may refuse to show it inside an https page.`,
    };
  }
  return { url: address };
}

function queryWarning(address: string): string {
  return `The configured Grafana address has a query or a fragment, which was cut: ${address || '/'}.`;
}

function withoutQuery(text: string): string {
  return text.replace(/[?#].*$/u, '');
}

function cutSlashes(text: string): string {
  return text.replace(/\/+$/u, '');
}

function hasDotSegment(path: string): boolean {
  return path.split('/').some((segment) => /^(\.|%2e){1,2}$/iu.test(segment));
}
