import * as v from 'valibot';

/** File path below the entry's folder -> `sha384-<base64>`. */
const Integrity = v.record(v.string(), v.pipe(v.string(), v.regex(/^sha384-[A-Za-z0-9+/]{64}$/)));

/** One build of a remote, as the registry lists it. */
export const RemoteBuild = v.object({
  version: v.pipe(v.string(), v.minLength(1)),
  /** Semver range of the contract versions that this build works with, e.g. `^1.0.0`. */
  contract: v.pipe(v.string(), v.minLength(1)),
  /** URL of the federation manifest, absolute or relative to the registry. */
  entry: v.pipe(v.string(), v.minLength(1)),
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
