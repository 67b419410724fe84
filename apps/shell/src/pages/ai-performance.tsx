import { ModelsResponse } from '@hsi/backend-api';
import { Brain } from 'lucide-react';
import { modelRows } from './model-rows.ts';
import { ModelTable } from './model-table.tsx';
import { PageFrame } from './page-frame.tsx';
import { useModelActions } from './use-model-actions.ts';
import { usePolled } from './use-polled.ts';
import { ZooFigures } from './zoo-figures.tsx';

const POLL_MS = 3_000;

/** The model zoo: what is loaded, what it takes, and buttons to load, unload and run. */
export function AiPerformance() {
  const { data, problem, refresh } = usePolled('/api/models', ModelsResponse, POLL_MS);
  const actions = useModelActions(refresh);
  const hasDemoWeights = data?.models.some(({ weights }) => weights === 'demo') === true;

  return (
    <PageFrame
      icon={Brain}
      title="AI Performance"
      subtitle="The model zoo of the backend: what is loaded, and what it takes."
      problem={problem && sentence(problem, data !== undefined)}
      testId="ai-page"
    >
      {data && <ZooFigures data={data} />}
      {data?.runtime.reason && <p className="text-sm text-yellow-200">{data.runtime.reason}</p>}
      {hasDemoWeights && (
        <p className="max-w-4xl text-sm text-gray-400">
          Models marked “demo weights” are small generated graphs with random weights: their work is
          real, their answers mean nothing.
        </p>
      )}
      <ModelTable rows={modelRows(data?.models)} actions={actions} onRun={refresh} />
    </PageFrame>
  );
}

function sentence(problem: string, hasData: boolean): string {
  const kept = hasData ? 'What is shown is the last known state.' : 'Only the catalog is shown.';
  return `The state of the models could not be read: ${problem}. ${kept} It is tried again every few seconds.`;
}
