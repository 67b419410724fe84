/**
 * The parts of Grafana's dashboard JSON (schema v1, which 12 and 13 both load) that this dashboard
 * uses. Grafana's Foundation SDK has no builder for the flame graph panel or for a Pyroscope
 * variable, the two things that matter here, so these few types stand in for it.
 */

export interface DataSourceRef {
  readonly type: string;
  readonly uid: string;
}

/** Where a panel stands on the grid of 24 columns. */
export interface GridPos {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface PyroscopeTarget {
  readonly refId: string;
  readonly datasource: DataSourceRef;
  readonly queryType: 'metrics' | 'profile';
  readonly profileTypeId: string;
  readonly labelSelector: string;
  readonly groupBy: readonly string[];
  readonly maxNodes?: number;
}

export interface DataLink {
  readonly title: string;
  readonly url: string;
}

export interface FieldConfig {
  readonly defaults: {
    readonly noValue?: string;
    readonly displayName?: string;
    readonly links?: readonly DataLink[];
    readonly min?: number;
    readonly color?: { readonly mode: string; readonly fixedColor?: string };
    readonly custom?: Readonly<Record<string, unknown>>;
  };
  readonly overrides: readonly {
    readonly matcher: { readonly id: string; readonly options: string };
    readonly properties: readonly { readonly id: string; readonly value: unknown }[];
  }[];
}

export interface Panel {
  readonly id: number;
  readonly type: 'timeseries' | 'flamegraph' | 'stat' | 'text' | 'row';
  readonly title: string;
  readonly description?: string;
  readonly gridPos: GridPos;
  readonly datasource?: DataSourceRef;
  readonly targets?: readonly PyroscopeTarget[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly fieldConfig?: FieldConfig;
  readonly maxDataPoints?: number;
  readonly interval?: string;
  readonly repeat?: string;
  readonly repeatDirection?: 'h' | 'v';
  readonly maxPerRow?: number;
  readonly collapsed?: boolean;
  readonly panels?: readonly Panel[];
  readonly transparent?: boolean;
}

export interface Variable {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly type: 'custom' | 'query';
  readonly query: unknown;
  readonly datasource?: DataSourceRef;
  readonly definition?: string;
  readonly regex?: string;
  /** 1 alphabetical. */
  readonly sort?: number;
  /** 2 asks again when the time range changes. */
  readonly refresh?: number;
  readonly multi: boolean;
  readonly includeAll: boolean;
  readonly allowCustomValue?: boolean;
  readonly hide: 0;
  readonly skipUrlSync: false;
  readonly current: { readonly text: unknown; readonly value: unknown };
  readonly options: readonly unknown[];
}

export interface DashboardLink {
  readonly type: 'link';
  readonly title: string;
  readonly tooltip: string;
  readonly url: string;
  readonly icon: string;
  readonly targetBlank: boolean;
  readonly keepTime: boolean;
  readonly includeVars: boolean;
  readonly asDropdown: boolean;
  readonly tags: readonly string[];
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly schemaVersion: number;
  readonly version: number;
  readonly editable: boolean;
  readonly graphTooltip: number;
  readonly timezone: string;
  readonly time: { readonly from: string; readonly to: string };
  readonly refresh: string;
  readonly timepicker: {
    readonly refresh_intervals: readonly string[];
    readonly quick_ranges: readonly {
      readonly display: string;
      readonly from: string;
      readonly to: string;
    }[];
  };
  readonly links: readonly DashboardLink[];
  readonly annotations: { readonly list: readonly unknown[] };
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly Panel[];
}
