import { setImmediate as nextTurn } from 'node:timers/promises';
import { context, ROOT_CONTEXT, trace, type Span } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withProfilingLabels } from './labels.ts';
import { ProfilingSpanProcessor, type ProfilingSpanOptions } from './opentelemetry.ts';
import { watchLabels } from './testing/label-watch.ts';

const idOf = (span: Span) => span.spanContext().spanId;

describe('a span', () => {
  let samples: ReturnType<typeof watchLabels>;
  let exported: InMemorySpanExporter;

  const trace_ = (options?: ProfilingSpanOptions, sampler?: AlwaysOffSampler) => {
    exported = new InMemorySpanExporter();
    const provider = new NodeTracerProvider({
      spanProcessors: [new ProfilingSpanProcessor(options), new SimpleSpanProcessor(exported)],
      ...(sampler && { sampler }),
    });
    provider.register();
    return provider.getTracer('test');
  };
  const profileIds = () =>
    Object.fromEntries(
      exported
        .getFinishedSpans()
        .map(({ name, attributes }) => [name, attributes['pyroscope.profile.id']]),
    );

  beforeEach(() => {
    samples = watchLabels();
  });
  afterEach(() => {
    samples.stop();
    trace.disable();
    context.disable();
  });

  it('labels the samples while it is active, across await, and carries the id', async () => {
    const tracer = trace_();
    const id = await tracer.startActiveSpan('load', async (span) => {
      expect(samples.now()).toEqual({ span_id: idOf(span) });
      await nextTurn();
      expect(samples.now()).toEqual({ span_id: idOf(span) });
      span.end();
      return idOf(span);
    });
    expect(samples.now()).toEqual({});
    expect(profileIds()).toEqual({ load: id });
  });

  it('keeps the other labels', () => {
    const tracer = trace_();
    withProfilingLabels({ model: 'paddleocr' }, () => {
      tracer.startActiveSpan('load', (span) => {
        expect(samples.now()).toEqual({ model: 'paddleocr', span_id: idOf(span) });
        withProfilingLabels({ phase: 'decode' }, () => {
          expect(samples.now()).toEqual({
            model: 'paddleocr',
            phase: 'decode',
            span_id: idOf(span),
          });
        });
        span.end();
      });
    });
  });

  it('owns its own work only: a child has its own id', async () => {
    const tracer = trace_();
    const ids: string[] = [];
    await tracer.startActiveSpan('request', async (request) => {
      await tracer.startActiveSpan('inference', async (inference) => {
        await nextTurn();
        ids.push(idOf(request), idOf(inference));
        expect(samples.now()).toEqual({ span_id: idOf(inference) });
        inference.end();
      });
      expect(samples.now()).toEqual({ span_id: idOf(request) });
      request.end();
    });
    expect(profileIds()).toEqual({ request: ids[0], inference: ids[1] });
  });

  it('can give all work of a request to its outermost span', async () => {
    const tracer = trace_({ attributeTo: 'local-root' });
    const id = await tracer.startActiveSpan('request', async (request) => {
      await tracer.startActiveSpan('inference', async (inference) => {
        await nextTurn();
        expect(samples.now()).toEqual({ span_id: idOf(request) });
        inference.end();
      });
      request.end();
      return idOf(request);
    });
    expect(profileIds()).toEqual({ request: id, inference: undefined });
  });

  it('has no id when it never becomes active', () => {
    trace_().startSpan('query').end();
    expect(profileIds()).toEqual({ query: undefined });
  });

  it('labels a bound callback', async () => {
    const tracer = trace_();
    const span = tracer.startSpan('stream');
    const onData = context.bind(trace.setSpan(ROOT_CONTEXT, span), () => samples.now());
    await nextTurn();
    expect(onData()).toEqual({ span_id: idOf(span) });
    span.end();
    expect(onData()).toEqual({});
  });

  it('leaves a context without a span unlabelled, even inside one', () => {
    const tracer = trace_();
    withProfilingLabels({ model: 'x' }, () => {
      tracer.startActiveSpan('request', (span) => {
        expect(context.with(ROOT_CONTEXT, () => samples.now())).toEqual({ model: 'x' });
        expect(samples.now()).toMatchObject({ span_id: idOf(span) });
        span.end();
      });
    });
  });

  it('passes this, arguments, results and errors through', () => {
    trace_().startSpan('wakes the processor').end();
    const add = function (this: { base: number }, a: number, b: number) {
      return this.base + a + b;
    };
    const active = trace.setSpan(ROOT_CONTEXT, trace.getTracer('test').startSpan('sum'));
    expect(context.with(active, add, { base: 1 }, 2, 3)).toBe(6);
    expect(() =>
      context.with(active, () => {
        throw new Error('broken');
      }),
    ).toThrow('broken');
    expect(samples.now()).toEqual({});
  });

  it('is not labelled when it is not sampled', () => {
    const tracer = trace_({}, new AlwaysOffSampler());
    tracer.startActiveSpan('request', (span) => {
      expect(samples.now()).toEqual({});
      span.end();
    });
  });

  it('costs and says nothing without a profiler', () => {
    const tracer = trace_();
    samples.stop();
    tracer.startActiveSpan('request', (span) => span.end());
    expect(profileIds()).toEqual({ request: undefined });
  });

  it('does nothing, quietly, with an unregistered context manager', async () => {
    const processor = new ProfilingSpanProcessor();
    const tracer = new NodeTracerProvider({ spanProcessors: [processor] }).getTracer('test');
    tracer.startActiveSpan('request', (span) => span.end());
    expect(samples.now()).toEqual({});
    await expect(processor.forceFlush()).resolves.toBeUndefined();
    await expect(processor.shutdown()).resolves.toBeUndefined();
  });
});
