import { runAhead } from './ahead.ts';
import { type FoundRemote, findRemote } from './registry-client.ts';
import { type RemoteRoute } from './remote-routes.ts';

/** Milliseconds that finding a remote, or loading it, may take. */
export const LOAD_LIMIT_MS = 8_000;

/** The boot script is a bundle of its own, so what it has begun is handed over by a global. */
const GLOBAL = 'hsiFoundAhead';
const holder = globalThis as { [GLOBAL]?: Map<string, Promise<FoundRemote> | undefined> };
const begun = () => (holder[GLOBAL] ??= new Map());

/**
 * Begins to find a remote and to ask for its first data, for whoever loads it first. The boot script
 * may come after the one that loads the remote; then there is nothing left to begin.
 */
export function findAhead(route: RemoteRoute): void {
  if (begun().has(route.name)) return;
  const finding = find(route, AbortSignal.timeout(LOAD_LIMIT_MS));
  // Whoever loads it hears of the failure.
  finding.catch(() => undefined);
  begun().set(route.name, finding);
}

/** What {@link findAhead} has begun, once; otherwise it begins now. */
export function findNow(route: RemoteRoute, signal: AbortSignal): Promise<FoundRemote> {
  const finding = begun().get(route.name);
  begun().set(route.name, undefined);
  return finding ?? find(route, signal);
}

function find({ name, basename }: RemoteRoute, signal: AbortSignal): Promise<FoundRemote> {
  return findRemote(name, signal, (accepted) => runAhead(accepted, basename));
}
