import { readFileSync, statSync } from 'node:fs';
import { findSourceMap, SourceMap } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A function's place as V8 reports it: lines and columns count from 1. */
export interface CodeLocation {
  file: string;
  line: number;
  column: number;
  name: string;
}

const MAX_MAP_BYTES = 32 * 1024 * 1024;

/**
 * Finds where bundled code was written: from Node's own source maps (`--enable-source-maps`, tsx),
 * or from `<file>.map` beside a file outside of node_modules. A map is read once per file, when the
 * first sample of that file is encoded. Names like the `SourceMapper` of `@datadog/pprof`.
 */
export class SourceLocations {
  private readonly maps = new Map<string, SourceMap | undefined>();

  hasMappingInfo(file: string): boolean {
    return this.mapOf(file) !== undefined;
  }

  mappingInfo(location: CodeLocation): CodeLocation {
    const map = this.mapOf(location.file);
    const found = map?.findEntry(location.line - 1, location.column - 1);
    if (found === undefined || !('originalSource' in found)) return location;
    return {
      name: location.name,
      file: sourceFile(location.file, found.originalSource),
      line: found.originalLine + 1,
      column: found.originalColumn + 1,
    };
  }

  private mapOf(file: string): SourceMap | undefined {
    if (this.maps.has(file)) return this.maps.get(file);
    const map = loadMap(file);
    this.maps.set(file, map);
    return map;
  }
}

function loadMap(file: string): SourceMap | undefined {
  if (file === '' || file.startsWith('node:') || file.includes('node_modules')) return undefined;
  try {
    const known = findSourceMap(file) as SourceMap | undefined;
    if (known !== undefined) return known;
    const path = `${file}.map`;
    if (statSync(path).size > MAX_MAP_BYTES) return undefined;
    return new SourceMap(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // No map, or not one: the location stays as V8 gave it.
    return undefined;
  }
}

function sourceFile(generated: string, source: string): string {
  if (source.startsWith('file:')) return fileURLToPath(source);
  return resolve(dirname(generated), source);
}
