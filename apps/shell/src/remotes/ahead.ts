import { AHEAD_ATTRIBUTE, formatAheadContext, integrityOf } from '@hsi/remote-contract';
import { HOST_CONTEXT } from './host-context.ts';
import { type AcceptedBuild } from './registry-client.ts';

/** Scripts of the page itself that a remote's load has counted on. */
const taken = new WeakSet<Element>();

/**
 * Runs the script with which an accepted build asks for its first view's data while its code loads,
 * unless the page came with it. It is only a head start: a script that is missing, or not the
 * published one, costs nothing else.
 */
export function runAhead({ build, entry }: AcceptedBuild, basename: string): void {
  if (build.ahead === undefined) return;
  const script = document.createElement('script');
  script.src = new URL(build.ahead, entry).href;
  if (isInPage(script.src)) return;
  const integrity = integrityOf(build, entry, script.src);
  // Only what the registry vouches for may run.
  if (integrity === undefined) return;
  script.integrity = integrity;
  script.crossOrigin = 'anonymous';
  const { backendUrl, profilesUrl, tenant } = HOST_CONTEXT;
  const { search } = window.location;
  const context = { basename, backendUrl, profilesUrl, tenant, search };
  script.setAttribute(AHEAD_ATTRIBUTE, formatAheadContext(context));
  script.addEventListener('load', () => script.remove());
  script.addEventListener('error', () => script.remove());
  document.head.append(script);
}

/** True once for a script that a server put into the page: its answers are for one load. */
function isInPage(src: string): boolean {
  const given = document.querySelector<HTMLScriptElement>(`script[${AHEAD_ATTRIBUTE}]`);
  if (given === null || given.src !== src || taken.has(given)) return false;
  taken.add(given);
  return true;
}
