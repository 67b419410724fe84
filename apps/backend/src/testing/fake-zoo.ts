import { type CatalogModel } from '@hsi/model-zoo-catalog';
import { type Availability, type ModelLoader } from '../zoo/zoo.ts';

/** `a:300 b:200 tiny:0 off:100!` -> models; `!` marks a disabled one. */
export function catalogOf(text: string): CatalogModel[] {
  return text.split(' ').map((entry) => {
    const [name = '', size = '0'] = entry.replace('!', '').split(':');
    return {
      name,
      category: 'classification' as const,
      vramMb: Number(size),
      enabled: !entry.endsWith('!'),
    };
  });
}

interface Pending {
  readonly name: string;
  finish(): void;
  fail(error: Error): void;
}

/** Loads when it is told to, and remembers what was asked of it. */
export class FakeLoader<M = string> implements ModelLoader<M> {
  /** In order: `load a`, `dispose a`. */
  readonly calls: string[] = [];
  readonly missing = new Set<string>();
  /** Names whose loads fail. */
  readonly broken = new Set<string>();
  /** While true, loads wait for `finish`. */
  isSlow = false;
  readonly #pending: Pending[] = [];
  readonly #make: (name: string) => M;

  constructor(make: (name: string) => M) {
    this.#make = make;
  }

  async availability({ name }: CatalogModel): Promise<Availability> {
    return this.missing.has(name)
      ? { available: false, reason: `${name}.onnx is missing.` }
      : { available: true, weights: 'demo', fileBytes: 10 };
  }

  async load({ name }: CatalogModel): Promise<M> {
    this.calls.push(`load ${name}`);
    if (this.isSlow) {
      await new Promise<void>((resolve, reject) => {
        this.#pending.push({ name, finish: resolve, fail: reject });
      });
    }
    if (this.broken.has(name)) throw new Error(`${name} is broken`);
    return this.#make(name);
  }

  async dispose({ name }: CatalogModel): Promise<void> {
    // The memory is free at the end of it.
    await new Promise((resolve) => setImmediate(resolve));
    this.calls.push(`dispose ${name}`);
  }

  /** Names of the loads that wait. */
  get waiting(): string[] {
    return this.#pending.map(({ name }) => name);
  }

  /** Ends the load that has waited longest. */
  finish(): void {
    this.#pending.shift()?.finish();
  }

  fail(message: string): void {
    this.#pending.shift()?.fail(new Error(message));
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A loader of texts. */
export function textLoader(): FakeLoader {
  return new FakeLoader((name) => `${name} in memory`);
}

/** A promise and its ends. */
export function gate(): { readonly passed: Promise<void>; open(): void } {
  let open = () => undefined as void;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open: () => open() };
}
