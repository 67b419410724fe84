import { readFile, stat } from 'node:fs/promises';
import { join, posix, sep } from 'node:path';
import { integrityOf, parseRegistry, type RemoteBuild } from '@hsi/remote-contract';
import * as v from 'valibot';
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
    /** Name of a remote in the registry. */
    remote: v.optional(v.string()),
  }),
);

const Assets = v.object({ sync: v.array(v.string()) });
/** The part of a federation manifest that says which files the first view needs. */
const Manifest = v.object({
  metaData: v.object({ remoteEntry: v.object({ path: v.string(), name: v.string() }) }),
  exposes: v.array(v.object({ assets: v.object({ js: Assets, css: Assets }) })),
});

type Settings = Pick<GatewaySettings, 'shellDir' | 'remotesDir'>;

/**
 * The `Link` header of a page: a browser then loads the route's code, the registry and the remote's
 * files while it still reads the shell, instead of finding one after the other.
 */
export class PreloadHints {
  readonly #settings: Settings;
  readonly #shell: Cached<v.InferOutput<typeof ShellPreload>>;
  readonly #registry: Cached<ReadonlyMap<string, readonly string[]>>;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#shell = new Cached(join(settings.shellDir, 'preload.json'), (text) =>
      Promise.resolve(v.parse(v.pipe(v.string(), v.parseJson(), ShellPreload), text)),
    );
    this.#registry = new Cached(join(settings.remotesDir, 'registry.json'), (text) =>
      this.#remoteLinks(text),
    );
  }

  /** Undefined when there is nothing to say, or when what says it cannot be read: it is a hint. */
  async linkFor(path: string): Promise<string | undefined> {
    try {
      const routes = Object.entries(await this.#shell.get());
      const [, route] =
        routes.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`)) ?? [];
      if (route === undefined) return undefined;
      const remote = route.remote === undefined ? [] : await this.#linksOf(route.remote);
      const links = [
        ...route.scripts.map(({ href, integrity }) => checkedLink(href, 'script', integrity)),
        ...route.fetches.map((href) => link(href, 'fetch', 'crossorigin')),
        ...remote,
      ];
      return links.length > 0 ? links.join(', ') : undefined;
    } catch {
      return undefined;
    }
  }

  async #linksOf(remote: string): Promise<readonly string[]> {
    return (await this.#registry.get().catch(() => undefined))?.get(remote) ?? [];
  }

  async #remoteLinks(text: string): Promise<ReadonlyMap<string, readonly string[]>> {
    const links = new Map<string, readonly string[]>();
    for (const [name, { current }] of Object.entries(parseRegistry(JSON.parse(text)).remotes)) {
      links.set(name, await this.#buildLinks(current).catch(() => []));
    }
    return links;
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
    const base = new URL(`http://gateway/remotes/${entry}`);
    const hint = (as: string) => (asset: string) => {
      const url = new URL(asset, base);
      // Browsers check scripts and styles here; for anything else they warn and the host checks.
      const integrity = as === 'fetch' ? undefined : integrityOf(build, base.href, url.href);
      return checkedLink(url.pathname, as, integrity);
    };
    return [
      ...(build.ahead === undefined ? [] : [hint('script')(build.ahead)]),
      hint('fetch')(base.href),
      ...[posix.join(path, name), ...assets.flatMap(({ js }) => js.sync)].map(hint('script')),
      ...assets.flatMap(({ css }) => css.sync).map(hint('style')),
    ];
  }
}

/** The meaning of a file, read again only when the file has changed. */
class Cached<T> {
  readonly #file: string;
  readonly #read: (text: string) => Promise<T>;
  #known: { readonly version: string; readonly value: T } | undefined;

  constructor(file: string, read: (text: string) => Promise<T>) {
    this.#file = file;
    this.#read = read;
  }

  async get(): Promise<T> {
    const { mtimeMs, size, ino } = await stat(this.#file);
    const version = `${mtimeMs} ${size} ${ino}`;
    if (this.#known?.version !== version) {
      const value = await this.#read(await readFile(this.#file, 'utf8'));
      this.#known = { version, value };
    }
    return this.#known!.value;
  }
}

/** For what the page asks for in the same way: only then is what was loaded early taken. */
function checkedLink(href: string, as: string, integrity: string | undefined): string {
  const check = integrity === undefined ? [] : [`integrity="${integrity}"`];
  return link(href, as, 'crossorigin', ...check);
}

function link(href: string, as: string, ...more: string[]): string {
  return [`<${encodeURI(href)}>`, 'rel=preload', `as=${as}`, ...more].join('; ');
}
