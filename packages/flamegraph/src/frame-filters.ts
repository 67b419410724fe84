import { type CallTree } from '@hsi/profile-model';
import { npmPackage, parseFrameName } from './frame-name.ts';
import { isNamed, nameReference } from './reference.ts';
import { selfOfNames } from './transforms.ts';

/** A kind of frames that a person may not want to see. */
export interface FramePreset {
  readonly id: string;
  readonly title: string;
  readonly hides: (name: string) => boolean;
}

// Without a file; what the SDK reports as `Garbage Collection` or `Non JS threads activity` is work
// and no frame of Node's.
const V8_BUILT_IN = /^:(?!Node\.js:|Non JS threads activity:|Garbage Collection:|\()[^:]*:\d+$/;
const PYTHON_RUNTIME =
  /<frozen |\/lib\/python\d|(?:^|[/(])(?:runpy|threading|importlib|asyncio|concurrent|selectors|socketserver|queue)\b.*\.py|_bootstrap/;
const LIBC =
  /(?:^|[/(])(?:libc|libpthread|libm|ld-linux|libstdc\+\+|libgcc_s)(?:[-.][\w.-]*)?\.so|^_?_?(?:libc_|GI_|start_thread|clone3?$|_start$|pthread_|mem(?:cpy|move|set|cmp|chr)\b|malloc\b|calloc\b|realloc\b|c?free$|str(?:len|cmp|ncmp|cpy|chr)\b|epoll_|futex|nanosleep|syscall$|brk$|mmap$|munmap$)/;
const CUDA =
  /\blib(?:cuda|cudart|cublas|cublasLt|cudnn\w*|nvrtc|nccl|nvidia[\w-]*)\b|^_*(?:cuda|cublas|cudnn|cufft|curand|cusparse|nccl)[A-Z_]|^cu(?:Launch|Mem|Ctx|Stream|Event|Module|Device|Init)|\b(?:at|c10)::(?:cuda|native::cuda)\b|\[CUDA\]|\[cuda /;

/** Presets in the order in which they are offered. Ids stand in URLs: keep them. */
export const FRAME_PRESETS: readonly FramePreset[] = [
  {
    id: 'node',
    title: 'Node internals',
    hides: (name) =>
      parseFrameName(name).file.startsWith('node:') ||
      name === 'runMicrotasks' ||
      V8_BUILT_IN.test(name),
  },
  {
    id: 'modules',
    title: 'node_modules',
    hides: (name) => npmPackage(parseFrameName(name).file) !== undefined,
  },
  {
    id: 'python',
    title: 'Python runtime',
    hides: (name) => {
      const { file } = parseFrameName(name);
      return file !== '' && !file.includes('-packages/') && PYTHON_RUNTIME.test(file);
    },
  },
  { id: 'libc', title: 'libc', hides: (name) => LIBC.test(name) },
  { id: 'cuda', title: 'CUDA', hides: (name) => CUDA.test(name) },
  {
    id: 'go',
    title: 'Go runtime',
    hides: (name) => /^(?:runtime|internal\/runtime\/\w+)[./]/.test(name),
  },
];

const TEXT_PREFIX = 'text:';
const NAME_PREFIX = 'name:';

/** The id of a filter for names that hold a text; like a preset's id it can stand in a URL. */
export function textFilter(text: string): string {
  return TEXT_PREFIX + text;
}

/** The id of a filter for one name. */
export function nameFilter(name: string): string {
  return NAME_PREFIX + nameReference(name);
}

/** A filter by its id: a preset, a text or a name of one's own. Undefined for an id that says nothing. */
export function frameFilter(id: string): FramePreset | undefined {
  const preset = FRAME_PRESETS.find((each) => each.id === id);
  if (preset) return preset;
  const wanted = id.slice(TEXT_PREFIX.length);
  if (wanted === '') return undefined;
  if (id.startsWith(NAME_PREFIX)) {
    return { id, title: parseFrameName(wanted).function, hides: (name) => isNamed(name, wanted) };
  }
  if (!id.startsWith(TEXT_PREFIX)) return undefined;
  const text = wanted.toLowerCase();
  return { id, title: `"${wanted}"`, hides: (name) => name.toLowerCase().includes(text) };
}

/** A predicate for frames that any of the filters hides; undefined when none of the ids says anything. */
export function hiddenBy(ids: readonly string[]): ((name: string) => boolean) | undefined {
  const filters = ids.flatMap((id) => frameFilter(id) ?? []);
  if (filters.length === 0) return undefined;
  return (name) => filters.some((filter) => filter.hides(name));
}

/** Share of the total, 0 to 1, that is measured in the frames that a filter hides. */
export function hiddenShare(tree: CallTree, filter: FramePreset): number {
  const whole = tree.total[0]!;
  return whole > 0 ? selfOfNames(tree, filter.hides) / whole : 0;
}
