/** What a frame's name says, as far as it can be told from the forms that profilers send. */
export interface FrameName {
  /** The readable part, shown first: `loadModel`, `http.(*conn).serve`. */
  readonly function: string;
  /** Path as sent, empty when the name holds none. */
  readonly file: string;
  /** 0 when unknown. */
  readonly line: number;
  /** What frames are coloured by: a dependency, a runtime's part, a directory or file of one's own. */
  readonly package: string;
}

/** Package of frames that the V8 engine reports without a file: `(program)`, built-ins. */
export const NATIVE_PACKAGE = '(native)';

/** What is shown for a frame whose name is empty. */
export const NO_NAME = '(no name)';

/** Package of Node's own modules, `node:fs` and `node:internal/timers` alike. */
export const NODE_PACKAGE = 'node';

/*
 * Forms, tried in this order:
 *   Node SDK   ./work.mjs:loadModel:11 · node:internal/util:(anonymous:L#427:C#24):427 · :(idle):0
 *   py-spy     detect (pywork.py:11)
 *   ours       run (apps/backend/src/zoo.ts) · (anonymous:12) (src/main.ts) · send (fastify/lib/reply.js)
 *   Python     work/detect.py:detect
 *   Go, Java   github.com/x/y/v2.(*T).Method · java/util/HashMap.put
 *   C++, Rust  at::native::add · core::fmt::write
 */
const ANONYMOUS = /^(.*):\(anonymous(?::L#(\d+)(?::C#\d+)?)?\):(\d+)$/s;
const FILE_FUNCTION_LINE = /^(.*):([^:]*):(\d+)$/s;
const SCOPED = /::[^\d:]/;
const FUNCTION_IN_FILE = /^(.+) \((.+?)(?::(\d+))?\)$/s;
const PYTHON = /^(.+\.py[xid]?):([^:]+)$/s;
const DEPENDENCY = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/s;
const SITE_PACKAGE = /.*\/(?:site|dist)-packages\/([^/]+)/s;

/** Reads a frame's name. Never fails: what is not understood is all function. */
export function parseFrameName(name: string): FrameName {
  const anonymous = ANONYMOUS.exec(name);
  if (anonymous) {
    const [, file = '', defined, line] = anonymous;
    const at = defined === undefined ? '(anonymous)' : `(anonymous L${defined})`;
    return { function: at, file, line: Number(line), package: packageOfFile(file) };
  }
  const node = FILE_FUNCTION_LINE.exec(name);
  if (node && !SCOPED.test(name)) {
    const [, file = '', fn = '', line] = node;
    return {
      function: fn === '' ? '(anonymous)' : fn,
      file,
      line: Number(line),
      package: packageOfFile(file),
    };
  }
  const spy = FUNCTION_IN_FILE.exec(name);
  if (spy && /^node:|[./\\]/.test(spy[2]!)) {
    const [, fn = '', file = '', line = '0'] = spy;
    return { function: fn, file, line: Number(line), package: packageOfFile(file) };
  }
  const python = PYTHON.exec(name);
  if (python) {
    const [, file = '', fn = ''] = python;
    return { function: fn, file, line: 0, package: packageOfFile(file) };
  }
  return qualifiedName(name);
}

function qualifiedName(name: string): FrameName {
  const scope = name.indexOf('::');
  if (scope > 0) {
    // A return type stands before it: `void at::native::add`.
    const before = name.slice(0, scope);
    const first = /[\w$]+$/.exec(before)?.[0] ?? before.replace(/^[<&*\s]+/, '');
    return { function: name, file: '', line: 0, package: first };
  }
  // `Node.js`, `CPU time between samples`: what a runtime reports beside functions.
  if (name === 'Node.js' || /^[^(]* /.test(name)) return plain(name);
  // Receivers and arguments, `(*T)`, `(/a/path)`, are no part of a package's path.
  const bracket = name.indexOf('(');
  const slash = name.lastIndexOf('/', bracket < 0 ? undefined : bracket);
  const dot = name.indexOf('.', slash + 1);
  if (dot <= 0) return plain(name);
  return { function: name.slice(slash + 1), file: '', line: 0, package: name.slice(0, dot) };
}

function plain(name: string): FrameName {
  if (name.trim() === '') return { function: NO_NAME, file: '', line: 0, package: '' };
  return { function: name, file: '', line: 0, package: '' };
}

// First parts of paths that are a project's own and no package's name.
const OWN_FOLDER =
  /^(?:apps?|packages|libs?|services|src|dist|build|out|server|tests?|tools|scripts|examples|bench|…)\//;
const BARE_SCRIPT = /^((?:@[^/]+\/)?[\w][\w.-]*)\/.*\.[cm]?js$/s;

/**
 * The npm package of a script, told by its path: the part after `node_modules`, or, where a profiler
 * cut that off, the first part of a relative path that is no folder of a project.
 */
export function npmPackage(file: string): string | undefined {
  const dependency = DEPENDENCY.exec(file);
  if (dependency) return dependency[1];
  return OWN_FOLDER.test(file) ? undefined : BARE_SCRIPT.exec(file)?.[1];
}

function packageOfFile(file: string): string {
  if (file === '') return NATIVE_PACKAGE;
  if (file.startsWith('node:')) return NODE_PACKAGE;
  const dependency = npmPackage(file) ?? SITE_PACKAGE.exec(file)?.[1];
  if (dependency !== undefined) return dependency;
  const folder = file.lastIndexOf('/');
  return folder > 1 ? file.slice(0, folder) : file;
}

/** A frame's file as a label shows it: the last part of the path and the line, `work.mjs:11`. */
export function shortFile({ file, line }: FrameName): string {
  if (file === '') return '';
  const base = file.startsWith('node:') ? file : file.slice(file.search(/[^/\\]*$/));
  return line > 0 ? `${base}:${line}` : base;
}

/** A name without its line, so that places within one function, or closures of one file, read alike. */
export function nameWithoutLine(name: string): string {
  const anonymous = ANONYMOUS.exec(name);
  if (anonymous) return `${anonymous[1]}:(anonymous)`;
  const node = FILE_FUNCTION_LINE.exec(name);
  if (node && !SCOPED.test(name)) return `${node[1]}:${node[2]}`;
  return name
    .replace(/^\(anonymous:\d+\)/, '(anonymous)')
    .replace(/^(.+) \((.+):\d+\)$/s, '$1 ($2)');
}

/** Parses the names of one tree as they are needed, each once. */
export class FrameNames {
  private readonly parsed: (FrameName | undefined)[];

  constructor(readonly names: readonly string[]) {
    this.parsed = new Array<FrameName | undefined>(names.length);
  }

  at(index: number): FrameName {
    return (this.parsed[index] ??= parseFrameName(this.names[index]!));
  }
}
