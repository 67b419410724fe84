import { type UnixMs } from '@hsi/profile-model';
import { useEffect, useMemo, useState } from 'react';
import { type RangeText, type ResolvedRange, resolveRange } from '../model/time-range.ts';
import { type Moment } from './questions.ts';

export interface PageMoment extends Moment, ResolvedRange {
  /** The time of day that the range was read at. */
  readonly now: UnixMs;
}

const clock = { now: (): UnixMs => Date.now() };

/**
 * The range in milliseconds. `now` is read again with every refresh and with every change of the
 * range, never in between, so that all parts of the page show the same time.
 */
export function useMoment(text: RangeText, refresh: string, start?: UnixMs): PageMoment {
  const asked = `${refresh}|${text.from}|${text.to}`;
  const [read, setRead] = useState(() => ({ asked, now: start ?? clock.now() }));
  let current = read;
  if (read.asked !== asked) {
    current = { asked, now: clock.now() };
    setRead(current);
  }
  const { from, to } = text;
  const { now } = current;
  return useMemo(
    () => ({ ...resolveRange({ from, to }, now), refresh, now }),
    [from, to, refresh, now],
  );
}

/** Counts up every `intervalMs` while the page can be seen; 0 never counts. */
export function useTicks(intervalMs: number): number {
  const [ticks, setTicks] = useState(0);
  useEffect(() => {
    if (intervalMs <= 0) return;
    let last = clock.now();
    const tick = () => {
      if (document.hidden) return;
      last = clock.now();
      setTicks((count) => count + 1);
    };
    const timer = setInterval(tick, intervalMs);
    const onVisible = () => {
      if (!document.hidden && clock.now() - last >= intervalMs) tick();
    };
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [intervalMs]);
  return ticks;
}
