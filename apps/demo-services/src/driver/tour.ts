import type { ModelsResponse } from '@hsi/backend-api';

/** One thing to ask the backend for; models that run together are asked for at once. */
export type TourStep =
  | { readonly action: 'load' | 'unload'; readonly model: string }
  | { readonly action: 'infer'; readonly models: readonly string[] };

/** Models that are in memory at a time. */
const COMPANY = 3;

/**
 * The order in which the models are visited: each is loaded, runs alone, runs at the same time as
 * the one before it, and is unloaded when the tour has moved on, so that every kind of work of the
 * zoo keeps coming up.
 */
export function planTour(models: readonly string[]): TourStep[] {
  const steps: TourStep[] = [];
  for (const [index, model] of models.entries()) {
    steps.push({ action: 'load', model }, { action: 'infer', models: [model] });
    const before = models[index - 1];
    if (before !== undefined) steps.push({ action: 'infer', models: [before, model] });
    const leaving = models[index - COMPANY + 1];
    if (leaving !== undefined) steps.push({ action: 'unload', model: leaving });
  }
  for (const model of models.slice(Math.max(0, models.length - COMPANY + 1))) {
    steps.push({ action: 'unload', model });
  }
  return steps;
}

/** Names of the models that can run now, in the catalog's order. */
export function runnableModels({ models }: Pick<ModelsResponse, 'models'>): string[] {
  return models
    .filter(({ state }) => state !== 'disabled' && state !== 'unavailable')
    .map(({ name }) => name);
}
