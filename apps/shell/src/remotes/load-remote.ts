import { type RemoteModule } from '@hsi/remote-contract';
import * as v from 'valibot';
import { loadExposed } from './federation.ts';
import { reasonOf, RemoteFailure } from './remote-failure.ts';
import { type FoundRemote, findRemote } from './registry-client.ts';

/** Milliseconds until a remote that is not there yet counts as failed. */
export const LOAD_LIMIT_MS = 8_000;

const Exposed = v.object({
  contract: v.string(),
  mount: v.custom<RemoteModule['mount']>((value) => typeof value === 'function'),
});

const loads = new Map<string, Promise<RemoteModule>>();

/**
 * Finds, checks and loads a remote: registry, contract, manifest, code. Calls for the same remote
 * share one load; a failed one is forgotten, so that the next call tries again.
 *
 * @throws RemoteFailure within `LOAD_LIMIT_MS`
 */
export function loadRemote(name: string): Promise<RemoteModule> {
  const known = loads.get(name);
  if (known !== undefined) return known;
  const load = withinLimit(name);
  loads.set(name, load);
  load.catch(() => loads.delete(name));
  return load;
}

async function withinLimit(name: string): Promise<RemoteModule> {
  const signal = AbortSignal.timeout(LOAD_LIMIT_MS);
  const finding = findRemote(name, signal);
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () =>
      reject(
        new RemoteFailure(
          'code',
          `The remote "${name}" did not load within ${LOAD_LIMIT_MS / 1_000} seconds.`,
        ),
      ),
    );
  });
  // Nobody waits for it when nothing was found.
  late.catch(() => undefined);
  // A file that hangs is not heard of again; a slow registry or manifest says so itself.
  return Promise.race([finding.then(loadCode), finding.then(() => late)]);
}

async function loadCode(found: FoundRemote): Promise<RemoteModule> {
  let exposed;
  try {
    exposed = await loadExposed(found, 'mount');
  } catch (error) {
    throw new RemoteFailure(
      'code',
      `The code of ${found.build.version} could not be loaded from ${new URL(found.entry).origin}: ${reasonOf(error)}.`,
      { cause: error },
    );
  }
  const parsed = v.safeParse(Exposed, exposed);
  if (!parsed.success) {
    throw new RemoteFailure(
      'code',
      `The remote ${found.build.version} exposes no mount(element, context).`,
    );
  }
  return parsed.output;
}
