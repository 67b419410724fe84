import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publishRemote, rollBackRemote } from './publish-remote.mjs';

let folder: string;
let from: string;
let to: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'publish-remote-'));
  from = join(folder, 'app/dist');
  to = join(folder, 'remotes');
  await mkdir(join(from, 'js'), { recursive: true });
  await writeFile(join(folder, 'app/package.json'), '{"version":"1.2.3"}');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A build whose page says `text`. */
async function build(text: string) {
  await writeFile(join(from, 'mf-manifest.json'), '{"id":"profiling_remote"}');
  await writeFile(join(from, 'js/page.js'), `show(${JSON.stringify(text)});`);
}

async function registry() {
  return JSON.parse(await readFile(join(to, 'registry.json'), 'utf8'));
}

const at = (minute: number) => () => new Date(Date.UTC(2026, 0, 1, 0, minute));

describe('publishing a remote', () => {
  it('puts the build in a folder of its version and makes it current', async () => {
    await build('one');
    const published = await publishRemote({ from, to });

    expect(published.version).toMatch(/^1\.2\.3-[0-9a-f]{12}$/);
    expect(published).toMatchObject({
      contract: '^1.0.0',
      entry: `profiling/${published.version}/mf-manifest.json`,
    });
    expect(await readFile(join(to, 'profiling', published.version, 'js/page.js'), 'utf8')).toBe(
      'show("one");',
    );
    expect(await registry()).toEqual({ schema: 1, remotes: { profiling: { current: published } } });
  });

  it('lists the SHA-384 and the bytes of every file that a browser runs', async () => {
    await build('one');
    await writeFile(join(from, 'js/page.js.map'), '{}');
    const { integrity, size } = await publishRemote({ from, to });
    expect(Object.keys(integrity)).toEqual(['js/page.js', 'mf-manifest.json']);
    const expected = createHash('sha384').update('show("one");').digest('base64');
    expect(integrity['js/page.js']).toBe(`sha384-${expected}`);
    expect(size).toBe('show("one");'.length + '{"id":"profiling_remote"}'.length);
  });

  it('names the script that asks ahead, when the build has one', async () => {
    await build('one');
    expect(await publishRemote({ from, to })).not.toHaveProperty('ahead');
    await writeFile(join(from, 'ahead.0a1b2c.js'), 'ask();');
    expect(await publishRemote({ from, to })).toMatchObject({ ahead: 'ahead.0a1b2c.js' });
  });

  it('says in the registry what the manifest says of the code, for hosts that do not wait for it', async () => {
    await build('one');
    const manifest = {
      name: 'profiling_remote',
      metaData: {
        globalName: 'profiling_global',
        remoteEntry: { path: 'js/', name: 'remoteEntry.js', type: 'global' },
      },
      exposes: [{ name: 'mount', assets: { js: { sync: [] }, css: { sync: ['mount.css'] } } }],
    };
    await writeFile(join(from, 'mf-manifest.json'), JSON.stringify(manifest));
    expect(await publishRemote({ from, to })).toMatchObject({
      container: {
        name: 'profiling_remote',
        globalName: 'profiling_global',
        file: 'js/remoteEntry.js',
        styles: { mount: ['mount.css'] },
      },
    });
    const { metaData } = manifest;
    for (const unfit of [
      { ...metaData, remoteEntry: { ...metaData.remoteEntry, type: 'module' } },
      { ...metaData, remoteEntry: { name: 'remoteEntry.js', type: 'global' } },
      { ...metaData, globalName: undefined },
    ]) {
      const other = JSON.stringify({ ...manifest, metaData: unfit });
      await writeFile(join(from, 'mf-manifest.json'), other);
      expect(await publishRemote({ from, to })).not.toHaveProperty('container');
    }
  });

  it('publishes the same build once', async () => {
    await build('one');
    const first = await publishRemote({ from, to });
    const again = await publishRemote({ from, to });
    expect(again.version).toBe(first.version);
    expect((await registry()).remotes.profiling.previous).toBeUndefined();
  });

  it('keeps the version before as previous, also when a build is published twice', async () => {
    await build('one');
    const one = await publishRemote({ from, to });
    await build('two');
    const two = await publishRemote({ from, to });
    await publishRemote({ from, to });
    expect((await registry()).remotes.profiling).toEqual({ current: two, previous: one });
  });

  it('rolls back by one write, and forward again', async () => {
    await build('one');
    const one = await publishRemote({ from, to });
    await build('two');
    const two = await publishRemote({ from, to });
    expect(await rollBackRemote({ to })).toEqual(one);
    expect((await registry()).remotes.profiling).toEqual({ current: one, previous: two });
    expect(await rollBackRemote({ to })).toEqual(two);
  });

  it('keeps the last five versions', async () => {
    const versions: string[] = [];
    for (let number = 0; number < 7; number++) {
      await build(`build ${number}`);
      versions.push((await publishRemote({ from, to, now: at(number) })).version);
    }
    const kept = await readdir(join(to, 'profiling'));
    expect(kept.sort()).toEqual(versions.slice(2).sort());
  });

  it('leaves other remotes alone', async () => {
    await build('one');
    const profiling = await publishRemote({ from, to });
    const cameras = await publishRemote({ from, to, name: 'cameras', contract: '^2.0.0' });
    expect((await registry()).remotes).toEqual({
      profiling: { current: profiling },
      cameras: { current: cameras },
    });
    expect(cameras.contract).toBe('^2.0.0');
  });

  it('writes compressed forms of what is large enough', async () => {
    await build('long '.repeat(500));
    const { version, integrity } = await publishRemote({ from, to });
    const page = join(to, 'profiling', version, 'js/page.js');
    const text = await readFile(page, 'utf8');
    expect(brotliDecompressSync(await readFile(`${page}.br`)).toString()).toBe(text);
    expect(gunzipSync(await readFile(`${page}.gz`)).toString()).toBe(text);
    expect(Object.keys(integrity)).not.toContain('js/page.js.br');
    expect(await readdir(join(to, 'profiling', version))).toEqual(['js', 'mf-manifest.json']);
  });
});

describe('what cannot be published', () => {
  it('a folder without a manifest', async () => {
    await expect(publishRemote({ from, to })).rejects.toThrow('build the remote first');
  });

  it('a name that leaves the folder', async () => {
    await build('one');
    await expect(publishRemote({ from, to, name: '../x' })).rejects.toThrow('not a name');
  });

  it('anything into a registry of another schema, which stays as it is', async () => {
    await build('one');
    await mkdir(to);
    await writeFile(join(to, 'registry.json'), '{"schema":2}');
    await expect(publishRemote({ from, to })).rejects.toThrow('not a registry of schema 1');
    expect(await registry()).toEqual({ schema: 2 });
  });

  it('a version before the first', async () => {
    await build('one');
    await publishRemote({ from, to });
    await expect(rollBackRemote({ to })).rejects.toThrow('no previous version');
  });
});
