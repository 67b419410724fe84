import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { type LabelScope, NO_LABELS } from './label-scope.ts';

/** Takes the labels of the samples from now on: the native sampler. */
export type LabelSink = (scope: LabelScope) => void;

/** Callbacks that may be open at once before the record of them is taken for broken. */
const MAX_OPEN_CALLBACKS = 10_000;

/**
 * Keeps the sampler's labels equal to the scope of the code that runs. The scope travels with the
 * asynchronous work (AsyncLocalStorage); before and after each callback an async hook tells the
 * sampler which scope the thread enters. The sampler is called only when the scope changes.
 */
export class ScopeTracker {
  private readonly storage = new AsyncLocalStorage<LabelScope>();
  /** Callbacks that have begun and not ended, outermost first; `open` of them are valid. */
  private readonly openIds: number[] = [];
  /** The scope that each of them interrupted. */
  private readonly openScopes: LabelScope[] = [];
  private open = 0;
  private current = NO_LABELS;
  private sink: LabelSink | undefined;
  private hooked = false;

  private readonly hook = createHook({
    before: (asyncId) => {
      if (this.open >= MAX_OPEN_CALLBACKS) this.forgetCallbacks();
      this.openIds[this.open] = asyncId;
      this.openScopes[this.open++] = this.current;
      const carried = this.storage.getStore();
      this.enter(carried === undefined ? NO_LABELS : carried.inForce());
    },
    after: (asyncId) => {
      // An exception can take callbacks away without their `after`: the ones above are over too.
      let at = this.open - 1;
      while (at >= 0 && this.openIds[at] !== asyncId) at--;
      if (at < 0) return;
      const scope = this.openScopes[at]!;
      while (this.open > at) this.openScopes[--this.open] = NO_LABELS;
      this.enter(scope);
    },
  });

  /** True while a sampler takes labels. */
  get active(): boolean {
    return this.sink !== undefined;
  }

  /** The scope of the running code. */
  get scope(): LabelScope {
    return this.storage.getStore()?.inForce() ?? NO_LABELS;
  }

  /** @param sink may throw: then labels are off, the application goes on. */
  start(sink: LabelSink): void {
    this.sink = sink;
    this.current = NO_LABELS;
  }

  stop(): void {
    this.sink = undefined;
    this.hooked = false;
    this.hook.disable();
    this.forgetCallbacks();
  }

  /** Runs `fn` in `scope` and returns what it returns. The async hook starts with the first call. */
  run<T>(scope: LabelScope, fn: () => T): T {
    if (this.sink === undefined) return fn();
    if (!this.hooked) {
      this.hooked = true;
      this.hook.enable();
    }
    const before = this.current;
    return this.storage.run(scope, () => {
      this.enter(scope);
      try {
        return fn();
      } finally {
        this.enter(before);
      }
    });
  }

  private enter(scope: LabelScope): void {
    if (scope === this.current) return;
    this.current = scope;
    try {
      this.sink?.(scope);
    } catch {
      // An exception inside an async hook would end the process.
      this.sink = undefined;
    }
  }

  private forgetCallbacks(): void {
    this.open = 0;
    this.openScopes.fill(NO_LABELS);
    this.current = NO_LABELS;
  }
}

const SHARED = Symbol.for('@hsi/profiler/scope-tracker');
const shared = globalThis as { [SHARED]?: ScopeTracker };

/**
 * The tracker of this thread, one even when this module is bundled twice: the native sampler that
 * it feeds exists once.
 */
export const tracker: ScopeTracker = (shared[SHARED] ??= new ScopeTracker());
