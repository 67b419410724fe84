import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CONTAINER, ENTRY, MANIFEST, registry, VERSION } from '../testing/remotes.ts';
import { DOWN, serve, SILENT } from '../testing/server.ts';
import { LOAD_LIMIT_MS, loadRemote } from './load-remote.ts';

const loadExposed = vi.hoisted(() => vi.fn());
vi.mock('./federation.ts', () => ({ loadExposed }));

const REGISTRY = '/remotes/registry.json';
const published = { [REGISTRY]: registry(), [ENTRY]: MANIFEST };
const exposed = { contract: '1.0.0', mount: () => () => undefined };
const route = (remote: string) => ({ name: remote, basename: '/pyroscope' });
/** Every test has its own remote: what is loaded is remembered for the page's life. */
let name = 0;
const entryOf = (remote: string, answers: Record<string, unknown> = published) => {
  const { remotes } = registry();
  return { ...answers, [REGISTRY]: { schema: 1, remotes: { [remote]: remotes.profiling } } };
};

beforeEach(() => {
  name++;
  loadExposed.mockReset().mockResolvedValue(exposed);
});

describe('loading a remote', () => {
  it('gives what it exposes, once for all who ask', async () => {
    const remote = `remote-${name}`;
    const server = serve(entryOf(remote));
    const [one, two] = await Promise.all([loadRemote(route(remote)), loadRemote(route(remote))]);
    expect(one.mount).toBe(exposed.mount);
    expect(two).toBe(one);
    expect(await loadRemote(route(remote))).toBe(one);
    expect(server.asked).toHaveLength(2);
    expect(loadExposed).toHaveBeenCalledTimes(1);
  });

  it('forgets a failure, so that the next try may succeed', async () => {
    const remote = `remote-${name}`;
    const server = serve({ [REGISTRY]: DOWN });
    await expect(loadRemote(route(remote))).rejects.toMatchObject({ phase: 'registry' });
    for (const [path, answer] of Object.entries(entryOf(remote))) server.set(path, answer);
    expect((await loadRemote(route(remote))).contract).toBe('1.0.0');
  });

  it('runs no code of a contract that does not fit', async () => {
    serve({ [REGISTRY]: registry({ contract: '^9.0.0' }) });
    await expect(loadRemote(route('profiling'))).rejects.toMatchObject({ phase: 'contract' });
    expect(loadExposed).not.toHaveBeenCalled();
  });

  it('loads the code beside the manifest, and gives nothing when that is refused', async () => {
    const { current } = registry({ container: CONTAINER }).remotes.profiling!;
    const remote = `remote-${name}`;
    serve({ [REGISTRY]: { schema: 1, remotes: { [remote]: { current } } }, [ENTRY]: DOWN });
    await expect(loadRemote(route(remote))).rejects.toMatchObject({ phase: 'manifest' });
    expect(loadExposed).toHaveBeenCalledTimes(1);
  });

  it('says that it was the manifest which hung, also where the code did not wait for it', async () => {
    const stop = new AbortController();
    vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(stop.signal);
    const { current } = registry({ container: CONTAINER }).remotes.profiling!;
    const remote = `remote-${name}`;
    serve({ [REGISTRY]: { schema: 1, remotes: { [remote]: { current } } }, [ENTRY]: SILENT });
    const loading = loadRemote(route(remote));
    await vi.waitFor(() => expect(loadExposed).toHaveBeenCalled());
    stop.abort(new DOMException('', 'TimeoutError'));
    await expect(loading).rejects.toMatchObject({ phase: 'manifest' });
  });

  it('says which build failed, where from, and why', async () => {
    const remote = `remote-${name}`;
    serve(entryOf(remote));
    loadExposed.mockRejectedValue(new Error('ScriptNetworkError: Failed to load script.\nstack'));
    await expect(loadRemote(route(remote))).rejects.toMatchObject({
      phase: 'code',
      message: `The code of ${VERSION} could not be loaded from ${window.location.origin}: ScriptNetworkError: Failed to load script.`,
    });
  });

  it.each([null, {}, { mount: 'no', contract: '1.0.0' }])(
    'refuses %j as a remote',
    async (value) => {
      const remote = `remote-${name}-${JSON.stringify(value)}`;
      serve(entryOf(remote));
      loadExposed.mockResolvedValue(value);
      await expect(loadRemote(route(remote))).rejects.toMatchObject({
        phase: 'code',
        message: expect.stringContaining('exposes no mount(element, context)'),
      });
    },
  );

  it('gives up code that hangs', async () => {
    const remote = `remote-${name}`;
    serve(entryOf(remote));
    const limit = new AbortController();
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(limit.signal);
    let asked: (value?: unknown) => void = () => undefined;
    const started = new Promise((resolve) => (asked = resolve));
    loadExposed.mockImplementation(() => {
      asked();
      return new Promise(() => undefined);
    });
    const loading = loadRemote(route(remote));
    await started;
    limit.abort();
    await expect(loading).rejects.toMatchObject({
      message: `The remote "${remote}" did not load within 8 seconds.`,
    });
    expect(timeout).toHaveBeenCalledWith(LOAD_LIMIT_MS);
  });

  it('gives up a registry that hangs, with its own sentence', async () => {
    serve({ [REGISTRY]: SILENT });
    const limit = new AbortController();
    vi.spyOn(AbortSignal, 'timeout').mockReturnValue(limit.signal);
    const loading = loadRemote(route(`remote-${name}`));
    limit.abort(new DOMException('', 'TimeoutError'));
    await expect(loading).rejects.toMatchObject({
      phase: 'registry',
      message: 'The registry of remotes could not be read: no answer in time.',
    });
  });
});
