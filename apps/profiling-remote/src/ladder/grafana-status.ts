import { GRAFANA } from '@hsi/grafana-url';
import { mayFrame } from './framing.ts';
import { type ProbeAnswer, type ProbeAnswers } from './probe.ts';

export type GrafanaStatusKind =
  | 'ready'
  | 'cannot-know'
  | 'not-configured'
  | 'away'
  | 'login-required'
  | 'no-access'
  | 'framing-refused'
  | 'blocked-by-host'
  | 'dashboard-missing'
  | 'data-source-missing'
  | 'data-source-failing';

/** What is known about Grafana, for a person. */
export interface GrafanaStatus {
  readonly kind: GrafanaStatusKind;
  /** One sentence that says what is the case. Empty when all is well. */
  readonly sentence: string;
  /** What the person can do about it; without `href` an advice, with it a link. */
  readonly wayOut?: { readonly text: string; readonly href?: string };
}

export interface GrafanaFacts {
  /** Resolved address: a path or an absolute URL, without a trailing slash. */
  readonly base: string;
  /** `window.location.origin` */
  readonly pageOrigin: string;
  /** False when the configuration says that there is no Grafana. */
  readonly configured: boolean;
  readonly answers: ProbeAnswers;
}

/** When the host's own Content-Security-Policy forbids the frame, whatever Grafana says. */
export function blockedByHost(base: string): GrafanaStatus {
  return {
    kind: 'blocked-by-host',
    sentence:
      'This page’s own Content-Security-Policy does not allow a frame from Grafana’s origin.',
    wayOut: {
      text: `Add ${new URL(base).origin} to its frame-src, or open Grafana in its own tab.`,
    },
  };
}

/** True when the dashboard may be shown in a frame. */
export function isFramable(status: GrafanaStatus): boolean {
  return status.kind === 'ready' || status.kind === 'cannot-know';
}

/**
 * Decides from the probes' answers whether the dashboard will work in a frame, and says why not.
 * The first obstacle is told: what hides Grafana altogether before what only breaks the dashboard.
 */
export function decideGrafana(facts: GrafanaFacts): GrafanaStatus {
  const { answers, base } = facts;
  if (!facts.configured) return notConfigured(base);
  const answered = Object.values(answers).filter((answer) => answer.kind === 'answered');
  if (answered.some(({ body }) => body.code === 'grafana_not_configured'))
    return notConfigured(base);
  return (
    unreachable(facts) ??
    refusesFrames(facts) ??
    (rotatesSession(answers) ? undefined : (keepsOut(facts) ?? lacksDashboard(facts))) ?? {
      kind: 'ready',
      sentence: '',
    }
  );
}

/**
 * A session is renewed every few minutes. Until Grafana's own page has done so its API refuses
 * everything with this id; a frame that loads renews it on the way.
 */
function rotatesSession({ dashboard }: ProbeAnswers): boolean {
  return dashboard?.kind === 'answered' && dashboard.body.messageId === 'session.token.rotate';
}

function notConfigured(base: string): GrafanaStatus {
  return {
    kind: 'not-configured',
    sentence: 'Grafana is not set up.',
    wayOut: { text: 'How to set it up', href: `${base}/` },
  };
}

function unreachable({ base, answers, pageOrigin }: GrafanaFacts): GrafanaStatus | undefined {
  const { health, login } = answers;
  if (health?.kind === 'unreadable' || login?.kind === 'unreadable') {
    return {
      kind: 'cannot-know',
      sentence: `Grafana is on another origin (${new URL(base, pageOrigin).origin}), so the page cannot tell whether its dashboard works here.`,
      wayOut: { text: 'If the frame stays empty, use the native view.' },
    };
  }
  const why = absence(health) ?? absence(login);
  if (why === undefined) return undefined;
  return {
    kind: 'away',
    sentence: `Grafana at ${base} ${why}.`,
    wayOut: { text: 'The dashboard comes back by itself when Grafana does.' },
  };
}

/** Why an answer means that no Grafana is there, or undefined when one is. */
function absence(answer: ProbeAnswer | undefined): string | undefined {
  if (answer === undefined || answer.kind === 'redirected' || answer.kind === 'unreadable') {
    return undefined;
  }
  if (answer.kind === 'failed') {
    return answer.reason === 'time' ? 'takes too long to answer' : 'does not answer';
  }
  return answer.status >= 500 ? `is away (status ${answer.status})` : undefined;
}

function refusesFrames({ base, answers, pageOrigin }: GrafanaFacts): GrafanaStatus | undefined {
  const resource = new URL(base, pageOrigin).href;
  const refused = Object.values(answers).some(
    (answer) => answer.kind === 'answered' && !mayFrame(answer, resource, pageOrigin),
  );
  if (!refused) return undefined;
  return {
    kind: 'framing-refused',
    sentence: 'Grafana refuses to be shown inside another page.',
    wayOut: {
      text: 'Set allow_embedding = true in the section [security] of Grafana’s settings, or open it in its own tab.',
    },
  };
}

function keepsOut({ base, answers }: GrafanaFacts): GrafanaStatus | undefined {
  const { health, login, dashboard } = answers;
  const refusals = [login, dashboard].map((answer) =>
    answer?.kind === 'redirected' ? 401 : answer?.kind === 'answered' ? answer.status : 200,
  );
  if (refusals.includes(401) || health?.kind === 'redirected') {
    return {
      kind: 'login-required',
      sentence: 'Grafana asks to sign in.',
      wayOut: { text: 'Sign in to Grafana', href: `${base}/login` },
    };
  }
  // Another server in Grafana's place, such as a host that answers every path with its own page.
  if (health?.kind === 'answered' && health.body.database === undefined) {
    return {
      kind: 'away',
      sentence: `What answers at ${base} is not Grafana.`,
      wayOut: { text: 'Check the address in the setting GRAFANA_URL or GRAFANA_UPSTREAM.' },
    };
  }
  if (!refusals.includes(403)) return undefined;
  return {
    kind: 'no-access',
    sentence: `Grafana does not let this account see the dashboard ${GRAFANA.dashboardTitle}.`,
    wayOut: { text: 'Sign in to Grafana as somebody else', href: `${base}/login` },
  };
}

function lacksDashboard({ base, answers }: GrafanaFacts): GrafanaStatus | undefined {
  const { dashboard, dataSource } = answers;
  if (dashboard?.kind === 'answered' && dashboard.status === 404) {
    return {
      kind: 'dashboard-missing',
      sentence: `Grafana has no dashboard ${GRAFANA.dashboardTitle} (uid ${GRAFANA.dashboardUid}).`,
      wayOut: {
        text: 'Import monitoring/grafana/dashboards/hsi-profiling.json',
        href: `${base}/dashboard/import`,
      },
    };
  }
  if (dashboard !== undefined && !isOk(dashboard)) {
    return {
      kind: 'away',
      sentence: `Grafana at ${base} does not deliver its dashboard.`,
      wayOut: { text: 'The dashboard comes back by itself when Grafana delivers it.' },
    };
  }
  if (dataSource === undefined || isOk(dataSource)) return undefined;
  if (lacksDataSource(dataSource)) {
    return {
      kind: 'data-source-missing',
      sentence: `Grafana has no data source with the uid ${GRAFANA.pyroscopeUid}.`,
      wayOut: {
        text: 'Add Pyroscope to Grafana’s data sources',
        href: `${base}/connections/datasources/new`,
      },
    };
  }
  // Some roles may use the data source and not ask for its health: then nobody can know before.
  if (dataSource.kind === 'answered' && [401, 403].includes(dataSource.status)) return undefined;
  const message = dataSource.kind === 'answered' ? (dataSource.body.message ?? '') : 'no answer';
  return {
    kind: 'data-source-failing',
    sentence: `Grafana’s data source Pyroscope fails${message === '' ? '' : `: ${message.replace(/\.$/, '')}`}.`,
    wayOut: {
      text: 'Check the data source in Grafana',
      href: `${base}/connections/datasources/edit/${GRAFANA.pyroscopeUid}`,
    },
  };
}

/** For a uid that it does not have Grafana answers 500 and this message, or 404. */
function lacksDataSource(answer: ProbeAnswer): boolean {
  if (answer.kind !== 'answered') return false;
  return answer.status === 404 || answer.body.message === 'Unable to load datasource metadata';
}

function isOk(answer: ProbeAnswer): boolean {
  return answer.kind === 'answered' && answer.status >= 200 && answer.status < 300;
}
