import { LoadResponse, ModelsResponse, type ModelStatus, UnloadResponse } from '@hsi/backend-api';
import { MODELS } from '@hsi/model-zoo-catalog';
import { Brain } from 'lucide-react';
import { useState } from 'react';
import * as v from 'valibot';
import { MemoryBar } from './memory-bar.tsx';
import { ModelTable } from './model-table.tsx';
import { PageFrame } from './page-frame.tsx';
import { fetchJson, usePolled } from './use-polled.ts';
import { reasonOf } from '../remotes/remote-failure.ts';

const POLL_MS = 3_000;

/** One line of the table: the catalog's entry, and what the backend says of it once it answers. */
export type ModelRow = Pick<ModelStatus, 'name' | 'category' | 'vram_mb'> & Partial<ModelStatus>;

/** The model zoo: what is loaded, what it takes, and buttons to load and unload. */
export function AiPerformance() {
  const { data, problem, refresh } = usePolled('/api/models', ModelsResponse, POLL_MS);
  const { pending, failures, act } = useModelActions(refresh);

  return (
    <PageFrame
      icon={Brain}
      title="AI Performance"
      subtitle="The model zoo of the backend: what is loaded, and what it takes."
      problem={problem && sentence(problem, data !== undefined)}
      testId="ai-page"
    >
      {data && <MemoryBar usedMb={data.budget.used_mb} limitMb={data.budget.limit_mb} />}
      {data?.runtime.reason && <p className="text-sm text-yellow-200">{data.runtime.reason}</p>}
      <ModelTable
        rows={modelRows(data?.models)}
        pending={pending}
        failures={failures}
        onLoad={(name) => act(name, 'load')}
        onUnload={(name) => act(name, 'unload')}
      />
      {data && (
        <div className="flex max-w-3xl flex-col gap-1 text-xs text-gray-400">
          <p>{data.memory_note}</p>
          <p>{data.cpu.note}</p>
        </div>
      )}
    </PageFrame>
  );
}

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

function sentence(problem: string, hasData: boolean): string {
  const kept = hasData ? 'What is shown is the last known state.' : 'Only the catalog is shown.';
  return `The state of the models could not be read: ${problem}. ${kept} It is tried again every few seconds.`;
}

type Action = 'load' | 'unload';

function useModelActions(refresh: () => void) {
  const [pending, setPending] = useState<ReadonlyMap<string, Action>>(new Map());
  const [failures, setFailures] = useState<ReadonlyMap<string, string>>(new Map());

  const act = async (name: string, action: Action) => {
    setPending((before) => new Map(before).set(name, action));
    setFailures((before) => without(before, name));
    try {
      const url = `/api/models/${encodeURIComponent(name)}/${action}`;
      await fetchJson(url, v.union([LoadResponse, UnloadResponse]), { method: 'POST' });
    } catch (error) {
      setFailures((before) => new Map(before).set(name, `${reasonOf(error)}.`));
    } finally {
      setPending((before) => without(before, name));
      refresh();
    }
  };
  return { pending, failures, act: (name: string, action: Action) => void act(name, action) };
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}
