import { formatShare } from '@hsi/profile-model';
import { displayName } from '@hsi/model-zoo-catalog';
import { Maximize2 } from 'lucide-react';
import { type GraphAnswer, NODES } from '../data/graph.ts';
import { useAnswer } from '../data/use-answer.ts';
import { useView } from '../data/view-context.tsx';
import { splitIdle } from '../model/idle.ts';
import { hasIdleFrames, typeTitle } from '../model/profile-types.ts';
import { modelsOf } from '../model/services.ts';
import { rangeTitle } from '../model/time-text.ts';
import { GraphCard } from './graph-card.tsx';
import { CHIP, MUTED } from './look.ts';
import { ModelMemory } from './model-memory.tsx';
import { EAGER } from './service-grid.tsx';

const HEIGHT = 160;

/** A flame graph for each model that has data, and what no model can claim. */
export function ModelGraphs({ service }: { readonly service: string }) {
  const { state, questions, moment } = useView();
  const facts = useAnswer(questions.service(service, state.filters));
  const whole = useAnswer(
    questions.graph({
      service,
      model: undefined,
      spanIds: undefined,
      type: state.type,
      filters: state.filters,
      maxNodes: NODES.large,
    }),
  ).data;
  if (facts.data === undefined) return null;
  const found = facts.data;
  const typeId = whole?.typeId;
  const models =
    found === null ? [] : typeId === undefined ? modelsOf(found) : (found.models.get(typeId) ?? []);
  if (state.type === 'memory' && models.length === 0) return <ModelMemory />;
  return (
    <section aria-label="Model flame graphs" className="pf:min-w-0">
      <div className="pf:mb-2 pf:flex pf:flex-wrap pf:items-baseline pf:gap-x-3">
        <h2 className="pf:font-medium">Models</h2>
        {models.length > 0 && whole !== undefined && (
          <Unclaimed service={service} models={models} whole={whole} />
        )}
      </div>
      {models.length === 0 && (
        <p className={MUTED}>
          No {typeTitle(state.type)} profile of {displayName(service)} names a model in this range (
          {rangeTitle(state, moment.range)}).
        </p>
      )}
      <div className="pf:grid pf:min-w-0 pf:gap-4 pf:lg:grid-cols-2">
        {models.map((model, index) => (
          <ModelCard key={model} service={service} model={model} eager={index < EAGER} />
        ))}
      </div>
    </section>
  );
}

function ModelCard(props: {
  readonly service: string;
  readonly model: string;
  readonly eager: boolean;
}) {
  const { service, model, eager } = props;
  const { patch } = useView();
  return (
    <GraphCard
      testId={`flamegraph-model-${model}`}
      title={model}
      scope={{ service, model }}
      height={HEIGHT}
      compact
      eager={eager}
      note={
        <button
          type="button"
          className={`${CHIP} pf:hover:bg-gray-700`}
          aria-label={`Only ${model}`}
          title={`Only ${model}, with its table`}
          onClick={() => patch({ service, model, focus: [] })}
        >
          <Maximize2 className="pf:size-3" aria-hidden />
          Open
        </button>
      }
    />
  );
}

/** Work that carries no model label: start-up, requests, and threads that labels do not reach. */
function Unclaimed(props: {
  readonly service: string;
  readonly models: readonly string[];
  readonly whole: GraphAnswer;
}) {
  const { service, models, whole } = props;
  const { state, questions } = useView();
  const outside = useAnswer(
    questions.graph({
      service,
      model: '',
      spanIds: undefined,
      type: state.type,
      filters: state.filters,
      maxNodes: NODES.inGrid,
    }),
  ).data;
  const total = work(whole);
  if (outside === undefined || models.length === 0 || total <= 0) return null;
  return (
    <span className={MUTED}>
      {formatShare(work(outside) / total)} of {displayName(service)} belongs to no model.
    </span>
  );
}

/** The total without waiting. */
function work({ tree, typeId }: GraphAnswer): number {
  return (hasIdleFrames(typeId ?? '') ? splitIdle(tree).tree : tree).total[0]!;
}
