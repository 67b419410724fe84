import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes the data folder. The nearest folder that exists is looked at first, because a recursive
 * `mkdir` below a pseudo file system such as /proc never returns (Node 20).
 * @param {string} path absolute
 * @throws a sentence that names the setting
 */
export function makeDataDir(path) {
  const nearest = nearestExisting(path);
  if (!statSync(nearest).isDirectory()) {
    throw new Error(`DATA_DIR is ${path}, but ${nearest} is a file. Set DATA_DIR to a folder.`);
  }
  try {
    accessSync(nearest, constants.W_OK);
    if (/^\/(proc|sys|dev)(\/|$)/.test(path)) throw new Error('it is no place for files');
    mkdirSync(path, { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `DATA_DIR is ${path}, which cannot be written (${reason}). Set DATA_DIR to a folder that this user may write.`,
    );
  }
}

/** @param {string} path */
function nearestExisting(path) {
  let at = path;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  return at;
}
