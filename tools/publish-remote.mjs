// Publishes one build of a remote: an immutable folder per version, then one atomic write of
// registry.json. Rolling back is the same write.
//
//   node tools/publish-remote.mjs --from apps/profiling-remote/dist --to .data/remotes
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { cp, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { precompress } from './build-precompress.mjs';

/** Versions of a remote that stay in its folder. */
const KEPT = 5;
const MANIFEST = 'mf-manifest.json';

const Name = v.pipe(v.string(), v.minLength(1));
/** The part of a federation manifest that says how the code is loaded. */
const Manifest = v.object({
  name: Name,
  metaData: v.object({
    globalName: Name,
    remoteEntry: v.object({ path: v.string(), name: Name, type: v.literal('global') }),
  }),
  exposes: v.array(
    v.object({
      name: Name,
      assets: v.object({ css: v.object({ sync: v.array(v.string()) }) }),
    }),
  ),
});

/**
 * @typedef {object} Build one build of a remote, as the registry lists it
 * @property {string} version
 * @property {string} contract
 * @property {string} entry
 * @property {string} [ahead]
 * @property {Container} [container]
 * @property {Record<string, string>} integrity
 * @property {number} size
 * @property {string} builtAt
 *
 * @typedef {{ name: string, globalName: string, file: string, styles: Record<string, string[]> }} Container
 * what a host needs of the manifest to load the code
 *
 * @typedef {{ schema: 1, remotes: Record<string, { current: Build, previous?: Build }> }} Registry
 */

/**
 * Publishes the build in `from` and makes it current. The version is that of the package (the
 * folder above `from`) and a hash of all files, so the same build is published once.
 *
 * @param {object} options
 * @param {string} options.from      folder of the build; has `mf-manifest.json`
 * @param {string} options.to        folder of the remotes; has, or gets, `registry.json`
 * @param {string} [options.name]    name in the registry; else `hsi.remote` of the package, else `profiling`
 * @param {string} [options.contract] range of contract versions; else `hsi.contract`, else `^1.0.0`
 * @param {() => Date} [options.now]
 * @returns {Promise<Build>} what is current now
 */
export async function publishRemote({ from, to, name, contract, now = () => new Date() }) {
  const source = resolve(from);
  const target = resolve(to);
  if (!existsSync(join(source, MANIFEST))) {
    throw new Error(`${source} has no ${MANIFEST}: build the remote first.`);
  }
  const manifest = await packageManifest(dirname(source));
  const remote = name ?? manifest.hsi?.remote ?? 'profiling';
  if (!/^[a-z][a-z0-9-]*$/.test(remote)) {
    throw new Error(`${JSON.stringify(remote)} is not a name of a remote: use a-z, 0-9 and -.`);
  }

  const { integrity, size, hash } = await describe(source);
  const version = `${manifest.version ?? '0.0.0'}-${hash}`;
  await install(source, join(target, remote), version, now());

  const registry = await readRegistry(target);
  const before = registry.remotes[remote];
  const builtAt = (await stat(join(source, MANIFEST))).mtime.toISOString();
  const current = {
    version,
    contract: contract ?? manifest.hsi?.contract ?? '^1.0.0',
    entry: `${remote}/${version}/${MANIFEST}`,
    ...aheadOf(integrity),
    ...(await containerOf(join(source, MANIFEST))),
    integrity,
    size,
    builtAt,
  };
  const previous = before?.current.version === version ? before.previous : before?.current;
  registry.remotes[remote] = { current, ...(previous === undefined ? {} : { previous }) };
  await writeRegistry(target, registry);
  await prune(join(target, remote), [version, ...(previous ? [previous.version] : [])]);
  return current;
}

/**
 * Makes the version before the current one current again, by the same atomic write.
 *
 * @param {{ to: string, name?: string }} options
 * @returns {Promise<Build>} what is current now
 */
export async function rollBackRemote({ to, name = 'profiling' }) {
  const target = resolve(to);
  const registry = await readRegistry(target);
  const entry = registry.remotes[name];
  if (entry?.previous === undefined) {
    throw new Error(`The remote ${JSON.stringify(name)} has no previous version in ${target}.`);
  }
  registry.remotes[name] = { current: entry.previous, previous: entry.current };
  await writeRegistry(target, registry);
  return entry.previous;
}

/**
 * @param {string} folder
 * @returns {Promise<{ version?: string, hsi?: { remote?: string, contract?: string } }>}
 */
async function packageManifest(folder) {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
  return JSON.parse(text);
}

/**
 * The SHA-384 of every file, their bytes, and one hash over all. Source maps are published but not
 * part of what a browser runs, so they are not counted.
 *
 * @param {string} folder
 */
async function describe(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && !/\.(?:br|gz|map)$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
  const whole = createHash('sha256');
  /** @type {Record<string, string>} */
  const integrity = {};
  let size = 0;
  for (const path of paths) {
    const bytes = await readFile(join(folder, path));
    const digest = `sha384-${createHash('sha384').update(bytes).digest('base64')}`;
    integrity[path] = digest;
    size += bytes.length;
    whole.update(`${path}\0${digest}\n`);
  }
  return { integrity, size, hash: whole.digest('hex').slice(0, 12) };
}

/**
 * The script that asks for the first view's data while the code loads, by its name in the build.
 *
 * @param {Record<string, string>} integrity
 */
function aheadOf(integrity) {
  const ahead = Object.keys(integrity).find((path) => /^ahead(?:\.[\w-]+)?\.js$/.test(path));
  return ahead === undefined ? {} : { ahead };
}

/**
 * What the federation manifest says of the code; nothing of a manifest that says it otherwise, as a
 * host reads the manifest too.
 *
 * @param {string} file
 * @returns {Promise<{ container?: Container }>}
 */
async function containerOf(file) {
  const manifest = v.safeParse(Manifest, JSON.parse(await readFile(file, 'utf8')));
  if (!manifest.success) return {};
  const { name, metaData, exposes } = manifest.output;
  const { globalName, remoteEntry } = metaData;
  const styles = Object.fromEntries(exposes.map(({ name, assets }) => [name, assets.css.sync]));
  return { container: { name, globalName, file: remoteEntry.path + remoteEntry.name, styles } };
}

/**
 * Copies the build into its version's folder, which appears complete or not at all.
 *
 * @param {string} source
 * @param {string} folder of the remote
 * @param {string} version
 * @param {Date} at
 */
async function install(source, folder, version, at) {
  const final = join(folder, version);
  if (!existsSync(final)) {
    const unfinished = join(folder, `.${version}.${randomUUID()}`);
    await mkdir(folder, { recursive: true });
    try {
      await cp(source, unfinished, { recursive: true });
      await precompress(unfinished);
      await rename(unfinished, final);
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      // Another publisher of the same build may have been quicker.
      if (!existsSync(final)) throw error;
    }
  }
  await utimes(final, at, at);
}

/**
 * @param {string} target
 * @returns {Promise<Registry>}
 */
async function readRegistry(target) {
  const file = join(target, 'registry.json');
  if (!existsSync(file)) return { schema: 1, remotes: {} };
  const registry = JSON.parse(await readFile(file, 'utf8'));
  if (registry?.schema !== 1 || typeof registry.remotes !== 'object') {
    throw new Error(`${file} is not a registry of schema 1: move it away to start a new one.`);
  }
  return registry;
}

/**
 * @param {string} target
 * @param {Registry} registry
 */
async function writeRegistry(target, registry) {
  await mkdir(target, { recursive: true });
  const unfinished = join(target, `.registry.${randomUUID()}.json`);
  const file = await open(unfinished, 'wx');
  try {
    await file.writeFile(`${JSON.stringify(registry, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, join(target, 'registry.json'));
}

/**
 * Removes all versions but the last few; never one that the registry names.
 *
 * @param {string} folder
 * @param {string[]} named
 */
async function prune(folder, named) {
  const entries = await readdir(folder, { withFileTypes: true });
  const versions = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(async ({ name }) => ({ name, at: (await stat(join(folder, name))).mtimeMs })),
  );
  const others = versions
    .filter(({ name }) => !named.includes(name))
    .sort((left, right) => right.at - left.at)
    .slice(Math.max(0, KEPT - named.length));
  await Promise.all(others.map(({ name }) => rm(join(folder, name), { recursive: true })));
}

async function main() {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      name: { type: 'string' },
      contract: { type: 'string' },
      'roll-back': { type: 'boolean' },
    },
  });
  const { from, to, name, contract } = values;
  const named = name === undefined ? {} : { name };
  if (to !== undefined && values['roll-back'] === true) {
    const { version } = await rollBackRemote({ to, ...named });
    console.log(`Rolled back to ${version}.`);
  } else if (from !== undefined && to !== undefined) {
    const { version } = await publishRemote({
      from,
      to,
      ...named,
      ...(contract === undefined ? {} : { contract }),
    });
    console.log(`Published ${version}.`);
  } else {
    throw new Error(
      'Usage: node tools/publish-remote.mjs --from <build> --to <remotes> [--name <remote>] [--contract <range>], or --to <remotes> --roll-back [--name <remote>]',
    );
  }
}

if (
  process.argv[1] !== undefined &&
  realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)
) {
  main().catch((error) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
}
