import { trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { contextOfRequest, currentSpan, inSpan, startTelemetry } from './telemetry.ts';

const BASE = { serviceName: 'nemotron-backend', version: '1.2', environment: 'test' };
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function start(otlpEndpoint?: string, shutdownLimitMs?: number) {
  const memory = new InMemorySpanExporter();
  const telemetry = startTelemetry({
    ...BASE,
    otlpEndpoint,
    ...(shutdownLimitMs === undefined ? {} : { shutdownLimitMs }),
    processors: [new SimpleSpanProcessor(memory)],
  });
  closing.push(() => telemetry.shutdown());
  return { ...telemetry, memory };
}

describe('spans', () => {
  it('carry the service and the attribute that a Jaeger link reads', async () => {
    const { tracer, memory } = start();
    await inSpan(tracer, 'work', { 'hsi.model': 'clip-vit-l' }, async () => undefined);
    const [span] = memory.getFinishedSpans();
    expect(span?.attributes).toEqual({ 'hsi.model': 'clip-vit-l' });
    expect(span?.resource.attributes).toMatchObject({
      'service.name': 'nemotron-backend',
      'service.version': '1.2',
      'hsi.service': 'nemotron-backend',
    });
  });

  it('have ids that follow await, with or without somewhere to send them', async () => {
    const { tracer } = start();
    const [outside, ids] = await inSpan(tracer, 'work', {}, async (span) => {
      await new Promise((resolve) => setImmediate(resolve));
      return [span.spanContext().spanId, currentSpan()] as const;
    });
    expect(ids).toEqual({ trace_id: expect.stringMatching(/^[0-9a-f]{32}$/), span_id: outside });
    expect(currentSpan()).toBeUndefined();
  });

  it('say what was thrown and pass it on', async () => {
    const { tracer, memory } = start();
    await expect(
      inSpan(tracer, 'work', {}, () => Promise.reject(new Error('no weights'))),
    ).rejects.toThrow('no weights');
    expect(memory.getFinishedSpans()[0]?.status).toMatchObject({ code: 2, message: 'no weights' });
  });

  it('continue the trace of the caller, also one that is not kept', () => {
    const { tracer } = start();
    for (const flags of ['00', '01']) {
      const traceparent = `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-${flags}`;
      const span = tracer.startSpan('work', {}, contextOfRequest({ traceparent }));
      expect(span.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c');
      expect(span.isRecording()).toBe(true);
      span.end();
    }
    expect(trace.getSpanContext(contextOfRequest({ traceparent: 'nonsense' }))).toBeUndefined();
  });
});

describe('traces over OTLP', () => {
  it('are sent to the endpoint', async () => {
    const requests: { url: string | undefined; body: string }[] = [];
    const server = createServer((request, response) => {
      void readBody(request).then((body) => {
        requests.push({ url: request.url, body });
        response.setHeader('content-type', 'application/json').end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => server.close(() => resolve())));
    const { port } = server.address() as AddressInfo;
    const { tracer, shutdown } = start(`http://127.0.0.1:${port}`);
    await inSpan(tracer, 'model.load', {}, async () => undefined);
    await shutdown();
    expect(requests).toEqual([
      { url: '/v1/traces', body: expect.stringContaining('nemotron-backend') },
    ]);
  });

  it('that nobody takes never fail the work', async () => {
    const { tracer, shutdown } = start('http://127.0.0.1:9', 50);
    expect(await inSpan(tracer, 'model.load', {}, async () => 'done')).toBe('done');
    await shutdown();
  });
});

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
