import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeDataDir } from './data-dir.mjs';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'hsi-data-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('is made with all above it, and may be there already', () => {
  const path = join(folder, 'a/b');
  makeDataDir(path);
  makeDataDir(path);
  expect(existsSync(path)).toBe(true);
});

it('is refused where a file is', () => {
  const path = join(folder, 'file');
  writeFileSync(path, '');
  expect(() => makeDataDir(path)).toThrow(`DATA_DIR is ${path}, but ${path} is a file.`);
  expect(() => makeDataDir(join(path, 'below'))).toThrow(`${path} is a file.`);
});

it('is refused where nothing can be written, without hanging', () => {
  expect(() => makeDataDir('/proc/nope')).toThrow(
    'DATA_DIR is /proc/nope, which cannot be written',
  );
});
