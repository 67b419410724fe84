import { GRAFANA } from '@hsi/grafana-url';
import * as v from 'valibot';
import { type FramingHeaders } from './framing.ts';

/** How long Grafana may take to answer one probe. */
export const PROBE_LIMIT_MS = 3_000;

/** What is asked of Grafana; each answers another part of "can the dashboard be shown?". */
export const PROBES = {
  health: '/api/health',
  login: '/api/login/ping',
  dashboard: `/api/dashboards/uid/${GRAFANA.dashboardUid}`,
  dataSource: `/api/datasources/uid/${GRAFANA.pyroscopeUid}/health`,
} as const;
export type ProbeName = keyof typeof PROBES;

export type ProbeAnswer =
  | ({
      readonly kind: 'answered';
      readonly status: number;
      /** The parts of a JSON body that the decision needs; empty for another body. */
      readonly body: ProbeBody;
    } & FramingHeaders)
  /** A redirect, which a login in front of Grafana gives to everything. */
  | { readonly kind: 'redirected' }
  /** Something is there, and the browser does not let this page read its answer. */
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'failed'; readonly reason: 'network' | 'time' };

export type ProbeAnswers = Readonly<Partial<Record<ProbeName, ProbeAnswer>>>;

const ProbeBody = v.object({
  /** Of `/api/health`: only Grafana has it, so another server in its place is noticed. */
  database: v.optional(v.string()),
  version: v.optional(v.string()),
  message: v.optional(v.string()),
  messageId: v.optional(v.string()),
  /** Of the gateway's own answers. */
  code: v.optional(v.string()),
});
export type ProbeBody = v.InferOutput<typeof ProbeBody>;

/**
 * Asks Grafana at `base` everything in `names`, all at once. Never rejects; every probe ends within
 * the limit.
 *
 * The page's own `fetch` is used, not the host's: the frame that would follow carries the browser's
 * cookies and nothing else, so neither may the probe.
 */
export async function probeGrafana(
  base: string,
  names: readonly ProbeName[],
  signal?: AbortSignal,
): Promise<ProbeAnswers> {
  const probe = isSameOrigin(base) ? probeOwnOrigin : probeOtherOrigin;
  const answers = await Promise.all(
    names.map(async (name) => [name, await probe(base + PROBES[name], signal)] as const),
  );
  return Object.fromEntries(answers);
}

/**
 * Whether anything answers at `base` on an origin whose answers nobody may read. Unlike the probes
 * it leaves no error in the browser's console, so it can be repeated.
 */
export async function reachGrafana(base: string, signal?: AbortSignal): Promise<ProbeAnswers> {
  const health = await limited(signal, async (limit) => {
    const url = base + PROBES.health;
    await fetch(url, { ...request, mode: 'no-cors', credentials: 'include', signal: limit });
    return { kind: 'unreadable' };
  });
  return { health };
}

export function isSameOrigin(url: string): boolean {
  return new URL(url, window.location.href).origin === window.location.origin;
}

/**
 * Whether Grafana lets this person into Explore: it redirects those who may not to its home page.
 * Undefined when that cannot be known.
 */
export async function mayExplore(base: string, signal?: AbortSignal): Promise<boolean | null> {
  if (!isSameOrigin(base)) return null;
  const [login, explore] = await Promise.all([
    probeOwnOrigin(base + PROBES.login, signal),
    probeOwnOrigin(`${base}/explore`, signal),
  ]);
  // Somebody whose session is about to be renewed is redirected from every page.
  if (login.kind !== 'answered' || login.status !== 200) return null;
  if (explore.kind === 'redirected') return false;
  return explore.kind === 'answered' && explore.status === 200 ? true : null;
}

async function probeOwnOrigin(url: string, signal?: AbortSignal): Promise<ProbeAnswer> {
  return limited(signal, async (limit) =>
    read(await fetch(url, { ...request, redirect: 'manual', signal: limit })),
  );
}

/**
 * Grafana itself never allows another origin to read its answers, a proxy before it may. When it
 * does not, a request without an answer still tells whether anything is there.
 */
async function probeOtherOrigin(url: string, signal?: AbortSignal): Promise<ProbeAnswer> {
  return limited(signal, async (limit) => {
    const refusal = watchOwnPolicy();
    try {
      return read(await fetch(url, { ...request, credentials: 'include', signal: limit }));
    } catch (error) {
      if (limit.aborted) throw error;
      if (refusal.seen()) return { kind: 'unreadable' };
      await fetch(url, { ...request, mode: 'no-cors', credentials: 'include', signal: limit });
      return { kind: 'unreadable' };
    } finally {
      refusal.stop();
    }
  });
}

const request: RequestInit = { cache: 'no-store', credentials: 'same-origin' };

async function limited(
  signal: AbortSignal | undefined,
  probe: (limit: AbortSignal) => Promise<ProbeAnswer>,
): Promise<ProbeAnswer> {
  const time = AbortSignal.timeout(PROBE_LIMIT_MS);
  try {
    return await probe(signal === undefined ? time : AbortSignal.any([time, signal]));
  } catch {
    return { kind: 'failed', reason: time.aborted ? 'time' : 'network' };
  }
}

async function read(response: Response): Promise<ProbeAnswer> {
  if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
    return { kind: 'redirected' };
  }
  return {
    kind: 'answered',
    status: response.status,
    xFrameOptions: response.headers.get('x-frame-options') ?? undefined,
    contentSecurityPolicy: response.headers.get('content-security-policy') ?? undefined,
    body: await readBody(response),
  };
}

async function readBody(response: Response): Promise<ProbeBody> {
  if (!(response.headers.get('content-type') ?? '').includes('json')) {
    await response.body?.cancel();
    return {};
  }
  try {
    return v.parse(ProbeBody, await response.json());
  } catch {
    return {};
  }
}

/** Notices when the host's own Content-Security-Policy, not Grafana, forbids a request. */
function watchOwnPolicy(): { seen(): boolean; stop(): void } {
  let seen = false;
  const listener = (event: SecurityPolicyViolationEvent) => {
    seen ||= event.effectiveDirective === 'connect-src';
  };
  document.addEventListener('securitypolicyviolation', listener);
  return {
    seen: () => seen,
    stop: () => document.removeEventListener('securitypolicyviolation', listener),
  };
}
