import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SourceLocations } from './source-locations.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hsi-profiler-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** One mapping: line 1, column 1 of the bundle is line 5, column 3 of the source. */
const MAP = { version: 3, sources: ['../src/work.ts'], names: [], mappings: 'AAIE' };
const at = (file: string) => ({ file, line: 1, column: 1, name: 'work' });

it('finds the source of bundled code by the map beside it', () => {
  const bundle = join(folder, 'main.mjs');
  writeFileSync(`${bundle}.map`, JSON.stringify(MAP));
  const sources = new SourceLocations();
  expect(sources.hasMappingInfo(bundle)).toBe(true);
  expect(sources.mappingInfo(at(bundle))).toEqual({
    name: 'work',
    file: resolve(folder, '../src/work.ts'),
    line: 5,
    column: 3,
  });
});

it('understands sources that are addresses of files', () => {
  const bundle = join(folder, 'main.mjs');
  writeFileSync(`${bundle}.map`, JSON.stringify({ ...MAP, sources: ['file:///app/src/work.ts'] }));
  expect(new SourceLocations().mappingInfo(at(bundle)).file).toBe('/app/src/work.ts');
});

it.each([
  ['no map', undefined],
  ['a map that is not JSON', '<html>'],
  ['a map without this line', JSON.stringify({ ...MAP, mappings: '' })],
])('leaves the location with %s', (_case, text) => {
  const bundle = join(folder, 'main.mjs');
  if (text !== undefined) writeFileSync(`${bundle}.map`, text);
  expect(new SourceLocations().mappingInfo(at(bundle))).toEqual(at(bundle));
});

it.each(['', 'node:internal/timers', '/app/node_modules/x/index.js'])(
  'asks no map for %j',
  (file) => {
    expect(new SourceLocations().hasMappingInfo(file)).toBe(false);
  },
);
