import { MODEL_ZOO_SERVICE, SERVICES } from '@hsi/model-zoo-catalog';
import { type PageState } from '../state/page-state.ts';
import { type GraphRequest, NODES } from './data/graph.ts';

/** The flame graphs that the native view shows first, before it is known which services there are. */
export function firstGraphs(state: PageState): readonly Omit<GraphRequest, 'range'>[] {
  const { type, filters, model } = state;
  const service = state.service ?? (model === undefined ? undefined : MODEL_ZOO_SERVICE);
  const names = service === undefined ? SERVICES.map(({ serviceName }) => serviceName) : [service];
  const isLarge = service !== undefined && model === undefined;
  const maxNodes = isLarge ? NODES.large : NODES.inGrid;
  return names.flatMap((name) => {
    const request = { service: name, model: undefined, type, filters };
    const whole = { ...request, maxNodes };
    return model === undefined ? [whole] : [whole, { ...request, model, maxNodes: NODES.large }];
  });
}
