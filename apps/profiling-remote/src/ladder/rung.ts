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
  /** The address's view, or else the one that the person last chose. */
  readonly wanted: PageView | undefined;
  /** Undefined while Grafana is being probed for the first time. */
  readonly status: GrafanaStatus | undefined;
  /** True when the first probes take so long that the native view is shown meanwhile. */
  readonly impatient: boolean;
  readonly source: ConfigResponse['profiles_source'];
}

/** Which rung of the ladder the page stands on, and why. */
export function decideRung({ wanted, status, impatient, source }: RungFacts): Rung {
  const wantsNative = wanted === 'profiles' || wanted === 'compare';
  if (status === undefined) {
    if (!wantsNative && !impatient)
      return { ...onGrafana('Looking for Grafana.'), shown: 'waiting' };
    return {
      ...native(source),
      reason: 'Looking for Grafana.',
      wayOut: undefined,
      canSwitch: false,
    };
  }
  const framable = isFramable(status);
  if (wantsNative && framable) {
    const reason = wanted === 'compare' ? 'Comparisons are native.' : 'You chose the native view.';
    return { ...native(source), reason, wayOut: undefined, canSwitch: true };
  }
  if (!framable) {
    // How to set Grafana up stands in the header already, beside the action that needs it.
    const wayOut = status.kind === 'not-configured' ? undefined : status.wayOut;
    return { ...native(source), reason: status.sentence, wayOut, canSwitch: false };
  }
  return {
    ...onGrafana(status.sentence || 'Grafana is here and can be framed.'),
    wayOut: status.wayOut,
  };
}

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
