import { ModelsResponse } from '@hsi/backend-api';
import { findModel } from '@hsi/model-zoo-catalog';
import { formatValue } from '@hsi/profile-model';
import { useQuery } from '@tanstack/react-query';
import * as v from 'valibot';
import { usePageServices } from '../../page/page-services.tsx';
import { useView } from '../data/view-context.tsx';
import { formatMoment } from '../model/time-text.ts';
import { BUTTON, MUTED } from './look.ts';

const LIMIT_MS = 5_000;

/** What is known of the models' memory instead of a graph: how much each grew the process by when it was loaded. */
export function ModelMemory({ only }: { readonly only?: string }) {
  const { context } = usePageServices();
  const { moment } = useView();
  const query = useQuery({
    queryKey: ['models', context.backendUrl, moment.refresh],
    queryFn: ({ signal }) => fetchModels(context.fetch, context.backendUrl, signal),
    retry: 1,
    networkMode: 'always',
  });
  const models = query.data?.models.filter(({ name }) => only === undefined || name === only);
  return (
    <section aria-label="Memory of the models" data-testid="model-memory" className="pf:min-w-0">
      <h2 className="pf:font-medium">Memory measured at load</h2>
      <p className={MUTED}>
        {query.data?.memory_note ??
          'The heap profiler takes no labels, so there is no memory flame graph of one model. This is how much the process grew when the model was loaded.'}
      </p>
      {query.isError && (
        <p className={`${MUTED} pf:mt-2`}>
          The backend did not say what it measured ({query.error.message}).{' '}
          <button type="button" className={BUTTON} onClick={() => void query.refetch()}>
            Retry
          </button>
        </p>
      )}
      {models !== undefined && <MemoryTable models={models} only={only} />}
    </section>
  );
}

function MemoryTable(props: {
  readonly models: ModelsResponse['models'];
  readonly only: string | undefined;
}) {
  const { models, only } = props;
  if (models.length === 0) {
    const known = only !== undefined && findModel(only) !== undefined;
    return (
      <p className={`${MUTED} pf:mt-2`}>
        {known ? `The backend does not list ${only}.` : `There is no model named ${only}.`}
      </p>
    );
  }
  return (
    <div className="pf:mt-2 pf:overflow-x-auto">
      <table className="pf:w-full pf:max-w-3xl pf:text-sm">
        <thead className="pf:text-left pf:text-xs pf:text-gray-400">
          <tr>
            <th className="pf:py-1 pf:pr-4 pf:font-normal">Model</th>
            <th className="pf:py-1 pf:pr-4 pf:font-normal">State</th>
            <th className="pf:py-1 pf:pr-4 pf:text-right pf:font-normal">Memory at load</th>
            <th className="pf:py-1 pf:font-normal">Loaded</th>
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <tr key={model.name} className="pf:border-t pf:border-gray-800">
              <td className="pf:py-1 pf:pr-4">{model.name}</td>
              <td className="pf:py-1 pf:pr-4 pf:text-gray-300">{model.state}</td>
              <td className="pf:py-1 pf:pr-4 pf:text-right pf:tabular-nums">
                {model.measured_memory_bytes === undefined
                  ? 'not measured'
                  : formatValue(model.measured_memory_bytes, 'bytes')}
              </td>
              <td className="pf:py-1 pf:text-gray-300">
                {model.loaded_at === undefined
                  ? 'not since the start'
                  : formatMoment(model.loaded_at)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

async function fetchModels(
  fetch: typeof globalThis.fetch,
  backendUrl: string,
  signal: AbortSignal,
): Promise<ModelsResponse> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  const response = await fetch(`${backendUrl}/models`, { signal: limit });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return v.parse(ModelsResponse, await response.json());
}
