import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CappedLog } from './capped-log.mjs';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'hsi-log-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string) => readFileSync(join(folder, name), 'utf8');

it('keeps what was logged until it is full, then one file more', () => {
  const log = new CappedLog(join(folder, 'x.log'), 10);
  for (const line of ['one\n', 'two\n', 'three\n', 'four\n', 'five\n'])
    log.write(Buffer.from(line));
  expect(read('x.log.old')).toBe('three\n');
  expect(read('x.log')).toBe('four\nfive\n');
});

it('goes on where the last run ended', () => {
  new CappedLog(join(folder, 'x.log'), 10).write(Buffer.from('before\n'));
  new CappedLog(join(folder, 'x.log'), 10).write(Buffer.from('after\n'));
  expect([read('x.log.old'), read('x.log')]).toEqual(['before\n', 'after\n']);
});

it('does not fail where nothing can be written', () => {
  const log = new CappedLog(join(folder, 'no/such/folder/x.log'));
  expect(() => log.write(Buffer.from('lost\n'))).not.toThrow();
});
