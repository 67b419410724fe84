import { type InferenceResult as Result } from '@hsi/backend-api';
import { percent } from './format.ts';

/** What a model found, as a person reads it. */
export function InferenceResult({ result }: { readonly result: Result }) {
  switch (result.kind) {
    case 'text':
      return (
        <Found
          nothing="No text was found."
          lines={result.lines.map(({ text, score }) => ({ name: text, share: score }))}
        />
      );
    case 'detections':
      return (
        <Found
          nothing="Nothing was detected."
          lines={result.items.map(({ label, score }) => ({ name: label, share: score }))}
        />
      );
    case 'classes':
      return (
        <Found
          nothing="No class was found."
          lines={result.items.map(({ label, score }) => ({ name: label, share: score }))}
        />
      );
    case 'segments':
      return (
        <Found
          nothing="Nothing was segmented."
          lines={result.items.map(({ label, share }) => ({ name: label, share }))}
          unit="of the area"
        />
      );
    case 'pose':
      return (
        <Found
          nothing="No keypoint was found."
          lines={result.keypoints.map(({ name, x, y, score }) => ({
            name: `${name} at ${Math.round(x)}, ${Math.round(y)}`,
            share: score,
          }))}
        />
      );
    case 'embedding':
      return (
        <p className="text-sm text-gray-300">
          A vector of {result.dimensions} dimensions:{' '}
          <code className="break-words text-gray-100">
            {result.preview.map((value) => value.toFixed(3)).join(', ')}
          </code>
          {result.preview.length < result.dimensions && ' …'}
        </p>
      );
    case 'depth':
      return <Depth result={result} />;
    case 'quality':
      return (
        <p className="text-sm text-gray-300">
          <span className="text-lg text-gray-100 tabular-nums">{result.score.toFixed(1)}</span> on a
          scale from 0 (best) to 100 (worst).
        </p>
      );
  }
}

/** More would push the table away. */
const SHOWN = 8;

interface FoundProps {
  readonly lines: readonly { readonly name: string; readonly share: number }[];
  readonly nothing: string;
  readonly unit?: string;
}

function Found({ lines, nothing, unit = '' }: FoundProps) {
  if (lines.length === 0) return <p className="text-sm text-gray-400">{nothing}</p>;
  const rest = lines.length - SHOWN;
  return (
    <ul className="flex flex-col gap-1 text-sm">
      {lines.slice(0, SHOWN).map(({ name, share }, index) => (
        <li key={index} className="flex items-center gap-3">
          <span className="min-w-0 flex-1 break-words text-gray-100">{name}</span>
          <span
            className="h-1.5 w-16 shrink-0 overflow-hidden rounded-full bg-gray-800"
            aria-hidden
          >
            <span
              className="block h-full bg-accent"
              style={{ width: `${Math.min(1, Math.max(0, share)) * 100}%` }}
            />
          </span>
          <span className="min-w-14 shrink-0 text-right text-gray-400 tabular-nums">
            {percent(share)} {unit}
          </span>
        </li>
      ))}
      {rest > 0 && <li className="text-gray-400">and {rest} more</li>}
    </ul>
  );
}

function Depth({ result }: { readonly result: Extract<Result, { kind: 'depth' }> }) {
  const { grid, min, mean, max } = result;
  const columns = grid[0]?.length ?? 0;
  return (
    <div className="flex flex-col gap-2 text-sm text-gray-300">
      <div
        role="img"
        aria-label="Depth map: bright is near"
        className="grid w-40 overflow-hidden rounded"
        style={{ gridTemplateColumns: `repeat(${columns}, 1fr)` }}
      >
        {grid.flat().map((value, index) => (
          <span
            key={index}
            className="aspect-square bg-gray-100"
            style={{ opacity: Math.min(1, Math.max(0.04, value)) }}
          />
        ))}
      </div>
      <p>
        Bright is near. From {min.toFixed(2)} to {max.toFixed(2)}, {mean.toFixed(2)} on average.
      </p>
    </div>
  );
}
