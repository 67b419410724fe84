import { type ModelStatus } from '@hsi/backend-api';
import { MODELS } from '@hsi/model-zoo-catalog';

/** One line of the table: the catalog's entry, and what the backend says of it once it answers. */
export type ModelRow = Pick<ModelStatus, 'name' | 'category' | 'vram_mb'> & Partial<ModelStatus>;

/** The catalog in its order with the live states, then models that only the backend knows. */
export function modelRows(live: readonly ModelStatus[] | undefined): ModelRow[] {
  const states = new Map(live?.map((model) => [model.name, model]));
  const known = MODELS.map((model): ModelRow => {
    const state = states.get(model.name);
    states.delete(model.name);
    return {
      name: model.name,
      category: model.category,
      vram_mb: model.vramMb,
      ...(model.assumption !== undefined && { assumption: model.assumption }),
      ...state,
    };
  });
  return [...known, ...states.values()];
}
