import { type Measure, sampledTime } from '@hsi/pprof-codec';

/** What a text format's values are: the name of the profile's types, and how a count is measured. */
export interface TextType {
  readonly name: string;
  readonly measure: Measure;
}

/**
 * The application and the type of a profile in a text format. Old agents put the type at the end of
 * the name, `app.alloc_space`; any other end belongs to the name.
 */
export function textType(
  application: string,
  sampleRate: number,
): { readonly application: string; readonly type: TextType } {
  const dot = application.lastIndexOf('.');
  const suffix = application.slice(dot + 1);
  if (dot > 0 && Object.hasOwn(TYPES, suffix)) {
    return { application: application.slice(0, dot), type: TYPES[suffix]!(sampleRate) };
  }
  return { application, type: cpu(sampleRate) };
}

function cpu(sampleRate: number): TextType {
  return { name: 'process_cpu', measure: sampledTime(sampleRate) };
}

function wall(sampleRate: number): TextType {
  return { name: 'wall', measure: sampledTime(sampleRate, 'wall') };
}

/** Amounts that no rate gives: a count is one of its unit. */
function memory(type: string, unit: string): () => TextType {
  const measure = { sampleType: { type, unit }, periodType: { type: '', unit: '' }, period: 0 };
  return () => ({ name: 'memory', measure });
}

const TYPES: Readonly<Record<string, (sampleRate: number) => TextType>> = {
  cpu,
  itimer: cpu,
  wall,
  inuse_objects: memory('inuse_objects', 'count'),
  inuse_space: memory('inuse_space', 'bytes'),
  alloc_objects: memory('alloc_objects', 'count'),
  alloc_space: memory('alloc_space', 'bytes'),
};
