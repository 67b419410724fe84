import { type RemoteModule } from '@hsi/remote-contract';
import * as v from 'valibot';
import { runAhead } from './ahead.ts';
import { loadExposed } from './federation.ts';
import { reasonOf, RemoteFailure } from './remote-failure.ts';
import { findRemote, type FoundRemote } from './registry-client.ts';
import { type RemoteRoute } from './remote-routes.ts';

/** Milliseconds that finding and loading a remote may take. */
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
export function loadRemote(route: RemoteRoute): Promise<RemoteModule> {
  const { name } = route;
  const known = loads.get(name);
  if (known !== undefined) return known;
  const load = withinLimit(route);
  loads.set(name, load);
  load.catch(() => loads.delete(name));
  return load;
}

async function withinLimit(route: RemoteRoute): Promise<RemoteModule> {
  const signal = AbortSignal.timeout(LOAD_LIMIT_MS);
  const finding = findRemote(route.name, signal, (accepted) => runAhead(accepted, route.basename));
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () =>
      reject(
        new RemoteFailure(
          'code',
          `The remote "${route.name}" did not load within ${LOAD_LIMIT_MS / 1_000} seconds.`,
        ),
      ),
    );
  });
  // Nobody waits for it when nothing was found.
  late.catch(() => undefined);
  // A file that hangs is not heard of again; a slow registry or manifest says so itself.
  return Promise.race([
    finding.then(loadCode),
    finding.then(({ confirmed }) => confirmed).then(() => late),
  ]);
}

async function loadCode(found: FoundRemote): Promise<RemoteModule> {
  let exposed;
  const loading = loadExposed(found, 'mount');
  // What is wrong with the manifest says more than what is wrong with the code of such a build.
  loading.catch(() => undefined);
  await found.confirmed;
  try {
    exposed = await loading;
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
