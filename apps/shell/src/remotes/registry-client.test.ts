import { describe, expect, it, vi } from 'vitest';
import { CONTAINER, ENTRY, integrity, MANIFEST, registry, VERSION } from '../testing/remotes.ts';
import { DOWN, problem, serve, SILENT } from '../testing/server.ts';
import { findRemote } from './registry-client.ts';

const REGISTRY = '/remotes/registry.json';
const find = (signal = new AbortController().signal) => findRemote('profiling', signal);

describe('finding a remote', () => {
  it('gives the current build and what its manifest says', async () => {
    const server = serve({ [REGISTRY]: registry(), [ENTRY]: MANIFEST });
    expect(await find()).toMatchObject({
      build: { version: VERSION },
      entry: `${window.location.origin}${ENTRY}`,
      federationName: 'profiling_remote',
      container: {
        url: `${window.location.origin}/remotes/profiling/${VERSION}/remoteEntry.js`,
        globalName: 'profiling_remote',
      },
      styles: new Map([
        ['mount', [`${window.location.origin}/remotes/profiling/${VERSION}/mount.css`]],
      ]),
    });
    expect(server.asked).toEqual([`GET ${REGISTRY}`, `GET ${ENTRY}`]);
  });

  it('does not wait for the manifest where the registry says the same', async () => {
    const server = serve({ [REGISTRY]: registry(), [ENTRY]: MANIFEST });
    const read = await find();
    server.set(REGISTRY, registry({ container: CONTAINER }));
    server.set(ENTRY, SILENT);
    const { confirmed: _its, build: _without, ...fromManifest } = read;
    expect(await find()).toMatchObject(fromManifest);
  });

  it.each<[string, unknown, string]>([
    ['is not there', problem(404, 'Nothing answers.'), 'could not be loaded: Nothing answers.'],
    ['is something else', { id: 'x' }, 'is not a federation manifest'],
  ])('confirms it later: a manifest that %s is told', async (_which, manifest, sentence) => {
    serve({ [REGISTRY]: registry({ container: CONTAINER }), [ENTRY]: manifest });
    await expect((await find()).confirmed).rejects.toMatchObject({
      phase: 'manifest',
      message: expect.stringContaining(sentence),
    });
  });

  it('asks the browser to check the manifest’s integrity', async () => {
    serve({
      [REGISTRY]: registry({ integrity: { 'mf-manifest.json': integrity('m') } }),
      [ENTRY]: MANIFEST,
    });
    const fetched = vi.spyOn(globalThis, 'fetch');
    await find();
    expect(fetched.mock.calls[1]?.[1]).toMatchObject({ integrity: integrity('m') });
  });

  it('stops at a contract that does not fit, before it asks for anything of the remote', async () => {
    const server = serve({ [REGISTRY]: registry({ contract: '^2.0.0' }), [ENTRY]: MANIFEST });
    await expect(find()).rejects.toMatchObject({
      phase: 'contract',
      message: `The remote "profiling" ${VERSION} needs remote contract ^2.0.0, but this host has 1.1.0.`,
    });
    expect(server.asked).toEqual([`GET ${REGISTRY}`]);
  });

  it.each<[string, Record<string, unknown>, string, string]>([
    ['an unreachable registry', { [REGISTRY]: DOWN }, 'registry', 'cannot be reached'],
    [
      'a registry that the gateway refuses',
      { [REGISTRY]: problem(404, 'No remote has been published yet.') },
      'registry',
      'No remote has been published yet',
    ],
    [
      'HTML instead of a registry',
      { [REGISTRY]: new Response('<!doctype html>') },
      'registry',
      'could not be read',
    ],
    [
      'a registry of another schema',
      { [REGISTRY]: { schema: 9 } },
      'registry',
      'not valid at schema',
    ],
    [
      'a registry without it',
      { [REGISTRY]: { schema: 1, remotes: {} } },
      'registry',
      'lists no remote "profiling"',
    ],
    [
      'an entry that is code',
      { [REGISTRY]: registry({ entry: 'javascript:alert(1)' }) },
      'registry',
      'not an http(s) address',
    ],
    [
      'an unreachable manifest',
      { [REGISTRY]: registry(), [ENTRY]: DOWN },
      'manifest',
      'cannot be reached',
    ],
    [
      'a manifest that is an error page',
      { [REGISTRY]: registry(), [ENTRY]: new Response('oh', { status: 500 }) },
      'manifest',
      'the server says 500',
    ],
    [
      'HTML instead of a manifest',
      { [REGISTRY]: registry(), [ENTRY]: new Response('<!doctype html>') },
      'manifest',
      'is not a federation manifest',
    ],
  ])('fails with a sentence for %s', async (_name, answers, phase, sentence) => {
    serve(answers);
    await expect(find()).rejects.toMatchObject({
      phase,
      message: expect.stringContaining(sentence),
    });
  });

  it.each(['registry', 'manifest'])('does not wait for ever for a %s', async (phase) => {
    serve(
      phase === 'registry' ? { [REGISTRY]: SILENT } : { [REGISTRY]: registry(), [ENTRY]: SILENT },
    );
    const controller = new AbortController();
    const finding = find(controller.signal);
    controller.abort(new DOMException('', 'TimeoutError'));
    await expect(finding).rejects.toMatchObject({
      phase: expect.stringMatching(/registry|manifest/),
      message: expect.stringContaining('no answer in time'),
    });
  });
});
