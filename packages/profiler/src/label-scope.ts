/** Labels as an application gives them. Numbers become text: only text splits a profile's series. */
export type ProfilingLabels = Readonly<Record<string, string | number>>;

/**
 * The labels that are in force during one call of `withProfilingLabels`, outer labels included.
 * Every asynchronous operation that starts inside carries its scope along.
 */
export class LabelScope {
  /** True after the call ended: what still carries the scope falls back to the outer one. */
  private ended = false;

  constructor(
    readonly labels: Readonly<Record<string, string>>,
    private outerScope?: LabelScope,
  ) {}

  get outer(): LabelScope | undefined {
    return this.outerScope;
  }

  end(): void {
    this.ended = true;
  }

  /**
   * The scope stays in force for ever, for the callbacks that a call left behind. The outer one is
   * let go: callbacks that label their successors would keep a growing chain alive.
   */
  keep(): void {
    this.outerScope = undefined;
  }

  /** This scope, or the nearest outer one that has not ended. */
  inForce(): LabelScope {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- walks outwards from here
    let scope: LabelScope = this;
    while (scope.ended) scope = scope.outerScope ?? NO_LABELS;
    return scope;
  }
}

/** The scope of everything that runs outside of `withProfilingLabels`. */
export const NO_LABELS = new LabelScope({});

/** The labels of a call inside `outer`: inner values win, empty ones are left out. */
export function innerScope(outer: LabelScope, labels: ProfilingLabels): LabelScope {
  const merged: Record<string, string> = { ...outer.labels };
  for (const name of Object.keys(labels)) {
    const value = labels[name];
    if (value !== undefined && value !== '') merged[name] = String(value);
  }
  return new LabelScope(merged, outer);
}
