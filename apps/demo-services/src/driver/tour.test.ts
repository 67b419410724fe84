import { expect, it } from 'vitest';
import { planTour, runnableModels, type TourStep } from './tour.ts';

const draw = (steps: readonly TourStep[]) =>
  steps.map((step) =>
    step.action === 'infer' ? `infer ${step.models.join('+')}` : `${step.action} ${step.model}`,
  );

it('loads each model, runs it alone and beside the one before, and moves on', () => {
  expect(draw(planTour(['a', 'b', 'c', 'd']))).toEqual([
    'load a',
    'infer a',
    'load b',
    'infer b',
    'infer a+b',
    'load c',
    'infer c',
    'infer b+c',
    'unload a',
    'load d',
    'infer d',
    'infer c+d',
    'unload b',
    'unload c',
    'unload d',
  ]);
});

it.each([0, 1, 2, 3, 7, 16])(
  'leaves no model of %d loaded and never runs one that is not',
  (count) => {
    const loaded = new Set<string>();
    const run = new Set<string>();
    const models = Array.from({ length: count }, (_, index) => `m${index}`);
    for (const step of planTour(models)) {
      if (step.action === 'infer') {
        for (const model of step.models) {
          expect(loaded.has(model)).toBe(true);
          run.add(model);
        }
      } else if (step.action === 'load') loaded.add(step.model);
      else expect(loaded.delete(step.model)).toBe(true);
      expect(loaded.size).toBeLessThanOrEqual(3);
    }
    expect(loaded.size).toBe(0);
    expect([...run]).toEqual(models);
  },
);

it('visits only the models that can run', () => {
  const entry = (name: string, state: 'unloaded' | 'loaded' | 'disabled' | 'unavailable') => ({
    name,
    state,
    category: 'ocr',
    vram_mb: 1,
    runs: 0,
    in_use: 0,
  });
  expect(
    runnableModels({
      models: [
        entry('a', 'unloaded'),
        entry('b', 'disabled'),
        entry('c', 'unavailable'),
        entry('d', 'loaded'),
      ],
    }),
  ).toEqual(['a', 'd']);
});
