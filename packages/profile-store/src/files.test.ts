import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import { UnusableDataDirectory } from './errors.ts';
import { ProfileStore } from './store.ts';
import { HOUR, profile } from './testing/profiles.ts';
import { useTemporaryStore } from './testing/temporary-store.ts';

const T = 'anonymous';
/** Of DuckDB's files. */
const [HEADER_BYTES, BLOCK_BYTES] = [12_288, 262_144];
const at = useTemporaryStore();

describe('files', () => {
  test('what is stored is there after closing and opening', async () => {
    await at.store.ingest(T, [profile('model=clip main;work 3\nmain 1')]);
    await at.reopen();
    expect(await at.folded()).toEqual(['main 1', 'main;work 3']);
    await at.store.ingest(T, [profile('main;work 4\nmain;more 1', { ms: HOUR + 9 })]);
    await at.reopen();
    expect(await at.folded()).toEqual(['main 1', 'main;more 1', 'main;work 7']);
    expect(await at.folded('{model="clip"}')).toEqual(['main;work 3']);
  });

  /** Changes the store's only file while the store is closed. */
  async function changeFile(sql: string): Promise<string> {
    await at.store.ingest(T, [profile('a 1')]);
    await at.close();
    const name = (await at.files())[0]!;
    const instance = await DuckDBInstance.create(join(at.directory, name));
    const connection = await instance.connect();
    await connection.run(sql);
    connection.closeSync();
    instance.closeSync();
    return join(at.directory, name);
  }

  test.each([
    ['newer', 'UPDATE format SET version = 99', /has the format 99; this version reads format 1/],
    ['older', 'UPDATE format SET version = 0', /has the format 0; this version reads format 1/],
    ['unknown', 'DROP TABLE format', /has the format of something else; this version reads/],
  ])('a file of a format that is %s is refused with a sentence', async (_, sql, message) => {
    const file = await changeFile(sql);
    const refused = ProfileStore.open({ directory: at.directory });
    await expect(refused).rejects.toThrow(UnusableDataDirectory);
    await expect(refused).rejects.toThrow(message);
    await rm(file);
    await at.open();
  });

  test('a file with the table of pins that the first files of this format had', async () => {
    await changeFile(
      'CREATE TABLE pin(id INTEGER, tenant VARCHAR, from_ms BIGINT, to_ms BIGINT, note VARCHAR)',
    );
    await at.open();
    expect(await at.folded()).toEqual(['a 1']);
    await at.store.ingest(T, [profile('a 2')]);
    expect(await at.folded()).toEqual(['a 3']);
  });

  test('a file that is damaged is left aside', async () => {
    await at.store.ingest(T, [profile('a 1')]);
    await at.close();
    await writeFile(join(at.directory, '20261122T0000-0.duckdb'), 'not a database');
    const messages: string[] = [];
    await at.open({ log: (message) => messages.push(message) });
    expect(await at.folded()).toEqual(['a 1']);
    expect(messages.join()).toContain('20261122T0000-0.duckdb cannot be read and is left aside');
  });

  test('a file that is damaged keeps nobody from storing in its time, nor do ten of them', async () => {
    await at.close();
    for (const generation of [9, 10]) {
      await writeFile(join(at.directory, `20261123T0000-${generation}.duckdb`), 'not a database');
    }
    await at.open({ log: () => undefined });
    await at.store.ingest(T, [profile('a 1')]);
    await at.reopen({ log: () => undefined });
    expect(await at.folded()).toEqual(['a 1']);
    expect(await at.files()).toContain('20261123T0000-11.duckdb');
  });

  test('whichever block of a file is damaged, the others are read and its time is stored', async () => {
    const DAY = 86_400_000;
    const lines = Array.from({ length: 3_000 }, (_, index) => `main;step${index} 1`).join('\n');
    await at.store.ingest(T, [profile(lines), profile('next 1', { ms: HOUR + DAY })]);
    await at.close();
    const path = join(at.directory, (await at.files())[0]!);
    const whole = await readFile(path);
    const aside: number[] = [];
    for (let block = HEADER_BYTES; block < whole.length; block += BLOCK_BYTES) {
      await writeFile(path, Buffer.concat([whole]).fill(0xa5, block + 1_000, block + 1_100));
      const messages: string[] = [];
      await at.open({ log: (message) => messages.push(message) });
      // A block that nothing is in is no loss.
      const before = (await at.folded()).filter((line) => line !== 'next 1').length;
      expect([0, 3_000]).toContain(before);
      expect(await at.folded()).toContain('next 1');
      await at.store.ingest(T, [profile('again 1')]);
      expect(await at.folded()).toEqual(expect.arrayContaining(['again 1', 'next 1']));
      const { leftAside } = await at.store.size();
      expect(leftAside).toBe(before === 0 ? 1 : 0);
      if (leftAside > 0) expect(messages.join()).toMatch(/20261123T0000-0.*left aside/);
      aside.push(leftAside);
      await at.close();
      for (const name of await at.files()) {
        if (!name.endsWith('-0.duckdb')) await rm(join(at.directory, name));
      }
    }
    expect(aside).toContain(1);
  });

  test('files that are removed while they are in use are made anew', async () => {
    await at.store.ingest(T, [profile('a 1')]);
    await rm(at.directory, { recursive: true });
    await expect(at.store.ingest(T, [profile('b 2')])).rejects.toThrow(/was removed while/);
    at.now += 1_000;
    await at.store.ingest(T, [profile('c 4'), profile('d 8', { ms: HOUR + 86_400_000 })]);
    await at.reopen();
    expect(await at.folded()).toEqual(['c 4', 'd 8']);
  });

  test('texts that cannot be stored as they are keep what comes after them in its place', async () => {
    const lines = [
      'caf\udce9 1',
      'caf\udcea 2',
      'x;\ufeffmain 16',
      'x;main 32',
      'load 4',
      'save 8',
    ];
    await at.store.ingest(T, [profile(lines.join('\n'))]);
    await at.reopen();
    await at.store.ingest(T, [profile('fresh 64\ncaf\udce9 1')]);
    await at.reopen();
    const folded = await at.folded();
    expect(folded).toEqual(expect.arrayContaining(['caf\ufffd 4', 'fresh 64', 'load 4', 'save 8']));
    const values = folded.map((line) => Number(line.split(' ').at(-1)));
    expect(values.reduce((sum, value) => sum + value)).toBe(128);
  });

  test('a directory that cannot be made', async () => {
    await writeFile(join(at.directory, 'file'), '');
    await expect(
      ProfileStore.open({ directory: join(at.directory, 'file', 'sub') }),
    ).rejects.toThrow(/cannot be made .* Set DATA_DIR/);
  });
});
