import { type InferResponse } from '@hsi/backend-api';
import { LoaderCircle, X } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { Link } from 'react-router';
import { duration } from './format.ts';
import { InferenceResult } from './inference-result.tsx';
import { type ModelRow } from './model-rows.ts';
import { FILE_RULE, FILE_TYPES, type Picture, pictureOfFile, samplePicture } from './pictures.ts';
import { spanProfileUrl } from './profile-urls.ts';
import { RunPicture } from './run-picture.tsx';
import { type Run, useRun } from './use-run.ts';

interface RunPanelProps {
  readonly row: ModelRow;
  /** After a run, however it ended. */
  readonly onRun: () => void;
  readonly onClose: () => void;
}

const BUTTON =
  'inline-flex items-center justify-center gap-1.5 rounded-md bg-gray-800 px-3 py-1.5 text-gray-200 hover:bg-gray-700 aria-disabled:opacity-60';

/** Runs one model on the sample or on a chosen image, and shows what it found and how long it took. */
export function RunPanel({ row, onRun, onClose }: RunPanelProps) {
  const { name, category } = row;
  const { run, start, forget } = useRun(name, onRun);
  const { picture, problem, choose } = usePicture(category);
  const runButton = useRef<HTMLButtonElement>(null);
  useEffect(() => runButton.current?.focus(), []);
  const isRunning = run.phase === 'running';
  const answer = run.phase === 'done' ? run.answer : undefined;

  return (
    <section
      aria-label={`Run ${name}`}
      data-testid={`run-${name}`}
      className="flex flex-col gap-3 text-sm"
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      <div className="flex flex-wrap items-start gap-4">
        <div className="flex max-w-full flex-col gap-2">
          {picture && <RunPicture picture={picture} result={answer?.result} />}
          {problem !== undefined && (
            <p role="alert" className="max-w-md text-red-300">
              {problem}
            </p>
          )}
          <div className="flex flex-wrap items-center gap-2">
            <button
              ref={runButton}
              type="button"
              aria-disabled={isRunning || picture === undefined}
              onClick={() => !isRunning && picture && start(picture.blob)}
              className={`${BUTTON} min-w-24`}
            >
              {isRunning && (
                <LoaderCircle
                  className="size-4 animate-spin motion-reduce:animate-none"
                  aria-hidden
                />
              )}
              {isRunning ? 'Running' : 'Run on this image'}
            </button>
            <button type="button" onClick={onClose} className={BUTTON}>
              <X className="size-4" aria-hidden />
              Close
            </button>
          </div>
          <FileChooser
            onChoose={(file) => {
              forget();
              choose(file);
            }}
          />
        </div>
        <div className="min-w-64 flex-1" aria-live="polite">
          <Outcome run={run} isLoaded={row.state === 'loaded'} />
        </div>
      </div>
    </section>
  );
}

/** The sample of a category at first, then what is chosen; no file is the sample again. */
function usePicture(category: string) {
  const [picture, setPicture] = useState<Picture>();
  const [problem, setProblem] = useState<string>();
  const [file, choose] = useState<File>();

  useEffect(() => {
    let isWanted = true;
    const wanted = file === undefined ? samplePicture(category) : pictureOfFile(file);
    wanted.then(
      (found) => {
        if (!isWanted) return;
        setPicture(found);
        setProblem(undefined);
      },
      (error: Error) => isWanted && setProblem(error.message),
    );
    return () => {
      isWanted = false;
    };
  }, [category, file]);
  return { picture, problem, choose };
}

function FileChooser({ onChoose }: { readonly onChoose: (file: File | undefined) => void }) {
  const id = useId();
  return (
    <div className="max-w-md">
      <label htmlFor={id} className="block text-gray-300">
        Or an image of your own
      </label>
      <input
        id={id}
        type="file"
        accept={FILE_TYPES.join(',')}
        aria-describedby={`${id}-rule`}
        onChange={(event) => onChoose(event.target.files?.[0])}
        className="mt-1 block w-full max-w-full text-xs text-gray-400 file:mr-3 file:cursor-pointer file:rounded-md file:border-0 file:bg-gray-800 file:px-3 file:py-1.5 file:text-gray-200 hover:file:bg-gray-700"
      />
      <p id={`${id}-rule`} className="mt-1 text-xs text-gray-400">
        {FILE_RULE}. It is sent to the backend and not kept.
      </p>
    </div>
  );
}

function Outcome({ run, isLoaded }: { readonly run: Run; readonly isLoaded: boolean }) {
  switch (run.phase) {
    case 'idle':
      return (
        <p className="text-gray-400">
          {isLoaded
            ? 'The model is loaded and ready.'
            : 'The model is not loaded: the run loads it first.'}
        </p>
      );
    case 'running':
      return <p className="text-gray-400">Running…</p>;
    case 'failed':
      return (
        <p className="text-red-300" data-testid="run-failed">
          The run failed: {run.problem}.
        </p>
      );
    case 'done':
      return <Answer answer={run.answer} time={run.time} />;
  }
}

function Answer({ answer, time }: { readonly answer: InferResponse; readonly time: number }) {
  const { timing, weights, note, result } = answer;
  const parts: [string, number][] = [
    ['Decode', timing.decode_ms],
    [answer.loaded_now ? 'Load' : 'Wait', timing.load_ms],
    ['Pre-process', timing.preprocess_ms],
    ['Inference', timing.inference_ms],
    ['Post-process', timing.postprocess_ms],
  ];
  const call = { ...answer, time, duration_ms: timing.total_ms };
  return (
    <div className="flex flex-col gap-3" data-testid="run-result" data-kind={result.kind}>
      <p className="text-gray-200">
        Answered in <strong className="tabular-nums">{duration(timing.total_ms)}</strong>
        {answer.loaded_now && ', loaded first'}.{' '}
        <Link to={spanProfileUrl(call)} className="text-accent underline">
          Profile of this run
        </Link>{' '}
        <span className="text-gray-400">(its samples arrive within about 15 seconds)</span>
      </p>
      {weights === 'demo' && (
        <p className="max-w-xl text-yellow-200">
          {note ?? 'demo weights: the answer means nothing.'}
        </p>
      )}
      <InferenceResult result={result} />
      <dl className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-gray-400">
        {parts.map(([part, milliseconds]) => (
          <div key={part} className="flex gap-1.5">
            <dt>{part}</dt>
            <dd className="text-gray-300 tabular-nums">{duration(milliseconds)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
