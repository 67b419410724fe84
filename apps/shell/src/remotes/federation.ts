import { integrityOf } from '@hsi/remote-contract';
import {
  createInstance,
  type ModuleFederation,
  type ModuleFederationRuntimePlugin,
} from '@module-federation/runtime';
import * as React from 'react';
import * as ReactDOM from 'react-dom';
import * as ReactDOMClient from 'react-dom/client';
import { type FoundRemote } from './registry-client.ts';

/** Milliseconds that one script or stylesheet of a remote may take. */
const FILE_LIMIT_MS = 8_000;

/** A stylesheet of a remote. */
interface Style {
  readonly link: HTMLLinkElement;
  readonly loaded: Promise<boolean>;
}

/** By URL: those that are here or on their way. */
const styles = new Map<string, Style>();

/** Builds whose files the runtime may load, by the URL of their folder. */
const builds = new Map<string, FoundRemote>();
let instance: ModuleFederation | undefined;

/**
 * Loads and evaluates what a remote exposes, with its styles: without them it would be there but
 * not usable. Calling it again after a failure starts from nothing.
 *
 * @param expose such as `mount`
 */
export async function loadExposed(found: FoundRemote, expose: string): Promise<unknown> {
  const host = (instance ??= createHost());
  const { federationName: name, container, entry } = found;
  const folder = new URL('.', entry).href;
  builds.set(folder, found);
  const known = host.options.remotes.some((remote) => remote.name === name);
  // By force after a failure, or for another version: else the runtime would remember the first.
  // By its container, not by its manifest: what the runtime needs to read a manifest, and to work
  // out from it what this host already knows, is a quarter of its code and a wait before the entry.
  host.registerRemotes(
    [{ name, entry: container.url, type: 'global', entryGlobalName: container.globalName }],
    { force: known },
  );
  if (known) removeScripts(folder);
  const styled = Promise.all((found.styles.get(expose) ?? []).map((url) => addStyle(url)));
  // The code's failure says more than that of its styles.
  styled.catch(() => undefined);
  const exposed: unknown = await host.loadRemote(`${name}/${expose}`);
  await styled;
  return exposed;
}

/** A script that still hangs would be taken for the new attempt's, by its address. */
function removeScripts(folder: string): void {
  for (const script of [...document.scripts]) if (script.src.startsWith(folder)) script.remove();
}

/**
 * Resolves when the stylesheet is there, and rejects when it could not be loaded or is not the
 * published one; then the next call asks again. The remote's own loader finds it and takes it.
 */
async function addStyle(url: string): Promise<void> {
  const known = styles.get(url);
  const style = known ?? appendStyle(url);
  styles.set(url, style);
  if (await style.loaded) return;
  styles.delete(url);
  style.link.remove();
  throw new Error(`the stylesheet ${url} could not be loaded`);
}

function appendStyle(url: string): Style {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = url;
  protect(link, url);
  const loaded = new Promise<boolean>((resolve) => {
    link.addEventListener('load', () => resolve(true));
    link.addEventListener('error', () => resolve(false));
  });
  document.head.append(link);
  return { link, loaded };
}

function createHost(): ModuleFederation {
  const shared = (version: string, library: () => unknown) => ({
    version,
    lib: library,
    shareConfig: { singleton: true, requiredVersion: '^19.0.0' },
  });
  return createInstance({
    name: 'hsi_shell',
    remotes: [],
    // The default would load the entry of every remote at start to compare versions.
    shareStrategy: 'loaded-first',
    shared: {
      react: shared(React.version, () => React),
      'react-dom': shared(ReactDOM.version, () => ReactDOM),
      'react-dom/client': shared(ReactDOM.version, () => ReactDOMClient),
    },
    plugins: [fromRegistry],
  });
}

/** Gives the runtime files only with their integrity. */
const fromRegistry: ModuleFederationRuntimePlugin = {
  name: 'hsi-registry',
  createScript: ({ url, attrs }) => {
    const script = document.createElement('script');
    const { type, ...others } = { ...attrs };
    if (type === 'module') script.type = 'module';
    for (const [key, value] of Object.entries(others)) script.setAttribute(key, String(value));
    protect(script, url);
    return { script, timeout: FILE_LIMIT_MS };
  },
};

function protect(element: HTMLScriptElement | HTMLLinkElement, url: string): void {
  element.crossOrigin = 'anonymous';
  const found = foundFor(url);
  const integrity = found && integrityOf(found.build, found.entry, url);
  if (integrity !== undefined) element.integrity = integrity;
}

function foundFor(url: string): FoundRemote | undefined {
  for (const [folder, found] of builds) {
    if (url.startsWith(folder)) return found;
  }
  return undefined;
}
