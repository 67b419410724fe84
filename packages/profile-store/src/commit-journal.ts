import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from './sync.ts';

/** The rows of one commit in one file. */
export interface CommitPart {
  /** Name of the stretch. */
  readonly stretch: string;
  /** Id of the last profile before them. */
  readonly after: number;
}

/**
 * A commit that spans several files is several transactions. What they are is written here first
 * and cleared when all of them are durable; whatever is found here at a start was interrupted,
 * was never acknowledged, and is taken back, so that nobody who sends it again doubles a part.
 *
 * The text ends with a line break. One that does not, or cannot be read, was cut off while it was
 * written: before any of the transactions began.
 */
export class CommitJournal {
  private file: fs.FileHandle | undefined;
  /** True when the directory durably names the file. */
  private isListed = false;

  constructor(private readonly directory: string) {}

  private get path(): string {
    return join(this.directory, 'commit.journal');
  }

  /** The parts of a commit that was interrupted. */
  async read(): Promise<readonly CommitPart[]> {
    const text = await fs.readFile(this.path, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
      throw error;
    });
    return parseParts(text);
  }

  /** Durable when it resolves. */
  begin(parts: readonly CommitPart[]): Promise<void> {
    return this.write(`${JSON.stringify(parts)}\n`);
  }

  /** The commit is complete, or all of it is taken back. Durable when it resolves. */
  end(): Promise<void> {
    return this.write('');
  }

  private async write(text: string): Promise<void> {
    const file = (this.file ??= await fs.open(this.path, 'w'));
    if (!this.isListed) await syncDirectory(this.directory);
    this.isListed = true;
    await file.truncate(0);
    await file.write(text, 0);
    await file.sync();
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = undefined;
    this.isListed = false;
  }
}

function parseParts(text: string): readonly CommitPart[] {
  if (!text.endsWith('\n')) return [];
  try {
    const parts: unknown = JSON.parse(text);
    return Array.isArray(parts) && parts.every(isPart) ? parts : [];
  } catch {
    return [];
  }
}

function isPart(value: unknown): value is CommitPart {
  if (typeof value !== 'object' || value === null) return false;
  const { stretch, after } = value as Partial<CommitPart>;
  return typeof stretch === 'string' && Number.isSafeInteger(after);
}
