interface Timer {
  readonly id: number;
  due: number;
  readonly every: number | undefined;
  readonly run: () => void;
}

/**
 * A clock that moves only when a test moves it. Hand its functions (they are bound) to the code
 * under test in place of the platform's.
 */
export class FakeClock {
  private time: number;
  private nextId = 1;
  private readonly timers = new Map<number, Timer>();

  /** @param start milliseconds since 1970 */
  constructor(start = Date.UTC(2026, 0, 1)) {
    this.time = start;
  }

  /** Milliseconds since 1970. */
  readonly now = (): number => this.time;

  readonly setTimeout = (run: () => void, ms = 0): number => this.start(run, ms, undefined);
  readonly setInterval = (run: () => void, ms: number): number => this.start(run, ms, ms);
  readonly clearTimeout = (id: number | undefined): void => {
    if (id !== undefined) this.timers.delete(id);
  };
  readonly clearInterval = this.clearTimeout;
  readonly sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => void this.setTimeout(resolve, ms));

  /** Timers that still wait. */
  get pending(): number {
    return this.timers.size;
  }

  /**
   * Moves on by `ms`, running each timer at its time, in order. After every timer it lets promises
   * that the timer settled run on, so that a loop of sleeps advances.
   */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    for (let timer = this.next(end); timer !== undefined; timer = this.next(end)) {
      this.time = timer.due;
      if (timer.every === undefined) this.timers.delete(timer.id);
      else timer.due += Math.max(1, timer.every);
      timer.run();
      await settle();
    }
    this.time = end;
    await settle();
  }

  private start(run: () => void, ms: number, every: number | undefined): number {
    const id = this.nextId++;
    this.timers.set(id, { id, due: this.time + Math.max(0, ms), every, run });
    return id;
  }

  private next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers.values()) {
      if (timer.due <= end && (first === undefined || timer.due < first.due)) first = timer;
    }
    return first;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}
