// An application for the end-to-end suite: two models and four requests, all at once, each with
// work of its own. Prints the ids of the requests' spans by the name of their function.
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { runInThisContext } from 'node:vm';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { startProfiler, withProfilingLabels } from '../index.ts';
import { ProfilingSpanProcessor } from '../opentelemetry.ts';

const [applicationName = 'labelled-app', rounds = '150'] = process.argv.slice(2);
const serverAddress = process.env.PYROSCOPE_INGEST_URL;
const profiler = startProfiler({ applicationName, serverAddress, samplesPerSecond: 500 });
const provider = new NodeTracerProvider({ spanProcessors: [new ProfilingSpanProcessor()] });
provider.register();
const tracer = provider.getTracer('labelled-app');

/** A function of this name that burns some milliseconds. */
function burner(name: string): () => number {
  const source = `(function ${name}() {
    let sum = 0;
    for (let step = 0; step < 250_000; step++) sum += Math.sqrt(step + sum);
    return sum;
  })`;
  return runInThisContext(source, { filename: '/work.js' }) as () => number;
}

async function work(name: string): Promise<void> {
  const burn = burner(name);
  for (let round = 0; round < Number(rounds); round++) {
    burn();
    if (round % 3 === 0) await sleep(1);
    else if (round % 3 === 1) await nextTurn();
    else await Promise.resolve();
  }
}

const model = (name: string) => withProfilingLabels({ model: name }, () => work(`model_${name}`));
const spans: Record<string, string> = {};
const request = (name: string) =>
  tracer.startActiveSpan(name, async (span) => {
    spans[name] = span.spanContext().spanId;
    await work(name);
    span.end();
  });

await Promise.all([
  model('clip'),
  model('ocr'),
  ...['request_a', 'request_b', 'request_c', 'request_d'].map(request),
]);
await profiler.stop();
process.stdout.write(JSON.stringify({ spans, counts: profiler.counts }));
