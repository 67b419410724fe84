import { readFile } from 'node:fs/promises';
import { join, posix, sep } from 'node:path';
import {
  contractMismatch,
  formatAheadContext,
  integrityOf,
  parseRegistry,
  type RemoteBuild,
} from '@hsi/remote-contract';
import * as v from 'valibot';
import { type AheadScript } from './ahead-page.ts';
import { CachedFile } from './cached-file.ts';
import { type GatewaySettings } from './settings.ts';

/**
 * `preload.json` of the shell's build: path of a route -> what its first view needs. The shell
 * knows its routes and chunks, the gateway knows the remotes' files.
 */
const ShellPreload = v.record(
  v.string(),
  v.object({
    /** Scripts of the shell, with their hashes as the page's elements name them. */
    scripts: v.array(v.object({ href: v.string(), integrity: v.string() })),
    /** Addresses that the page will fetch. */
    fetches: v.array(v.string()),
    remote: v.optional(
      v.object({
        /** In the registry. */
        name: v.string(),
        /** What the shell gives to it: the servers that its `ahead` script may ask. */
        backendUrl: v.string(),
        profilesUrl: v.string(),
      }),
    ),
  }),
);

const Assets = v.object({ sync: v.array(v.string()) });
/** The part of a federation manifest that says which files the first view needs. */
const Manifest = v.object({
  metaData: v.object({ remoteEntry: v.object({ path: v.string(), name: v.string() }) }),
  exposes: v.array(v.object({ assets: v.object({ js: Assets, css: Assets }) })),
});

type Settings = Pick<GatewaySettings, 'shellDir' | 'remotesDir'>;

/** What the gateway knows of a route before the browser does. */
export interface RouteHints {
  /**
   * The `Link` header: a browser then loads the route's code, the registry and the remote's files
   * while it still reads the shell, instead of finding one after the other.
   */
  readonly link?: string;
  /** What the page itself may run before the shell does. */
  readonly ahead?: AheadScript;
}

type RouteRemote = NonNullable<v.InferOutput<typeof ShellPreload>[string]['remote']>;

interface RemoteFiles {
  readonly build: RemoteBuild;
  readonly links: readonly string[];
}

/** Says what a route will need, from the shell's build and the registry as they are now. */
export class PreloadHints {
  readonly #settings: Settings;
  readonly #shell: CachedFile<v.InferOutput<typeof ShellPreload>>;
  readonly #registry: CachedFile<ReadonlyMap<string, RemoteFiles>>;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#shell = new CachedFile(join(settings.shellDir, 'preload.json'), (text) =>
      Promise.resolve(v.parse(v.pipe(v.string(), v.parseJson(), ShellPreload), text)),
    );
    this.#registry = new CachedFile(join(settings.remotesDir, 'registry.json'), (text) =>
      this.#remoteFiles(text),
    );
  }

  /** Empty when there is nothing to say, or when what says it cannot be read: these are hints. */
  async hintsFor(path: string): Promise<RouteHints> {
    try {
      const routes = Object.entries(await this.#shell.get());
      const [basename, route] =
        routes.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`)) ?? [];
      if (route === undefined) return {};
      const files = route.remote && (await this.#filesOf(route.remote.name));
      const ahead = files && this.#aheadOf(basename!, route.remote!, files);
      const links = [
        // First of all: what it asks for takes longest.
        ...(ahead === undefined ? [] : [checkedLink(ahead.href, 'script', ahead.integrity)]),
        ...route.scripts.map(({ href, integrity }) => checkedLink(href, 'script', integrity)),
        ...route.fetches.map((href) => link(href, 'fetch', 'crossorigin')),
        ...(files?.links ?? []),
      ];
      return {
        ...(links.length > 0 ? { link: links.join(', ') } : {}),
        ...(ahead === undefined ? {} : { ahead }),
      };
    } catch {
      return {};
    }
  }

  async #filesOf(remote: string): Promise<RemoteFiles | undefined> {
    return (await this.#registry.get().catch(() => undefined))?.get(remote);
  }

  async #remoteFiles(text: string): Promise<ReadonlyMap<string, RemoteFiles>> {
    const files = new Map<string, RemoteFiles>();
    for (const [name, { current }] of Object.entries(parseRegistry(JSON.parse(text)).remotes)) {
      files.set(name, { build: current, links: await this.#buildLinks(current).catch(() => []) });
    }
    return files;
  }

  /**
   * Only of a build that the shell will accept, with the hash that the registry gives it. The shell
   * is built with this gateway, so they have one contract version.
   */
  #aheadOf(
    basename: string,
    remote: RouteRemote,
    { build, links }: RemoteFiles,
  ): AheadScript | undefined {
    if (build.ahead === undefined || links.length === 0) return undefined;
    // The script of a build from before there was one has to be told the address, by the host.
    if (build.container === undefined) return undefined;
    const integrity = build.integrity[build.ahead];
    if (integrity === undefined || contractMismatch(remote.name, build) !== undefined) {
      return undefined;
    }
    const { backendUrl, profilesUrl } = remote;
    return {
      href: new URL(build.ahead, entryBase(build)).pathname,
      integrity,
      context: formatAheadContext({ basename, backendUrl, profilesUrl, tenant: undefined }),
    };
  }

  /** For a build below `/remotes/` only; what lies elsewhere is not ours to read. */
  async #buildLinks(build: RemoteBuild): Promise<readonly string[]> {
    const entry = posix.normalize(build.entry);
    if (/^[./]|:/.test(entry)) return [];
    const file = join(this.#settings.remotesDir, entry.split('/').join(sep));
    const manifest = v.parse(
      v.pipe(v.string(), v.parseJson(), Manifest),
      await readFile(file, 'utf8'),
    );
    const { path, name } = manifest.metaData.remoteEntry;
    const assets = manifest.exposes.map((expose) => expose.assets);
    const base = entryBase(build);
    const hint = (as: string) => (asset: string) => {
      const url = new URL(asset, base);
      // Browsers check scripts and styles here; for anything else they warn and the host checks.
      const integrity = as === 'fetch' ? undefined : integrityOf(build, base.href, url.href);
      return checkedLink(url.pathname, as, integrity);
    };
    return [
      hint('fetch')(base.href),
      ...[posix.join(path, name), ...assets.flatMap(({ js }) => js.sync)].map(hint('script')),
      ...assets.flatMap(({ css }) => css.sync).map(hint('style')),
    ];
  }
}

/** Only its path means something. */
function entryBase({ entry }: RemoteBuild): URL {
  return new URL(`http://gateway/remotes/${posix.normalize(entry)}`);
}

/** For what the page asks for in the same way: only then is what was loaded early taken. */
function checkedLink(href: string, as: string, integrity: string | undefined): string {
  const check = integrity === undefined ? [] : [`integrity="${integrity}"`];
  return link(href, as, 'crossorigin', ...check);
}

function link(href: string, as: string, ...more: string[]): string {
  return [`<${encodeURI(href)}>`, 'rel=preload', `as=${as}`, ...more].join('; ');
}
