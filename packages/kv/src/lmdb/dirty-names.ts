const slots = 2 ** 16;

/**
 * The names that have an operation that is not done: counts by a hash of the name. It may say yes for a name that has
 * none; its reader then waits for a commit without need. It never says no for a name that has one.
 */
export class DirtyNames {
  readonly #counts = new Uint32Array(slots);

  /** The slot of a name. */
  slot(table: string, key: string): number {
    let hash = table.length;
    for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0;
    return (hash ^ (hash >>> 16)) & (slots - 1);
  }

  add(slot: number): void {
    this.#counts[slot]!++;
  }

  remove(slot: number): void {
    this.#counts[slot]!--;
  }

  has(slot: number): boolean {
    return this.#counts[slot] !== 0;
  }
}
