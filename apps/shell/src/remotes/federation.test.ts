import { type ModuleFederationRuntimePlugin } from '@module-federation/runtime';
import * as React from 'react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
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
  manifest: '{"name":"profiling_remote"}',
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
    expect(runtime.registerRemotes).toHaveBeenCalledWith(
      [{ name: 'profiling_remote', entry: found().entry }],
      { force: false },
    );
    expect(runtime.loadRemote).toHaveBeenCalledWith('profiling_remote/mount');
  });

  it('forgets a failed load, and uses one runtime for all', async () => {
    runtime.loadRemote.mockRejectedValueOnce(new Error('#RUNTIME-008'));
    await expect(load(found())).rejects.toThrow('#RUNTIME-008');
    await load(found('2'));
    expect(runtime.registerRemotes).toHaveBeenLastCalledWith(
      [{ name: 'profiling_remote', entry: found('2').entry }],
      { force: true },
    );
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

  it('gets the manifest that was checked, and asks for others itself', async () => {
    const { fetch } = await plugin();
    const answer = await fetch?.(found().entry, {});
    expect(answer).toBeInstanceOf(Response);
    expect(await (answer as Response).text()).toBe(found().manifest);
    expect(await fetch?.('https://other.test/mf-manifest.json', {})).toBe(false);
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

  it('lets the browser check every stylesheet', async () => {
    const { createLink } = await plugin();
    const result = createLink?.({
      url: `${ORIGIN}/profiling/1/mount.css`,
      attrs: { rel: 'stylesheet', type: 'text/css' },
    });
    const { link } = result as { link: HTMLLinkElement };
    expect(link.integrity).toBe(integrity('c'));
    expect([link.rel, link.href, link.crossOrigin]).toEqual([
      'stylesheet',
      `${ORIGIN}/profiling/1/mount.css`,
      'anonymous',
    ]);
  });

  it('waits for the styles, and asks again for one that failed', async () => {
    const url = `${ORIGIN}/profiling/1/mount.css`;
    const { createLink } = await plugin();
    const { loadExposed } = await import('./federation.ts');
    const again = () => loadExposed(found(), 'mount');
    const add = () => {
      const result = createLink?.({ url, attrs: { rel: 'stylesheet' } });
      return (result as { link: HTMLLinkElement }).link;
    };
    const first = add();
    document.head.append(first);
    const loading = again();
    expect(first.isConnected).toBe(false);
    const second = document.head.querySelector<HTMLLinkElement>('link[rel=stylesheet]')!;
    second.dispatchEvent(new Event('error'));
    await expect(loading).rejects.toThrow(`the stylesheet ${url} could not be loaded`);

    const retried = again();
    const third = document.head.querySelector<HTMLLinkElement>('link[rel=stylesheet]')!;
    expect(third).not.toBe(second);
    expect([third.href, third.integrity]).toEqual([url, integrity('c')]);
    third.dispatchEvent(new Event('load'));
    expect(await retried).toHaveProperty('mount');

    await again();
    expect(third.isConnected).toBe(true);
    third.remove();
  });
});
