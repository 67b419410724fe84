/** The two headers by which a server says who may show it in a frame. */
export interface FramingHeaders {
  readonly xFrameOptions: string | undefined;
  readonly contentSecurityPolicy: string | undefined;
}

/**
 * Whether a browser shows `resource` inside a page of the origin `page`. As in the CSP standard, a
 * policy with `frame-ancestors` makes the older `X-Frame-Options` void.
 * @param resource URL of what would be framed
 * @param page origin of the framing page, e.g. `https://app.example`
 */
export function mayFrame(headers: FramingHeaders, resource: string, page: string): boolean {
  const self = new URL(resource).origin;
  const ancestors = frameAncestors(headers.contentSecurityPolicy);
  if (ancestors.length > 0) {
    return ancestors.every((sources) => sources.some((source) => allows(source, self, page)));
  }
  const options = (headers.xFrameOptions ?? '')
    .split(',')
    .map((option) => option.trim().toLowerCase())
    .filter((option) => option !== '');
  if (options.includes('deny')) return false;
  if (options.includes('sameorigin')) return self === page;
  return true;
}

/** The source lists of every `frame-ancestors`; several policies all have to allow. */
function frameAncestors(policy: string | undefined): string[][] {
  return (policy ?? '')
    .split(/[,;]/)
    .map((directive) => directive.trim().split(/\s+/))
    .filter(([name]) => name?.toLowerCase() === 'frame-ancestors')
    .map(([, ...sources]) => sources);
}

function allows(source: string, self: string, page: string): boolean {
  const text = source.toLowerCase();
  if (text === "'none'") return false;
  if (text === "'self'") return self === page;
  if (text === '*') return /^https?:/.test(page);
  const { protocol, hostname, port } = new URL(page);
  if (/^[a-z][a-z0-9+.-]*:$/.test(text)) return matchesScheme(text, protocol);
  const parts = /^(?:([a-z][a-z0-9+.-]*:)\/\/)?(\*|[^/:]+)(?::(\d+|\*))?(?:\/.*)?$/.exec(text);
  if (!parts) return false;
  const [, scheme = new URL(self).protocol, host = '', sourcePort] = parts;
  if (!matchesScheme(scheme, protocol)) return false;
  if (!matchesHost(host, hostname)) return false;
  if (sourcePort === '*') return true;
  return sourcePort === undefined ? port === '' : sourcePort === (port || defaultPort(protocol));
}

/** `http:` in a policy also allows the encrypted form. */
function matchesScheme(allowed: string, actual: string): boolean {
  return allowed === actual || (allowed === 'http:' && actual === 'https:');
}

function matchesHost(pattern: string, hostname: string): boolean {
  if (pattern === '*') return true;
  return pattern.startsWith('*.') ? hostname.endsWith(pattern.slice(1)) : pattern === hostname;
}

function defaultPort(protocol: string): string {
  return protocol === 'https:' ? '443' : '80';
}
