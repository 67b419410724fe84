import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  decideGrafana,
  type GrafanaStatus,
  type GrafanaStatusKind,
  isFramable,
} from './grafana-status.ts';
import {
  mayExplore,
  type ProbeAnswers,
  probeGrafana,
  type ProbeName,
  PROBES,
  reachGrafana,
} from './probe.ts';

/**
 * How often a framed Grafana is watched. With the limit of a probe (3 s) and the second look that a
 * bad answer gets, a frame whose Grafana has gone is taken down within 15 s.
 */
export const WATCH_MS = 5_000;
/** How often an absent Grafana is looked for. */
export const RETURN_MS = 10_000;
const SECOND_LOOK_MS = 1_000;
/** What a framed Grafana is asked each time; the other probes are repeated with every FULL_MS. */
const WATCHED: readonly ProbeName[] = ['health', 'login'];
const FULL_MS = 60_000;
const ALL = Object.keys(PROBES) as ProbeName[];

/** Where the answer of Explore would say nothing about the person's role. */
const KEPT_OUT: readonly GrafanaStatusKind[] = [
  'not-configured',
  'away',
  'login-required',
  'cannot-know',
];

interface Look {
  readonly status: GrafanaStatus;
  readonly answers: ProbeAnswers;
  /** When every probe was last asked. */
  readonly fullAt: number;
}

export interface Grafana {
  /** Undefined until the first probes have answered. */
  readonly status: GrafanaStatus | undefined;
  /** False when Grafana would send this person from Explore to its home page; null: not known. */
  readonly mayExplore: boolean | null;
  /** Asks everything again, now. */
  readonly look: () => void;
}

/** Watches whether Grafana at `base` can be framed, as long as the tab is visible. */
export function useGrafana(base: string, configured: boolean): Grafana {
  const client = useQueryClient();
  const queryKey = ['grafana', base, configured];
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => look(base, client.getQueryData<Look>(queryKey), signal),
    enabled: configured,
    refetchOnWindowFocus: 'always',
    refetchInterval: ({ state }) => {
      if (state.data === undefined) return false;
      return isFramable(state.data.status) ? WATCH_MS : RETURN_MS;
    },
    meta: { background: true },
  });
  const status = configured
    ? query.data?.status
    : decideGrafana({ base, pageOrigin: window.location.origin, configured, answers: {} });
  const explore = useQuery({
    queryKey: ['grafana-explore', base],
    queryFn: ({ signal }) => mayExplore(base, signal),
    enabled: status !== undefined && !KEPT_OUT.includes(status.kind),
    refetchOnWindowFocus: true,
    staleTime: 30_000,
    meta: { background: true },
  });
  return {
    status,
    mayExplore: explore.data ?? null,
    look: () => void lookAgain(client, queryKey),
  };
}

async function lookAgain(client: QueryClient, queryKey: readonly unknown[]): Promise<void> {
  client.setQueryData<Look>(queryKey, (last) => last && { ...last, fullAt: 0 });
  await client.refetchQueries({ queryKey });
}

async function look(base: string, last: Look | undefined, signal: AbortSignal): Promise<Look> {
  const wasFramable = last !== undefined && isFramable(last.status);
  const now = Date.now();
  if (!wasFramable || now - last.fullAt >= FULL_MS) {
    const first = await lookFully(base, now, signal);
    return wasFramable && !isFramable(first.status) ? secondLook(base, signal) : first;
  }
  const answers =
    last.status.kind === 'cannot-know'
      ? await reachGrafana(base, signal)
      : { ...last.answers, ...(await probeGrafana(base, WATCHED, signal)) };
  const status = decide(base, answers);
  return isFramable(status) ? { status, answers, fullAt: last.fullAt } : secondLook(base, signal);
}

/** One bad answer takes no frame away: Grafana may have been restarted or the network have blinked. */
async function secondLook(base: string, signal: AbortSignal): Promise<Look> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, SECOND_LOOK_MS);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  return lookFully(base, Date.now(), signal);
}

async function lookFully(base: string, fullAt: number, signal: AbortSignal): Promise<Look> {
  const answers = await probeGrafana(base, ALL, signal);
  return { status: decide(base, answers), answers, fullAt };
}

function decide(base: string, answers: ProbeAnswers): GrafanaStatus {
  return decideGrafana({ base, pageOrigin: window.location.origin, configured: true, answers });
}
