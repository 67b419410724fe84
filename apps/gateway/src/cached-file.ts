import { readFile, stat } from 'node:fs/promises';

/** The meaning of a file, read again only when the file has changed. */
export class CachedFile<T> {
  readonly #file: string;
  readonly #read: (text: string) => Promise<T>;
  #known: { readonly version: string; readonly value: T } | undefined;

  constructor(file: string, read: (text: string) => Promise<T>) {
    this.#file = file;
    this.#read = read;
  }

  async get(): Promise<T> {
    const { mtimeMs, size, ino } = await stat(this.#file);
    const version = `${mtimeMs} ${size} ${ino}`;
    if (this.#known?.version !== version) {
      const value = await this.#read(await readFile(this.#file, 'utf8'));
      this.#known = { version, value };
    }
    return this.#known!.value;
  }
}
