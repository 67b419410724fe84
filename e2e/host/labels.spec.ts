import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startStack } from '../support/stack.ts';
import { expect, test } from '../support/test.ts';

const PROFILER = join(import.meta.dirname, '../../packages/profiler');
const TYPES = [
  'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
  'wall:wall:nanoseconds:wall:nanoseconds',
];
const REQUESTS = ['request_a', 'request_b', 'request_c', 'request_d'];

interface FlameGraph {
  readonly names: string[];
  readonly levels: { readonly values: string[] }[];
}

/** An application with two models and four requests at once, profiled by packages/profiler. */
async function runLabelledApp(application: string, profileServer: string) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=source', '--import', 'tsx', 'src/testing/labelled-app.ts', application],
    {
      cwd: PROFILER,
      timeout: 50_000,
      env: { ...process.env, PYROSCOPE_INGEST_URL: profileServer },
    },
  );
  return JSON.parse(stdout) as { spans: Record<string, string>; counts: { sent: number } };
}

/** Self values by function, of the functions that the application named (`name (file)`). */
async function selfTimes(profileServer: string, method: string, query: object) {
  const end = Date.now() + 1_000;
  const response = await fetch(`${profileServer}/querier.v1.QuerierService/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ start: end - 120_000, end, ...query }),
  });
  const { flamegraph } = (await response.json()) as { flamegraph: FlameGraph };
  const selves = new Map<string, number>();
  for (const { values } of flamegraph.levels) {
    for (let bar = 0; bar < values.length; bar += 4) {
      const name = flamegraph.names[Number(values[bar + 3])]?.split(' ')[0] ?? '';
      if (!/^(model|request)_/.test(name)) continue;
      selves.set(name, (selves.get(name) ?? 0) + Number(values[bar + 2]));
    }
  }
  return selves;
}

test('samples carry the label of their own model and the span of their own request', async () => {
  const stack = await startStack({ flags: ['--no-demo'] });
  try {
    const application = 'labelled-app';
    const { spans, counts } = await runLabelledApp(application, stack.profileServerUrl);
    expect(counts.sent).toBeGreaterThanOrEqual(3);
    await expectOwnSamples(application, stack.profileServerUrl, spans);
  } finally {
    await stack.stop();
  }
});

async function expectOwnSamples(
  application: string,
  profileServer: string,
  spans: Record<string, string>,
): Promise<void> {
  for (const profileTypeID of TYPES) {
    const ask = (more: string) =>
      selfTimes(profileServer, 'SelectMergeStacktraces', {
        profileTypeID,
        labelSelector: `{service_name="${application}"${more}}`,
      });
    const all = await ask('');
    expect([...all.keys()].sort()).toEqual(['model_clip', 'model_ocr', ...REQUESTS]);
    for (const model of ['clip', 'ocr']) {
      const own = await ask(`,model="${model}"`);
      expect([...own.keys()]).toEqual([`model_${model}`]);
      expect(own.get(`model_${model}`)! / all.get(`model_${model}`)!).toBeGreaterThanOrEqual(0.99);
    }

    for (const request of REQUESTS) {
      const own = await selfTimes(profileServer, 'SelectMergeSpanProfile', {
        profileTypeID,
        labelSelector: `{service_name="${application}"}`,
        spanSelector: [spans[request]],
      });
      expect([...own.keys()]).toEqual([request]);
      expect(own.get(request)! / all.get(request)!).toBeGreaterThanOrEqual(0.99);
    }
  }
}
