import { type Toggle } from '../flame-graph/view-options.ts';
import { type Matcher, type ProfileKind, type ProfileTypeId } from '@hsi/profile-model';

export type PageView = 'dashboard' | 'profiles' | 'compare';

/** The page's state, as its URL holds it. Times stay as written, so that `now-1h` moves on. */
export interface PageState {
  /** Undefined: the ladder decides. */
  readonly view: PageView | undefined;
  /** Pyroscope's `service_name`; undefined: all services. */
  readonly service: string | undefined;
  /** A model of the zoo; undefined: all. */
  readonly model: string | undefined;
  readonly type: ProfileKind | ProfileTypeId;
  readonly filters: readonly Matcher[];
  /** Label whose values are the lines of one service's timeline; undefined: its models, or its total. */
  readonly by: string | undefined;
  /** `now-1h`, milliseconds, or ISO 8601. */
  readonly from: string;
  readonly to: string;
  readonly spanId: string | undefined;
  readonly traceId: string | undefined;
  /** Search in flame graphs and tables. */
  readonly q: string;
  /** The focused frame: a `stackReference` of @hsi/flamegraph; empty: nothing is focused. */
  readonly focus: readonly string[];
  /** Ids of the frame filters that are on, see `frameFilter` of @hsi/flamegraph. */
  readonly hide: readonly string[];
  /** How the flame graph is shown. */
  readonly shape: readonly Toggle[];
  /** Function in the middle of a sandwich, a `nameReference`; undefined: none. */
  readonly sandwich: string | undefined;
}

/** What an address that says nothing stands for. */
export const DEFAULT_PAGE_STATE: PageState = {
  view: undefined,
  service: undefined,
  model: undefined,
  type: 'cpu',
  filters: [],
  by: undefined,
  from: 'now-1h',
  to: 'now',
  spanId: undefined,
  traceId: undefined,
  q: '',
  focus: [],
  hide: [],
  shape: [],
  sandwich: undefined,
};
