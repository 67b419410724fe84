import * as v from 'valibot';

/** File path below the entry's folder -> `sha384-<base64>`. */
const Integrity = v.record(v.string(), v.pipe(v.string(), v.regex(/^sha384-[A-Za-z0-9+/]{64}$/)));

/** What a host needs of the federation manifest to load the build's code; files lie beside it. */
const Container = v.object({
  /** The name that the code registers itself under. */
  name: v.pipe(v.string(), v.minLength(1)),
  /** The global that its script sets. */
  globalName: v.pipe(v.string(), v.minLength(1)),
  file: v.pipe(v.string(), v.minLength(1)),
  /** What the build exposes -> the stylesheets that it comes with. */
  styles: v.record(v.string(), v.array(v.string())),
});
export type Container = v.InferOutput<typeof Container>;

/** One build of a remote, as the registry lists it. */
export const RemoteBuild = v.object({
  version: v.pipe(v.string(), v.minLength(1)),
  /** Semver range of the contract versions that this build works with, e.g. `^1.0.0`. */
  contract: v.pipe(v.string(), v.minLength(1)),
  /** URL of the federation manifest, absolute or relative to the registry. */
  entry: v.pipe(v.string(), v.minLength(1)),
  /**
   * File beside the manifest: a classic script that a host may run, with an {@link AheadContext},
   * as soon as it has accepted the build and while the code loads. It starts what the first view
   * will ask its servers, and nothing else.
   */
  ahead: v.optional(v.pipe(v.string(), v.regex(/^[\w.-]+\.js$/))),
  /** With it a host loads the code while it still reads the manifest. */
  container: v.optional(Container),
  integrity: Integrity,
  /** Bytes of all files. */
  size: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** ISO 8601. */
  builtAt: v.pipe(v.string(), v.isoTimestamp()),
});
export type RemoteBuild = v.InferOutput<typeof RemoteBuild>;

/** `registry.json`: which build of each remote a host shall run, and the one before it. */
export const Registry = v.object({
  schema: v.literal(1),
  remotes: v.record(
    v.string(),
    v.object({ current: RemoteBuild, previous: v.optional(RemoteBuild) }),
  ),
});
export type Registry = v.InferOutput<typeof Registry>;

/** A registry that cannot be used; the message says where it is wrong. */
export class InvalidRegistry extends Error {
  override readonly name = 'InvalidRegistry';
}

/** Reads parsed JSON as a registry. @throws InvalidRegistry */
export function parseRegistry(value: unknown): Registry {
  const result = v.safeParse(Registry, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  throw new InvalidRegistry(
    `The registry of remotes is not valid${path === null ? '' : ` at ${path}`}: ${issue.message}.`,
  );
}

/** Absolute URL of a build's federation manifest. @throws InvalidRegistry for other than http(s). */
export function entryUrl(build: Pick<RemoteBuild, 'entry'>, registryUrl: string): string {
  const url = URL.canParse(build.entry, registryUrl)
    ? new URL(build.entry, registryUrl)
    : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new InvalidRegistry(
      `The registry's entry ${JSON.stringify(build.entry)} is not an http(s) address.`,
    );
  }
  return url.href;
}

/** The integrity that the registry promises for `fileUrl`; undefined for a file it does not list. */
export function integrityOf(
  build: Pick<RemoteBuild, 'integrity'>,
  entry: string,
  fileUrl: string,
): string | undefined {
  const folder = new URL('.', entry).href;
  const file = new URL(fileUrl, entry);
  const path = (file.origin + file.pathname).slice(folder.length);
  return file.href.startsWith(folder) && Object.hasOwn(build.integrity, path)
    ? build.integrity[path]
    : undefined;
}
