import { relative, sep } from 'node:path';

/** Parts of the path that are kept of a file outside the root: a server need not know the rest. */
const OUTSIDE_PARTS = 3;
const ANONYMOUS = /^\(anonymous(?::L#\d+(?::C#\d+)?)?\)$/;

/**
 * The text of a frame: the function first, because boxes cut their text at the end, then where it
 * is, because two files can have functions of one name.
 *
 * - `nonMaxSuppression (src/rt-detr/boxes.ts)`: own code, by its path from `root`
 * - `handler (fastify/lib/route.js)`: a dependency, by its path inside node_modules
 * - `(anonymous:12) (src/main.ts)`: a function without a name, by its line
 * - `(idle)`, `Garbage Collection`: frames of the runtime have no file and stay as they are
 */
export function frameName(name: string, file: string, line: number, root: string): string {
  if (file === '') return name;
  const anonymous = ANONYMOUS.test(name);
  return `${anonymous ? `(anonymous:${line})` : name} (${shortFile(file, root)})`;
}

function shortFile(file: string, root: string): string {
  const path = file.replaceAll('\\', '/');
  const dependency = path.lastIndexOf('node_modules/');
  if (dependency >= 0) return path.slice(dependency + 'node_modules/'.length);
  if (path.startsWith('node:') || !path.startsWith('/')) return path;
  const inside = relative(root, path).split(sep).join('/');
  return inside.startsWith('../')
    ? ['…', ...path.split('/').filter(Boolean).slice(-OUTSIDE_PARTS)].join('/')
    : inside;
}
