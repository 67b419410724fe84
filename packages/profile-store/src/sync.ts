import * as fs from 'node:fs/promises';

/** Makes new names in a directory survive a power loss. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await fs.open(path === '' ? '.' : path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
