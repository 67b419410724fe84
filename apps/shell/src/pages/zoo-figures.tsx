import { type ModelsResponse } from '@hsi/backend-api';
import { percent } from './format.ts';
import { MemoryBar } from './memory-bar.tsx';

const CARD = 'flex flex-col gap-2 rounded-md border border-gray-800 p-3';

/** Memory against the budget, and CPU time that no model can claim, each with what it means. */
export function ZooFigures({ data }: { readonly data: ModelsResponse }) {
  const { budget, cpu, memory_note: memoryNote } = data;
  return (
    <div className="grid gap-3 lg:grid-cols-2">
      <div className={CARD}>
        <MemoryBar usedMb={budget.used_mb} limitMb={budget.limit_mb} />
        <p className="text-xs text-gray-400">{memoryNote}</p>
      </div>
      <div className={CARD}>
        <p className="flex flex-wrap justify-between gap-x-4 text-sm">
          <span className="text-gray-300">CPU time that belongs to no model’s label</span>
          <span className="text-gray-400 tabular-nums" data-testid="unattributed-share">
            {cpu.unattributed_share === undefined
              ? 'not known here'
              : `${percent(cpu.unattributed_share)} on native threads`}
          </span>
        </p>
        <p className="text-xs text-gray-400">{cpu.note}</p>
      </div>
    </div>
  );
}
