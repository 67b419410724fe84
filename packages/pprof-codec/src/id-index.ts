/**
 * Index by id of the messages of one repeated field. Nearly all writers count ids from 1, and such
 * ids are looked up without hashing.
 */
export class IdIndex {
  /** Index + 1 by id; 0 is absent. */
  private readonly low: Int32Array;
  private readonly others = new Map<number, number>();

  /** `count`: how many messages there are. */
  constructor(count: number) {
    this.low = new Int32Array(2 * count + 1);
  }

  /** False when another message has the id, a whole number above 0. */
  add(id: number, index: number): boolean {
    if (this.indexOf(id) >= 0) return false;
    if (id < this.low.length) this.low[id] = index + 1;
    else this.others.set(id, index);
    return true;
  }

  /** -1 when no message has the id. */
  indexOf(id: number): number {
    return id < this.low.length ? this.low[id]! - 1 : (this.others.get(id) ?? -1);
  }
}
