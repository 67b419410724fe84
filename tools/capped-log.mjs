import { appendFileSync, renameSync, statSync } from 'node:fs';

/**
 * A log file with an end: when it is full it becomes `<path>.old` (the one before is dropped), so
 * that a process which logs for months takes at most twice `limitBytes`.
 */
export class CappedLog {
  #path;
  #limit;
  #size;

  /** @param {string} path @param {number} limitBytes */
  constructor(path, limitBytes = 10_000_000) {
    this.#path = path;
    this.#limit = limitBytes;
    this.#size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** A log that cannot be written (a full disk) is given up, never the process. @param {Buffer} chunk */
  write(chunk) {
    try {
      if (this.#size > 0 && this.#size + chunk.length > this.#limit) {
        renameSync(this.#path, `${this.#path}.old`);
        this.#size = 0;
      }
      appendFileSync(this.#path, chunk);
      this.#size += chunk.length;
    } catch {
      // Nothing can be said where the log itself fails.
    }
  }
}
