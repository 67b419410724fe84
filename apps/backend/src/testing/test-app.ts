import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CatalogModel, MODELS } from '@hsi/model-zoo-catalog';
import { type FastifyInstance } from 'fastify';
import { type AppOptions, buildApp } from '../app.ts';
import { demoGraph } from '../onnx/demo-graphs.ts';
import { readSettings, type Settings } from '../settings.ts';
import { startTelemetry } from '../telemetry.ts';

export const TOKEN = 'secret-of-the-test';
/** What a browser sends from a page of the same origin. */
export const FROM_PAGE = { 'sec-fetch-site': 'same-origin' };

/** A folder that is gone after `remove`. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'hsi-backend-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function testSettings(dataDir: string, env: Record<string, string> = {}): Settings {
  return readSettings({ DATA_DIR: dataDir, BACKEND_TOKEN: TOKEN, ...env });
}

/** The demo models of some names, as the build writes them. */
export function writeDemoModels(folder: string, models: readonly CatalogModel[] = MODELS): void {
  for (const model of models) {
    const bytes = demoGraph(model);
    if (bytes !== undefined) writeFileSync(join(folder, `${model.name}.onnx`), bytes);
  }
}

/** A backend without a socket, and the lines of its log. */
export function testApp(
  dataDir: string,
  options: Partial<AppOptions> & { env?: Record<string, string> } = {},
): { readonly app: FastifyInstance; readonly log: string[] } {
  const { env, ...parts } = options;
  const log: string[] = [];
  const app = buildApp({
    settings: testSettings(dataDir, env),
    telemetry: startTelemetry({
      serviceName: 'test',
      version: '1',
      environment: 'test',
      otlpEndpoint: undefined,
    }),
    runtime: { reason: 'no runtime in this test' },
    logTo: { write: (line) => log.push(line) },
    ...parts,
  });
  return { app, log };
}
