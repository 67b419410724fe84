/** How often the page renews itself; the value is what is shown and remembered. */
export const AUTO_REFRESH = ['Off', '15 s', '30 s', '1 min'] as const;
export type AutoRefresh = (typeof AUTO_REFRESH)[number];

/** As often as the dashboard in Grafana does. */
export const DEFAULT_AUTO_REFRESH: AutoRefresh = '30 s';

/** While nothing has arrived yet, somebody is waiting for the first profile. */
const WAITING_MS = 5_000;

const INTERVALS: Readonly<Record<AutoRefresh, number>> = {
  Off: 0,
  '15 s': 15_000,
  '30 s': 30_000,
  '1 min': 60_000,
};

/** Milliseconds between two refreshes; 0 for never. A range of fixed times has nothing new. */
export function refreshInterval(chosen: AutoRefresh, moves: boolean, isEmpty: boolean): number {
  const interval = moves ? INTERVALS[chosen] : 0;
  return isEmpty ? Math.min(interval, WAITING_MS) : interval;
}
