import {
  type Container,
  contractMismatch,
  entryUrl,
  InvalidRegistry,
  parseRegistry,
  type RemoteBuild,
} from '@hsi/remote-contract';
import * as v from 'valibot';
import { reasonOf, RemoteFailure } from './remote-failure.ts';

export const REGISTRY_PATH = '/remotes/registry.json';

const Expose = v.object({
  name: v.string(),
  assets: v.object({ css: v.object({ sync: v.array(v.string()) }) }),
});
/** What the federation manifest must say for us. */
const Manifest = v.object({
  name: v.string(),
  metaData: v.object({
    globalName: v.string(),
    remoteEntry: v.object({ path: v.string(), name: v.string(), type: v.literal('global') }),
  }),
  exposes: v.array(Expose),
});

/** A build that this host may run. */
export interface AcceptedBuild {
  readonly build: RemoteBuild;
  /** Absolute URL of the federation manifest. */
  readonly entry: string;
}

/** An accepted build and how its code is loaded. */
export interface FoundRemote extends AcceptedBuild {
  /** The name that the remote's code registers itself under. */
  readonly federationName: string;
  /** Absolute URL of the script that holds the container, and the global that it sets. */
  readonly container: { readonly url: string; readonly globalName: string };
  /** What the remote exposes -> absolute URLs of its stylesheets. */
  readonly styles: ReadonlyMap<string, readonly string[]>;
  /**
   * Rejects with a RemoteFailure when the manifest is not there or not the published one. Nothing of
   * the code may be mounted before.
   */
  readonly confirmed: Promise<void>;
}

/**
 * Finds the current build of a remote. The registry says how its code is loaded, or else its manifest
 * does. No code of the remote has run when this returns but what `onAccepted` runs, and none will
 * when the contract does not fit.
 *
 * @param onAccepted called when the contract fits, before the manifest is asked for
 * @throws RemoteFailure
 */
export async function findRemote(
  name: string,
  signal: AbortSignal,
  onAccepted: (accepted: AcceptedBuild) => void = () => undefined,
): Promise<FoundRemote> {
  const registryUrl = new URL(REGISTRY_PATH, window.location.origin).href;
  const build = await readBuild(name, registryUrl, signal);
  const mismatch = contractMismatch(name, build);
  if (mismatch !== undefined) throw new RemoteFailure('contract', mismatch);

  const entry = entryUrlOf(build, registryUrl);
  onAccepted({ build, entry });
  const manifest = readManifest({ build, entry }, signal);
  const { container } = build;
  if (container === undefined) {
    return { build, entry, ...located(await manifest, entry), confirmed: Promise.resolve() };
  }
  const confirmed = manifest.then(() => undefined);
  // Whoever loads the code hears of it.
  confirmed.catch(() => undefined);
  return { build, entry, ...located(container, entry), confirmed };
}

/** The container with the addresses of its files. */
function located({ name, globalName, file, styles }: Container, entry: string) {
  const url = (path: string) => new URL(path, entry).href;
  return {
    federationName: name,
    container: { url: url(file), globalName },
    styles: new Map(Object.entries(styles).map(([expose, paths]) => [expose, paths.map(url)])),
  };
}

async function readManifest(
  { build, entry }: AcceptedBuild,
  signal: AbortSignal,
): Promise<Container> {
  const text = await fetchText(entry, signal, {
    // The browser refuses a manifest that is not the published one.
    integrity: build.integrity[entry.split('/').at(-1) ?? ''] ?? '',
  }).catch((error: unknown) => {
    const reason = reasonOf(error);
    throw new RemoteFailure('manifest', `${entry} could not be loaded: ${reason}.`, {
      cause: error,
    });
  });
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Manifest), text);
  if (!parsed.success) {
    throw new RemoteFailure('manifest', `${entry} is not a federation manifest.`);
  }
  const { name, metaData, exposes } = parsed.output;
  const { path, name: file } = metaData.remoteEntry;
  return {
    name,
    globalName: metaData.globalName,
    file: path + file,
    styles: Object.fromEntries(exposes.map((expose) => [expose.name, expose.assets.css.sync])),
  };
}

async function readBuild(name: string, url: string, signal: AbortSignal): Promise<RemoteBuild> {
  let remotes;
  try {
    // Plain, so that it is the request that the gateway let the browser start with the page.
    const text = await fetchText(url, signal);
    remotes = parseRegistry(JSON.parse(text)).remotes;
  } catch (error) {
    throw new RemoteFailure(
      'registry',
      error instanceof InvalidRegistry
        ? error.message
        : `The registry of remotes could not be read: ${reasonOf(error)}.`,
      { cause: error },
    );
  }
  const build = Object.hasOwn(remotes, name) ? remotes[name]?.current : undefined;
  if (build === undefined) {
    throw new RemoteFailure('registry', `The registry lists no remote "${name}".`);
  }
  return build;
}

function entryUrlOf(build: RemoteBuild, registryUrl: string): string {
  try {
    return entryUrl(build, registryUrl);
  } catch (error) {
    throw new RemoteFailure('registry', `${reasonOf(error)}.`, { cause: error });
  }
}

const Refusal = v.pipe(v.string(), v.parseJson(), v.object({ message: v.string() }));

/** @throws Error with what the server said, when it refused with a sentence */
async function fetchText(
  url: string,
  signal: AbortSignal,
  init: RequestInit = {},
): Promise<string> {
  const response = await fetch(url, { ...init, signal });
  const text = await response.text();
  if (response.ok) return text;
  const refusal = v.safeParse(Refusal, text);
  throw new Error(refusal.success ? refusal.output.message : `the server says ${response.status}`);
}
