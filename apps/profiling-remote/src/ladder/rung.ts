import { type ConfigResponse } from '@hsi/backend-api';
import { type PageView } from '../state/page-state.ts';
import { type GrafanaStatus, isFramable } from './grafana-status.ts';

/** What the page shows below its header. */
export type Shown = 'frame' | 'native' | 'waiting';

export interface Rung {
  readonly shown: Shown;
  /** 1 Grafana's dashboard, 2 native on a Pyroscope, 3 native on the embedded profile server. */
  readonly number: 1 | 2 | 3;
  /** Where the page stands, for the badge. */
  readonly name: string;
  /** Why it stands there: a sentence. */
  readonly reason: string;
  readonly wayOut: GrafanaStatus['wayOut'];
  /** True when the person may change to the other view. */
  readonly canSwitch: boolean;
}

export interface RungFacts {
  /** The view that the address asks for. */
  readonly asked: PageView | undefined;
  /** The view that the person last chose. */
  readonly remembered: PageView | undefined;
  /** Set when the address holds what the dashboard cannot show: a sentence that says so. */
  readonly nativeOnly: string | undefined;
  /** Undefined while Grafana is being probed for the first time. */
  readonly status: GrafanaStatus | undefined;
  /** True when the first probes take so long that the native view is shown meanwhile. */
  readonly impatient: boolean;
  readonly source: ConfigResponse['profiles_source'];
}

/** Which rung of the ladder the page stands on, and why. */
export function decideRung(facts: RungFacts): Rung {
  const { asked, remembered, nativeOnly, status, impatient, source } = facts;
  const wanted = asked ?? (nativeOnly === undefined ? remembered : 'profiles');
  const wantsNative = wanted === 'profiles' || wanted === 'compare';
  if (status === undefined) {
    if (!wantsNative && !impatient) return { ...onGrafana(LOOKING), shown: 'waiting' };
    return { ...native(source), reason: LOOKING, wayOut: undefined, canSwitch: false };
  }
  if (!isFramable(status)) {
    // How to set Grafana up stands in the header already, beside the action that needs it.
    const wayOut = status.kind === 'not-configured' ? undefined : status.wayOut;
    return { ...native(source), reason: status.sentence, wayOut, canSwitch: false };
  }
  if (wantsNative) {
    const chosen = wanted === 'compare' ? 'Comparisons are native.' : 'You chose the native view.';
    const reason = asked === undefined ? (nativeOnly ?? chosen) : chosen;
    return { ...native(source), reason, wayOut: undefined, canSwitch: true };
  }
  const reason = nativeOnly ?? (status.sentence || 'Grafana is here and can be framed.');
  return { ...onGrafana(reason), wayOut: status.wayOut };
}

const LOOKING = 'Looking for Grafana.';

function onGrafana(reason: string): Rung {
  return {
    shown: 'frame',
    number: 1,
    name: 'Grafana dashboard',
    reason,
    wayOut: undefined,
    canSwitch: true,
  };
}

function native(source: RungFacts['source']): Pick<Rung, 'shown' | 'number' | 'name'> {
  return source === 'external'
    ? { shown: 'native', number: 2, name: 'Native view of Pyroscope' }
    : {
        shown: 'native',
        number: 3,
        name: `Native view of the ${source === undefined ? '' : 'embedded '}profile server`,
      };
}
