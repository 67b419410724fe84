import { mb } from './format.ts';

interface MemoryBarProps {
  readonly usedMb: number;
  readonly limitMb: number;
}

/** How much of the memory budget the loaded models take. */
export function MemoryBar({ usedMb, limitMb }: MemoryBarProps) {
  const share = limitMb > 0 ? Math.min(1, usedMb / limitMb) : 0;
  const text = `${mb(usedMb)} of ${mb(limitMb)} used`;
  return (
    <div>
      <div className="mb-1 flex flex-wrap justify-between gap-x-4 text-sm">
        <span className="text-gray-300">Model memory</span>
        <span className="text-gray-400 tabular-nums">{text}</span>
      </div>
      <div
        role="meter"
        aria-label="Model memory"
        aria-valuemin={0}
        aria-valuemax={limitMb}
        aria-valuenow={usedMb}
        aria-valuetext={text}
        className="h-2 overflow-hidden rounded-full bg-gray-800"
      >
        <div
          className={`h-full rounded-full transition-[width] motion-reduce:transition-none ${share > 0.9 ? 'bg-yellow-500' : 'bg-accent'}`}
          style={{ width: `${share * 100}%` }}
        />
      </div>
    </div>
  );
}
