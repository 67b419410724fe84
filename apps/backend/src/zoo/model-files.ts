import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DEMO_PRODUCER } from '../onnx/graph-builder.ts';

export interface ModelFile {
  readonly bytes: number;
  readonly weights: 'demo' | 'real';
}

/** Size and kind of a model file; undefined when it is not there or not a file. */
export async function inspectModelFile(path: string): Promise<ModelFile | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const information = await file.stat();
      if (!information.isFile()) return undefined;
      const head = Buffer.alloc(64);
      const { bytesRead } = await file.read(head, 0, head.length, 0);
      const isDemo = producerOf(head.subarray(0, bytesRead)) === DEMO_PRODUCER;
      return { bytes: information.size, weights: isDemo ? 'demo' : 'real' };
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

/** The producer's name of an ONNX file whose head is `ir_version` (1) and `producer_name` (2). */
export function producerOf(head: Uint8Array): string | undefined {
  if (head[0] !== 0x08) return undefined;
  let at = 1;
  while (at < head.length && head[at]! > 127) at += 1;
  at += 1;
  const length = head[at + 1];
  if (head[at] !== 0x12 || length === undefined || length > 127) return undefined;
  return new TextDecoder().decode(head.subarray(at + 2, at + 2 + length));
}

/**
 * Compares a model with `<path>.sha256` (as `sha256sum` writes it), where there is one.
 * @throws Error when they differ or the checksum file cannot be read as one
 */
export async function verifyChecksum(path: string): Promise<void> {
  const checksumFile = `${path}.sha256`;
  const isThere = await stat(checksumFile).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  const [wanted] = /^[0-9a-f]{64}(?=\s|$)/i.exec(await readFile(checksumFile, 'utf8')) ?? [];
  if (wanted === undefined) {
    throw new Error(`${checksumFile} holds no SHA-256 checksum (64 hexadecimal digits).`);
  }
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const found = hash.digest('hex');
  if (found !== wanted.toLowerCase()) {
    throw new Error(
      `The checksum of ${basename(path)} is ${found.slice(0, 12)}… and should be ${wanted.slice(0, 12)}…: the file is damaged or not the one that was meant.`,
    );
  }
}
