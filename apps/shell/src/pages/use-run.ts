import { InferResponse } from '@hsi/backend-api';
import { useEffect, useRef, useState } from 'react';
import { fetchJson, whyFailed } from './request.ts';

/** Milliseconds that loading a model and running it may take together. */
const RUN_LIMIT_MS = 60_000;

export type Run =
  | { readonly phase: 'idle' }
  | { readonly phase: 'running' }
  /** `time`: when it began, in milliseconds since 1970-01-01 UTC. */
  | { readonly phase: 'done'; readonly answer: InferResponse; readonly time: number }
  | { readonly phase: 'failed'; readonly problem: string };

/** Runs a model on an image, once at a time. Leaving gives up waiting for the answer. */
export function useRun(name: string, onEnd: () => void) {
  const [run, setRun] = useState<Run>({ phase: 'idle' });
  const controller = useRef<AbortController>(undefined);
  useEffect(() => () => controller.current?.abort(), []);

  const start = async (image: Blob) => {
    controller.current?.abort();
    const mine = (controller.current = new AbortController());
    setRun({ phase: 'running' });
    const time = Date.now();
    const next = await infer(name, image, mine.signal).then(
      (answer): Run => ({ phase: 'done', answer, time }),
      (error: unknown): Run => ({ phase: 'failed', problem: whyFailed(error) }),
    );
    if (mine.signal.aborted) return;
    setRun(next);
    onEnd();
  };
  const forget = () => {
    controller.current?.abort();
    setRun({ phase: 'idle' });
  };
  return { run, start: (image: Blob) => void start(image), forget };
}

function infer(name: string, image: Blob, signal: AbortSignal): Promise<InferResponse> {
  return fetchJson(`/api/models/${encodeURIComponent(name)}/infer`, InferResponse, {
    method: 'POST',
    headers: { 'content-type': image.type },
    body: image,
    signal,
    limitMs: RUN_LIMIT_MS,
  });
}
