import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ProblemError } from '../http/problems.ts';
import { catalogOf, gate, settle, textLoader } from '../testing/fake-zoo.ts';
import { ModelZoo } from './zoo.ts';

const BUDGET = 10;
const MODELS = 'a:2 b:3 c:4 d:5 e:6 cpu:0';
const NAMES = MODELS.split(' ').map((entry) => entry.split(':')[0]!);
const SIZES = new Map(catalogOf(MODELS).map(({ name, vramMb }) => [name, vramMb]));

type Step =
  | { readonly do: 'load' | 'unload' | 'begin run'; readonly name: string }
  | { readonly do: 'end run' | 'finish load' | 'fail load' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('load' as const, 'unload' as const, 'begin run' as const),
      name: fc.constantFrom(...NAMES),
    }),
  },
  { weight: 6, arbitrary: fc.constant({ do: 'finish load' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'fail load' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'end run' as const }) },
);

/** What is asked at once; enough of it to fill the budget several times. */
const BURSTS = fc.array(fc.array(step, { minLength: 1, maxLength: 3, size: 'max' }), {
  minLength: 15,
  maxLength: 40,
  size: 'max',
});

/** What the loader holds, seen from outside of the zoo. */
function held(calls: readonly string[]): string[] {
  const names = new Set<string>();
  for (const call of calls) {
    const [verb, name] = call.split(' ') as [string, string];
    if (verb === 'load') names.add(name);
    else names.delete(name);
  }
  return [...names];
}

class World {
  readonly loader = textLoader();
  readonly failed: string[] = [];
  readonly running: { name: string; end(): void }[] = [];
  readonly zoo: ModelZoo<string>;

  constructor() {
    this.loader.isSlow = true;
    this.zoo = new ModelZoo({
      catalog: catalogOf(MODELS),
      loader: this.loader,
      budgetMb: BUDGET,
      onEvent: (event) => {
        // A load that failed holds nothing.
        if (event.type === 'load-failed' || event.type === 'restore-failed') {
          this.loader.calls.push(`failed ${event.model}`);
        }
      },
    });
  }

  take(step: Step): void {
    switch (step.do) {
      case 'load':
        this.#expectOnlyRefusals(this.zoo.load(step.name));
        break;
      case 'unload':
        this.#expectOnlyRefusals(this.zoo.unload(step.name));
        break;
      case 'begin run': {
        const { passed, open } = gate();
        this.#expectOnlyRefusals(
          this.zoo.use(step.name, async (loaded) => {
            expect(loaded).toBe(`${step.name} in memory`);
            const run = { name: step.name, end: open };
            this.running.push(run);
            await passed;
            this.running.splice(this.running.indexOf(run), 1);
          }),
        );
        break;
      }
      case 'end run':
        this.running[0]?.end();
        break;
      case 'finish load':
        this.loader.finish();
        break;
      case 'fail load':
        this.loader.fail('torn file');
        break;
    }
  }

  async check(): Promise<void> {
    const inMemory = held(this.loader.calls);
    const sum = inMemory.reduce((total, name) => total + SIZES.get(name)!, 0);
    expect(sum).toBeLessThanOrEqual(BUDGET);
    expect(this.zoo.usedMb()).toBeLessThanOrEqual(BUDGET);
    const entries = await this.zoo.list();
    for (const { name } of this.running) expect(inMemory).toContain(name);
    for (const { model, state, inUse } of entries) {
      expect(inUse).toBe(this.running.filter(({ name }) => name === model.name).length);
      if (state === 'loaded') expect(inMemory).toContain(model.name);
    }
    // No model is loaded twice at once.
    expect(new Set(this.loader.waiting).size).toBe(this.loader.waiting.length);
  }

  async end(): Promise<void> {
    this.loader.isSlow = false;
    for (let round = 0; round < 50 && this.loader.waiting.length > 0; round++) {
      this.loader.finish();
      await settle();
    }
    for (const run of [...this.running]) run.end();
    await settle();
    await this.zoo.close();
    expect(held(this.loader.calls)).toEqual([]);
    expect(this.zoo.usedMb()).toBe(0);
  }

  #expectOnlyRefusals(call: Promise<unknown>): void {
    call.catch((error: unknown) => {
      const isExpected =
        error instanceof ProblemError &&
        ['memory-budget', 'model-in-use', 'load-failed'].includes(error.code);
      if (!isExpected) this.failed.push(String(error));
    });
  }
}

it('keeps to its budget, and never unloads a model in use, whatever is asked of it', async () => {
  await fc.assert(
    fc.asyncProperty(BURSTS, async (bursts) => {
      const world = new World();
      for (const burst of bursts) {
        for (const next of burst) world.take(next);
        await settle();
        await world.check();
      }
      await world.end();
      expect(world.failed).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

it('evicts in the order of last use', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(['a', 'b', 'c'], { minLength: 3 }),
      fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 }),
      async (order, uses) => {
        const loader = textLoader();
        const zoo = new ModelZoo({ catalog: catalogOf('a:3 b:3 c:3 big:9'), loader, budgetMb: 9 });
        for (const name of order) await zoo.load(name);
        for (const name of uses) await zoo.use(name, async () => undefined);
        const sequence = [...order, ...uses];
        const expected = ['a', 'b', 'c'].sort(
          (one, other) => sequence.lastIndexOf(one) - sequence.lastIndexOf(other),
        );
        expect((await zoo.load('big')).evicted).toEqual(expected);
      },
    ),
    { numRuns: 60 },
  );
});
