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

/** Builds whose files the runtime may load, by the URL of their folder. */
const builds = new Map<string, FoundRemote>();
let instance: ModuleFederation | undefined;

/**
 * Loads and evaluates what a remote exposes. Calling it again after a failure starts from nothing.
 *
 * @param expose such as `mount`
 */
export async function loadExposed(found: FoundRemote, expose: string): Promise<unknown> {
  const host = (instance ??= createHost());
  const { federationName: name, entry } = found;
  builds.set(new URL('.', entry).href, found);
  const known = host.options.remotes.some((remote) => remote.name === name);
  // By force after a failure, or for another version: else the runtime would remember the first.
  host.registerRemotes([{ name, entry }], { force: known });
  return host.loadRemote(`${name}/${expose}`);
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

/** Gives the runtime the manifest that we already have, and files only with their integrity. */
const fromRegistry: ModuleFederationRuntimePlugin = {
  name: 'hsi-registry',
  fetch: (url) => {
    const found = foundFor(url);
    return found === undefined ? false : Promise.resolve(new Response(found.manifest));
  },
  createScript: ({ url, attrs }) => {
    const script = document.createElement('script');
    const { type, ...others } = { ...attrs };
    if (type === 'module') script.type = 'module';
    for (const [key, value] of Object.entries(others)) script.setAttribute(key, String(value));
    protect(script, url);
    return { script, timeout: FILE_LIMIT_MS };
  },
  createLink: ({ url, attrs }) => {
    const link = document.createElement('link');
    for (const [key, value] of Object.entries(attrs ?? {})) link.setAttribute(key, String(value));
    link.href = url;
    protect(link, url);
    return { link, timeout: FILE_LIMIT_MS };
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
