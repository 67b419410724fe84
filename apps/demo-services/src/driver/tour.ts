import type { ModelsResponse } from '@hsi/backend-api';

/** One thing to ask the backend for. */
export type TourStep =
  | { readonly action: 'load'; readonly model: string }
  | { readonly action: 'infer'; readonly model: string }
  | { readonly action: 'unload'; readonly model: string };

/** Models that are in memory at a time. */
const COMPANY = 3;
const RUNS_PER_VISIT = 3;

/**
 * The order in which the models are visited: each is loaded, runs next to its neighbours, and is
 * unloaded when the tour has moved on, so that every kind of work of the zoo keeps coming up.
 */
export function planTour(models: readonly string[]): TourStep[] {
  const company = Math.min(COMPANY, models.length);
  const steps: TourStep[] = [];
  for (const [index, model] of models.entries()) {
    steps.push({ action: 'load', model });
    for (let run = 0; run < RUNS_PER_VISIT; run++) {
      const neighbour = models[(index - (run % company) + models.length) % models.length]!;
      steps.push({ action: 'infer', model: run === 0 ? model : neighbour });
    }
    if (index >= company - 1) steps.push({ action: 'unload', model: models[index - company + 1]! });
  }
  for (const model of models.slice(1 - company || models.length))
    steps.push({ action: 'unload', model });
  return steps;
}

/** Names of the models that can run now, in the catalog's order. */
export function runnableModels({ models }: ModelsResponse): string[] {
  return models
    .filter(({ state }) => state !== 'disabled' && state !== 'unavailable')
    .map(({ name }) => name);
}
