import { AHEAD_ATTRIBUTE, formatAheadContext, integrityOf } from '@hsi/remote-contract';
import { HOST_CONTEXT } from './host-context.ts';
import { type AcceptedBuild } from './registry-client.ts';

/**
 * Runs the script with which an accepted build asks for its first view's data while its code loads.
 * It is only a head start: a script that is missing, or not the published one, costs nothing else.
 */
export function runAhead({ build, entry }: AcceptedBuild, basename: string): void {
  if (build.ahead === undefined) return;
  const script = document.createElement('script');
  script.src = new URL(build.ahead, entry).href;
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
