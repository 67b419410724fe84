import { MODEL_ZOO_SERVICE, displayName } from '@hsi/model-zoo-catalog';
import { nameReference } from '@hsi/flamegraph';
import { type CallTree } from '@hsi/profile-model';
import { TopTable } from '../../flame-graph/top-table.tsx';
import { useView } from '../data/view-context.tsx';
import { GraphCard } from './graph-card.tsx';
import { ModelGraphs } from './model-graphs.tsx';
import { ModelMemory } from './model-memory.tsx';

const HEIGHT = 440;

/** One service: its flame graph and table, and the graphs of its models where it has any. */
export function ServiceDetail({ service }: { readonly service: string }) {
  const { state } = useView();
  const { model } = state;
  const beside = (tree: CallTree, unit: string) => <Table tree={tree} unit={unit} />;
  const isZoo = service === MODEL_ZOO_SERVICE;
  return (
    <div className="pf:flex pf:min-w-0 pf:flex-col pf:gap-4">
      {model !== undefined && <ModelDetail service={service} model={model} beside={beside} />}
      <GraphCard
        key={service}
        testId={`flamegraph-${service}`}
        title={model === undefined ? displayName(service) : `${displayName(service)}, all models`}
        scope={{ service }}
        height={model === undefined ? HEIGHT : HEIGHT / 2}
        compact={model !== undefined}
        eager
        {...(model === undefined ? { beside } : {})}
      />
      {isZoo && model === undefined && <ModelGraphs service={service} />}
    </div>
  );
}

interface ModelDetailProps {
  readonly service: string;
  readonly model: string;
  readonly beside: (tree: CallTree, unit: string) => React.ReactNode;
}

function ModelDetail({ service, model, beside }: ModelDetailProps) {
  const { state } = useView();
  return (
    <GraphCard
      key={model}
      testId={`flamegraph-model-${model}`}
      title={model}
      scope={{ service, model }}
      height={HEIGHT}
      compact={false}
      eager
      beside={beside}
      {...(state.type === 'memory' ? { whenEmpty: <ModelMemory only={model} /> } : {})}
    />
  );
}

function Table({ tree, unit }: { readonly tree: CallTree; readonly unit: string }) {
  const { state, patch } = useView();
  return (
    <TopTable
      testId="top-table"
      tree={tree}
      unit={unit}
      query={state.q}
      onQueryChange={(q) => patch({ q }, { replace: true })}
      hidden={state.hide}
      onSandwich={(name) => patch({ sandwich: nameReference(name) })}
      height={HEIGHT + 66}
    />
  );
}
