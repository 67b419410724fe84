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
  /** False when it could not be loaded, or is not the published one. */
  readonly loaded: Promise<boolean>;
  here: boolean;
}

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
  const { federationName: name, entry } = found;
  builds.set(new URL('.', entry).href, found);
  const known = host.options.remotes.some((remote) => remote.name === name);
  // By force after a failure, or for another version: else the runtime would remember the first.
  host.registerRemotes([{ name, entry }], { force: known });
  const folder = new URL('.', entry).href;
  if (known) removeScripts(folder);
  askAgainForStyles(folder);
  const exposed: unknown = await host.loadRemote(`${name}/${expose}`);
  for (const [url, { loaded }] of styles) {
    if (!(await loaded)) throw new Error(`the stylesheet ${url} could not be loaded`);
  }
  return exposed;
}

/** A script that still hangs would be taken for the new attempt's, by its address. */
function removeScripts(folder: string): void {
  for (const script of [...document.scripts]) if (script.src.startsWith(folder)) script.remove();
}

/** The runtime asks for a stylesheet once in the page's life, also when that failed. */
function askAgainForStyles(folder: string): void {
  for (const [url, style] of [...styles]) {
    if (style.here) continue;
    style.link.remove();
    styles.delete(url);
    if (url.startsWith(folder)) document.head.append(styleLink(url, { rel: 'stylesheet' }));
  }
}

function styleLink(url: string, attrs: Readonly<Record<string, unknown>>): HTMLLinkElement {
  const link = document.createElement('link');
  for (const [key, value] of Object.entries(attrs)) link.setAttribute(key, String(value));
  link.href = url;
  protect(link, url);
  const loaded = new Promise<boolean>((resolve) => {
    link.addEventListener('load', () => resolve(true));
    link.addEventListener('error', () => resolve(false));
  });
  const style: Style = { link, loaded, here: false };
  void loaded.then((here) => (style.here = here));
  if (link.rel === 'stylesheet') styles.set(url, style);
  return link;
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
  createLink: ({ url, attrs }) => ({ link: styleLink(url, attrs ?? {}), timeout: FILE_LIMIT_MS }),
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
