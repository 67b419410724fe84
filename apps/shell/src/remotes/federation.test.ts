import { type ModuleFederationRuntimePlugin } from '@module-federation/runtime';
import * as React from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { integrity, registry } from '../testing/remotes.ts';
import { type FoundRemote } from './registry-client.ts';

const runtime = vi.hoisted(() => ({
  created: [] as {
    shareStrategy: string;
    shared: Record<string, { version: string; lib: () => unknown; shareConfig: object }>;
    plugins: ModuleFederationRuntimePlugin[];
  }[],
  remotes: [] as { name: string; entry: string }[],
  registerRemotes: vi.fn(),
  loadRemote: vi.fn(),
}));

vi.mock('@module-federation/runtime', () => ({
  createInstance: (options: (typeof runtime.created)[number]) => {
    runtime.created.push(options);
    return { options: runtime, ...runtime };
  },
}));

const ORIGIN = 'https://cdn.test';
const found = (version = '1'): FoundRemote => ({
  build: registry().remotes.profiling!.current,
  entry: `${ORIGIN}/profiling/${version}/mf-manifest.json`,
  federationName: 'profiling_remote',
  container: {
    url: `${ORIGIN}/profiling/${version}/remoteEntry.js`,
    globalName: 'profiling_remote',
  },
  styles: new Map(),
  confirmed: Promise.resolve(),
});
const container = (version: string) => ({
  name: 'profiling_remote',
  entry: `${ORIGIN}/profiling/${version}/remoteEntry.js`,
  type: 'global',
  entryGlobalName: 'profiling_remote',
});

beforeEach(() => {
  runtime.created.length = 0;
  runtime.remotes.length = 0;
  runtime.registerRemotes
    .mockReset()
    .mockImplementation((remotes: { name: string; entry: string }[]) =>
      runtime.remotes.splice(0, 1, ...remotes),
    );
  runtime.loadRemote.mockReset().mockResolvedValue({ mount: () => undefined });
  vi.resetModules();
});

const load = async (remote: FoundRemote) =>
  (await import('./federation.ts')).loadExposed(remote, 'mount');

async function plugin() {
  await load(found());
  return runtime.created[0]!.plugins[0]!;
}

describe('the federation runtime', () => {
  it('shares the host’s React and nothing else', async () => {
    await load(found());
    const { shared, shareStrategy } = runtime.created[0]!;
    expect(shareStrategy).toBe('loaded-first');
    expect(Object.keys(shared)).toEqual(['react', 'react-dom', 'react-dom/client']);
    expect(shared.react?.version).toBe(React.version);
    for (const name of Object.keys(shared)) expect(shared[name]?.lib()).toBeTypeOf('object');
    expect(shared.react?.lib()).toHaveProperty('useState', React.useState);
  });

  it('loads by the remote’s own name', async () => {
    expect(await load(found())).toHaveProperty('mount');
    expect(runtime.registerRemotes).toHaveBeenCalledWith([container('1')], { force: false });
    expect(runtime.loadRemote).toHaveBeenCalledWith('profiling_remote/mount');
  });

  it('forgets a failed load, and uses one runtime for all', async () => {
    runtime.loadRemote.mockRejectedValueOnce(new Error('#RUNTIME-008'));
    await expect(load(found())).rejects.toThrow('#RUNTIME-008');
    await load(found('2'));
    expect(runtime.registerRemotes).toHaveBeenLastCalledWith([container('2')], { force: true });
    expect(runtime.created).toHaveLength(1);
  });

  it('does not wait for a script that still hangs', async () => {
    await load(found());
    const hanging = document.createElement('script');
    hanging.src = `${ORIGIN}/profiling/1/remoteEntry.js`;
    const other = document.createElement('script');
    other.src = `${ORIGIN}/other/remoteEntry.js`;
    document.head.append(hanging, other);
    await load(found());
    expect([hanging.isConnected, other.isConnected]).toEqual([false, true]);
    other.remove();
  });

  it('lets the browser check every script', async () => {
    const { createScript } = await plugin();
    const result = createScript?.({
      url: `${ORIGIN}/profiling/1/remoteEntry.js`,
      attrs: { fetchpriority: 'high' },
    });
    const { script, timeout } = result as { script: HTMLScriptElement; timeout: number };
    expect(script.integrity).toBe(integrity('e'));
    expect(script.crossOrigin).toBe('anonymous');
    expect(script.getAttribute('fetchpriority')).toBe('high');
    expect(timeout).toBe(8_000);
  });

  describe('loads the styles with the code', () => {
    const url = `${ORIGIN}/profiling/1/mount.css`;
    const styled: FoundRemote = { ...found(), styles: new Map([['mount', [url]]]) };
    const link = () => document.head.querySelector<HTMLLinkElement>('link[rel=stylesheet]');
    afterEach(() => link()?.remove());

    it('and lets the browser check them', async () => {
      const loading = load(styled);
      await vi.waitFor(() => expect(link()).not.toBeNull());
      expect([link()?.href, link()?.integrity, link()?.crossOrigin]).toEqual([
        url,
        integrity('c'),
        'anonymous',
      ]);
      link()?.dispatchEvent(new Event('load'));
      expect(await loading).toHaveProperty('mount');
    });

    it('asks again for one that failed, and never twice for one that is there', async () => {
      const { loadExposed } = await import('./federation.ts');
      const failing = loadExposed(styled, 'mount');
      const first = link();
      first?.dispatchEvent(new Event('error'));
      await expect(failing).rejects.toThrow(`the stylesheet ${url} could not be loaded`);

      const retried = loadExposed(styled, 'mount');
      const second = link();
      expect(first?.isConnected).toBe(false);
      expect(second).not.toBe(first);
      second?.dispatchEvent(new Event('load'));
      expect(await retried).toHaveProperty('mount');

      expect(await loadExposed(styled, 'mount')).toHaveProperty('mount');
      expect(document.head.querySelectorAll('link[rel=stylesheet]')).toHaveLength(1);
    });
  });
});
