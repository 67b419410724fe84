import { decodePprof, type DecodeLimits, encodePprof } from '@hsi/pprof-codec';
import { createHash } from 'node:crypto';
import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { inParallel, type StoredProfile, type Tally, type Target } from './stored-profile.ts';

/** What was stored once is not too large to be read again. */
export const NO_LIMITS: DecodeLimits = {
  inflatedBytes: 2 ** 30,
  samples: 2 ** 24,
  stackDepth: 2 ** 20,
  stringBytes: 2 ** 24,
  sampleLabels: 2 ** 16,
};

/**
 * Writes pprof files. The labels of the series become labels of the samples, so that a file tells
 * by itself what it is of, and makes the same series when it is ingested.
 */
export class FolderTarget implements Target {
  constructor(
    private readonly folder: string,
    private readonly width: number,
  ) {}

  async deliver(profiles: readonly StoredProfile[], tally: Tally): Promise<void> {
    await inParallel(profiles, this.width, async (profile) => {
      const path = join(this.folder, fileName(profile));
      if (await exists(path)) {
        tally.present++;
        return;
      }
      const { service_name: _service, ...labels } = profile.labels;
      const tables = { ...decodePprof(profile.pprof, NO_LIMITS), labelSets: [labels] };
      const bytes = gzipSync(encodePprof(tables));
      await makeFolder(dirname(path));
      // A name without `.part` is a whole file.
      await writeFile(`${path}.part`, bytes);
      await rename(`${path}.part`, path);
      tally.stored++;
      tally.bytes += bytes.length;
    });
  }

  finish(): void {
    // A file that exists is whole.
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** `<service>/<name>.<sample type>/<day>/<time>-<hash>.pb.gz`, the same at every run. */
export function fileName({ id, service, name, typeId, time }: StoredProfile): string {
  const [, sampleType = ''] = typeId.split(':');
  const [day = '', clock = ''] = new Date(time).toISOString().split('T');
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 12);
  return join(
    safe(service),
    safe(`${name}.${sampleType}`),
    day,
    `${clock.replace(/:/g, '-')}-${hash}.pb.gz`,
  );
}

/** One part of a path, whatever the text. */
function safe(text: string): string {
  const name = text.replace(/[^\w.-]/g, (character) => encodeURIComponent(character)).slice(0, 120);
  return /^\.*$/.test(name) ? `_${name}` : name;
}

/** Makes a folder and those above it. Node's own recursive form never ends where nothing can be made, as in `/proc`. */
async function makeFolder(folder: string): Promise<void> {
  const isMade = await make(folder);
  if (isMade) return;
  const above = dirname(folder);
  if (above !== folder) await makeFolder(above);
  if (!(await make(folder))) throw new Error(`The folder ${folder} cannot be made.`);
}

/** False when the folder above is missing. */
async function make(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return false;
    if (code !== 'EEXIST') throw error;
  }
  return true;
}
