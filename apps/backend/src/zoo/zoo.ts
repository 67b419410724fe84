import { type ModelState } from '@hsi/backend-api';
import { type CatalogModel } from '@hsi/model-zoo-catalog';
import { ProblemError } from '../http/problems.ts';
import { Lock } from './lock.ts';

/** What is known of a model's files without loading them. */
export type Availability =
  | { readonly available: true; readonly weights: 'demo' | 'real'; readonly fileBytes: number }
  | { readonly available: false; readonly reason: string };

/** How the zoo gets a model into memory and out again. `M` is the loaded model. */
export interface ModelLoader<M> {
  availability(model: CatalogModel): Promise<Availability>;
  load(model: CatalogModel): Promise<M>;
  /** Frees the memory. A failure is logged and the model counts as unloaded all the same. */
  dispose(model: CatalogModel, loaded: M): Promise<void>;
}

/** What the zoo does by itself, for the audit and the log. */
export type ZooEvent =
  | {
      readonly type: 'evicted';
      readonly model: string;
      readonly for: string;
      readonly durationMs: number;
    }
  | { readonly type: 'load-failed'; readonly model: string; readonly error: unknown }
  | { readonly type: 'restored'; readonly model: string }
  | { readonly type: 'restore-failed'; readonly model: string; readonly error: unknown }
  | { readonly type: 'dispose-failed'; readonly model: string; readonly error: unknown };

export interface ZooOptions<M> {
  readonly catalog: readonly CatalogModel[];
  readonly loader: ModelLoader<M>;
  /** In MB of the catalog's video memory. */
  readonly budgetMb: number;
  /** Runs the work of a model; profiling puts its label on there. */
  readonly underLabel?: <T>(model: string, work: () => Promise<T>) => Promise<T>;
  /** Bytes that the process holds; only differences are used. */
  readonly memory?: () => number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly onEvent?: (event: ZooEvent) => void;
}

export interface LoadOutcome {
  readonly outcome: 'loaded' | 'already-loaded' | 'shared';
  /** Least recently used first. */
  readonly evicted: readonly string[];
}

/** A model's state at one moment; times in milliseconds since 1970, memory in bytes. */
export interface ZooEntry {
  readonly model: CatalogModel;
  readonly state: ModelState;
  readonly reason?: string;
  readonly weights?: 'demo' | 'real';
  readonly fileBytes?: number;
  readonly measuredMemoryBytes?: number;
  readonly loadMs?: number;
  readonly loadedAt?: number;
  readonly lastUsedAt?: number;
  readonly runs: number;
  readonly inUse: number;
}

interface Entry<M> {
  readonly model: CatalogModel;
  loaded: { readonly value: M } | undefined;
  /** The load in progress, which every further caller shares. */
  loading: Promise<LoadOutcome> | undefined;
  /** True from the moment the budget counts the model until its memory is free again. */
  reserved: boolean;
  /** Callers that need the model to stay: it is not evicted and not unloaded. */
  pins: number;
  /** Runs at this moment. */
  running: number;
  runs: number;
  /** Order of use; the smallest is evicted first. */
  usedOrder: number;
  lastUsedAt: number | undefined;
  loadedAt: number | undefined;
  loadMs: number | undefined;
  measuredMemoryBytes: number | undefined;
  failure: string | undefined;
}

/**
 * The models in memory. It keeps to a budget (of the catalog's figures, because they are known
 * before a load) by unloading the least recently used models first, never one in use; a model that
 * is being loaded is loaded once for all callers; a failing load leaves the zoo as it was.
 */
export class ModelZoo<M> {
  readonly budgetMb: number;
  readonly #entries: ReadonlyMap<string, Entry<M>>;
  readonly #loader: ModelLoader<M>;
  readonly #underLabel: <T>(model: string, work: () => Promise<T>) => Promise<T>;
  readonly #memory: () => number;
  readonly #now: () => number;
  readonly #onEvent: (event: ZooEvent) => void;
  /** Held while room is made or given back, so that two loads never count on the same room. */
  readonly #admission = new Lock();
  /** One load at a time: each one's memory can be told, and the runtime loads no faster at once. */
  readonly #loads = new Lock();
  #uses = 0;

  constructor(options: ZooOptions<M>) {
    this.budgetMb = options.budgetMb;
    this.#loader = options.loader;
    this.#underLabel = options.underLabel ?? ((_, work) => work());
    this.#memory = options.memory ?? (() => process.memoryUsage.rss());
    this.#now = options.now ?? Date.now;
    this.#onEvent = options.onEvent ?? (() => undefined);
    this.#entries = new Map(options.catalog.map((model) => [model.name, newEntry<M>(model)]));
  }

  /** MB that the budget counts as used: loaded, being loaded, or not yet freed. */
  usedMb(): number {
    let sum = 0;
    for (const entry of this.#entries.values()) if (entry.reserved) sum += entry.model.vramMb;
    return sum;
  }

  /** Every model in the catalog's order. */
  async list(): Promise<ZooEntry[]> {
    return Promise.all([...this.#entries.keys()].map((name) => this.status(name)));
  }

  /** @throws ProblemError `unknown-model` */
  async status(name: string): Promise<ZooEntry> {
    const entry = this.#entry(name);
    const files: Availability = entry.model.enabled
      ? await this.#loader.availability(entry.model)
      : { available: false, reason: disabledReason(entry.model) };
    const state = stateOf(entry, files);
    const reason = files.available ? entry.failure : files.reason;
    return {
      model: entry.model,
      state,
      ...(reason === undefined ? {} : { reason }),
      ...(files.available ? { weights: files.weights, fileBytes: files.fileBytes } : {}),
      ...defined('measuredMemoryBytes', entry.measuredMemoryBytes),
      ...defined('loadMs', entry.loadMs),
      ...defined('loadedAt', entry.loaded && entry.loadedAt),
      ...defined('lastUsedAt', entry.lastUsedAt),
      runs: entry.runs,
      inUse: entry.running,
    };
  }

  /**
   * The status of a model that is in memory or could be brought there.
   * @throws ProblemError `unknown-model`, `model-disabled`, `model-unavailable`
   */
  async requireRunnable(name: string): Promise<ZooEntry> {
    const status = await this.status(name);
    if (status.state === 'disabled' || status.state === 'unavailable') {
      throw new ProblemError(`model-${status.state}`, status.reason ?? status.state);
    }
    return status;
  }

  /**
   * Brings a model into memory.
   * @throws ProblemError `unknown-model`, `model-disabled`, `model-unavailable`, `memory-budget`, or
   * `load-failed` with what the loader threw as its cause
   */
  async load(name: string): Promise<LoadOutcome> {
    const entry = this.#entry(name);
    if (!entry.model.enabled) {
      throw new ProblemError('model-disabled', disabledReason(entry.model));
    }
    if (entry.loading !== undefined) {
      const { evicted } = await entry.loading;
      return { outcome: 'shared', evicted };
    }
    if (entry.loaded !== undefined) {
      this.#touch(entry);
      return { outcome: 'already-loaded', evicted: [] };
    }
    entry.loading = this.#bringIn(entry).finally(() => {
      entry.loading = undefined;
    });
    return entry.loading;
  }

  /**
   * Frees a model's memory.
   * @throws ProblemError `unknown-model`, `model-in-use` (running or being loaded)
   */
  async unload(name: string): Promise<{ outcome: 'unloaded' | 'not-loaded' }> {
    const entry = this.#entry(name);
    return this.#admission.run(async () => {
      if (entry.loading !== undefined) {
        throw new ProblemError('model-in-use', `${name} is being loaded. Unload it afterwards.`);
      }
      if (entry.pins > 0) {
        throw new ProblemError(
          'model-in-use',
          `${name} is running ${entry.pins} call(s). Unload it when they are done.`,
        );
      }
      if (entry.loaded === undefined) return { outcome: 'not-loaded' };
      await this.#free(entry);
      return { outcome: 'unloaded' };
    });
  }

  /**
   * Runs `work` with the model in memory, loading it first where needed, and keeps it there until
   * `work` is done.
   * @throws as `load`, and whatever `work` throws
   */
  async use<T>(name: string, work: (loaded: M, load: LoadOutcome) => Promise<T>): Promise<T> {
    const entry = this.#entry(name);
    // Pinned before the load ends, so that no other load can evict it in between.
    entry.pins += 1;
    try {
      const load = await this.load(name);
      const loaded = entry.loaded;
      if (loaded === undefined) throw new Error(`${name} is pinned and yet not in memory.`);
      entry.running += 1;
      try {
        return await this.#underLabel(name, () => work(loaded.value, load));
      } finally {
        entry.running -= 1;
        entry.runs += 1;
        this.#touch(entry);
        entry.lastUsedAt = this.#now();
      }
    } finally {
      entry.pins -= 1;
    }
  }

  /** Frees every model; for the end of the process. */
  async close(): Promise<void> {
    for (const entry of this.#entries.values()) {
      await entry.loading?.catch(() => undefined);
      await this.#admission.run(() => this.#free(entry));
    }
  }

  async #bringIn(entry: Entry<M>): Promise<LoadOutcome> {
    const files = await this.#loader.availability(entry.model);
    if (!files.available) throw new ProblemError('model-unavailable', files.reason);
    const victims = await this.#admission.run(() => this.#makeRoom(entry));
    try {
      await this.#loadNow(entry);
    } catch (error) {
      this.#onEvent({ type: 'load-failed', model: entry.model.name, error });
      await this.#restore(victims);
      throw error;
    }
    return { outcome: 'loaded', evicted: victims.map(({ model }) => model.name) };
  }

  #loadNow(entry: Entry<M>): Promise<void> {
    return this.#loads.run(() => this.#measureLoad(entry));
  }

  /** The reserved memory is given back when it fails. @throws ProblemError `load-failed` */
  async #measureLoad(entry: Entry<M>): Promise<void> {
    const { name } = entry.model;
    const started = performance.now();
    const before = this.#memory();
    try {
      entry.loaded = {
        value: await this.#underLabel(name, () => this.#loader.load(entry.model)),
      };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      entry.reserved = false;
      entry.failure = `The last load failed: ${reason}`;
      throw new ProblemError('load-failed', `Loading ${name} failed: ${reason}`, { cause: error });
    }
    entry.measuredMemoryBytes = Math.max(0, this.#memory() - before);
    entry.loadMs = performance.now() - started;
    entry.loadedAt = this.#now();
    entry.failure = undefined;
    this.#touch(entry);
  }

  /** Reserves the entry's memory; the models that had to go, in the order they went. */
  async #makeRoom(entry: Entry<M>): Promise<Entry<M>[]> {
    const missing = this.usedMb() + entry.model.vramMb - this.budgetMb;
    const victims = chooseVictims([...this.#entries.values()], missing);
    if (victims === undefined) throw new ProblemError('memory-budget', this.#noRoom(entry));
    // All are taken away at once, before the first wait: nobody can begin to use one of them.
    const started = performance.now();
    const freed = await Promise.all(
      victims.map((victim) => this.#free(victim).then(() => performance.now() - started)),
    );
    for (const [index, { model }] of victims.entries()) {
      const durationMs = freed[index] ?? 0;
      this.#onEvent({ type: 'evicted', model: model.name, for: entry.model.name, durationMs });
    }
    entry.reserved = true;
    return victims;
  }

  #noRoom({ model }: Entry<M>): string {
    if (model.vramMb > this.budgetMb) {
      return `${model.name} needs ${model.vramMb} MB and the whole budget is ${this.budgetMb} MB. Raise MODEL_ZOO_BUDGET_MB.`;
    }
    return `${model.name} needs ${model.vramMb} MB, and the models that are running or being loaded leave less of the ${this.budgetMb} MB. Try again when they are done.`;
  }

  /** Gone for every caller before the first wait; counts until its memory is really free. */
  async #free(entry: Entry<M>): Promise<void> {
    const loaded = entry.loaded;
    if (loaded === undefined) return;
    entry.loaded = undefined;
    try {
      await this.#underLabel(entry.model.name, () =>
        this.#loader.dispose(entry.model, loaded.value),
      );
    } catch (error) {
      this.#onEvent({ type: 'dispose-failed', model: entry.model.name, error });
    } finally {
      entry.reserved = false;
    }
  }

  /** Brings evicted models back after the load that they made room for has failed. */
  async #restore(victims: readonly Entry<M>[]): Promise<void> {
    for (const victim of victims) {
      const order = victim.usedOrder;
      if (victim.loaded !== undefined || victim.loading !== undefined) continue;
      victim.loading = this.#bringBack(victim).finally(() => {
        victim.loading = undefined;
      });
      try {
        await victim.loading;
        if (victim.pins === 0) victim.usedOrder = order;
        this.#onEvent({ type: 'restored', model: victim.model.name });
      } catch (error) {
        this.#onEvent({ type: 'restore-failed', model: victim.model.name, error });
      }
    }
  }

  async #bringBack(victim: Entry<M>): Promise<LoadOutcome> {
    await this.#admission.run(async () => {
      // Others may have taken the room meanwhile; then they keep it.
      if (this.usedMb() + victim.model.vramMb > this.budgetMb) {
        throw new ProblemError('memory-budget', this.#noRoom(victim));
      }
      victim.reserved = true;
    });
    await this.#loadNow(victim);
    return { outcome: 'loaded', evicted: [] };
  }

  #touch(entry: Entry<M>): void {
    this.#uses += 1;
    entry.usedOrder = this.#uses;
  }

  #entry(name: string): Entry<M> {
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      throw new ProblemError(
        'unknown-model',
        `There is an unknown model in the request: ${JSON.stringify(name.slice(0, 64))}. GET /api/models lists those that exist.`,
      );
    }
    return entry;
  }
}

/** The least recently used models that free `missing` MB; undefined when that much cannot be freed. */
function chooseVictims<M>(entries: readonly Entry<M>[], missing: number): Entry<M>[] | undefined {
  const victims: Entry<M>[] = [];
  let left = missing;
  const candidates = entries
    .filter(({ loaded, pins, model }) => loaded !== undefined && pins === 0 && model.vramMb > 0)
    .sort((a, b) => a.usedOrder - b.usedOrder);
  for (const candidate of candidates) {
    if (left <= 0) break;
    victims.push(candidate);
    left -= candidate.model.vramMb;
  }
  return left <= 0 ? victims : undefined;
}

function stateOf<M>(entry: Entry<M>, files: Availability): ModelState {
  if (!entry.model.enabled) return 'disabled';
  if (entry.loaded !== undefined) return 'loaded';
  if (entry.loading !== undefined) return 'loading';
  return files.available ? 'unloaded' : 'unavailable';
}

function disabledReason(model: CatalogModel): string {
  return `${model.name} is disabled: it is registered, and it runs as a service of its own.`;
}

function newEntry<M>(model: CatalogModel): Entry<M> {
  return {
    model,
    loaded: undefined,
    loading: undefined,
    reserved: false,
    pins: 0,
    running: 0,
    runs: 0,
    usedOrder: 0,
    lastUsedAt: undefined,
    loadedAt: undefined,
    loadMs: undefined,
    measuredMemoryBytes: undefined,
    failure: undefined,
  };
}

function defined<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: V });
}
