import { satisfies, validateStrict } from 'compare-versions';
import { CONTRACT_VERSION } from './mount.ts';
import { type RemoteBuild } from './registry.ts';

/** Semver ranges as npm writes them, without URLs, tags, or `latest`. */
const RANGE = /^[\d\s.^~<>=|*x-]+$/;

/**
 * Why a host of `hostContract` must not run `build`, as one sentence that names both versions;
 * undefined when it may. A range that cannot be read refuses too: running code on a guess is worse.
 */
export function contractMismatch(
  name: string,
  build: Pick<RemoteBuild, 'version' | 'contract'>,
  hostContract: string = CONTRACT_VERSION,
): string | undefined {
  if (fits(hostContract, build.contract)) return undefined;
  return `The remote "${name}" ${build.version} needs remote contract ${build.contract}, but this host has ${hostContract}.`;
}

function fits(version: string, range: string): boolean {
  if (!validateStrict(version) || !RANGE.test(range)) return false;
  try {
    return satisfies(version, range);
  } catch {
    return false;
  }
}
