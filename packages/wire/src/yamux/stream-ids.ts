/*
 * The stream ids that a peer has used. A peer counts upwards, but need not send in that order: a stream takes its id when a
 * program opens it, and its SYN goes out with its first data, which may be later than its neighbour's, or never. So what
 * was skipped stays free, as ranges; a peer that leaves more ranges than we keep loses its oldest ones.
 */

const maxGaps = 1024;

/** Both ends inclusive. */
interface Gap {
  readonly from: number;
  readonly to: number;
}

export class StreamIds {
  /** The highest used. Below the first, so that the first leaves no gap. */
  #highest: number;
  readonly #parity: number;
  #gaps: Gap[] = [];

  /** `first` is 1 where the peer is the client, 2 where it is the server. */
  constructor(first: 1 | 2) {
    this.#parity = first % 2;
    this.#highest = first - 2;
  }

  /** Whether such an id is for this side to choose. */
  owns(id: number): boolean {
    return id !== 0 && id % 2 === this.#parity;
  }

  /** Whether the id, which must be of this side, has been used. */
  used(id: number): boolean {
    return id <= this.#highest && this.#gapOf(id) < 0;
  }

  /** Uses an id. False when it is not of this side or was used before. */
  use(id: number): boolean {
    if (!this.owns(id)) return false;
    if (id > this.#highest) {
      if (id - this.#highest > 2) this.#gaps.push({ from: this.#highest + 2, to: id - 2 });
      if (this.#gaps.length > maxGaps) this.#gaps.shift();
      this.#highest = id;
      return true;
    }
    const index = this.#gapOf(id);
    if (index < 0) return false;
    const { from, to } = this.#gaps[index]!;
    const rest = [
      { from, to: id - 2 },
      { from: id + 2, to },
    ].filter((gap) => gap.from <= gap.to);
    this.#gaps.splice(index, 1, ...rest);
    return true;
  }

  #gapOf(id: number): number {
    let low = 0;
    let high = this.#gaps.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const { from, to } = this.#gaps[middle]!;
      if (id < from) high = middle - 1;
      else if (id > to) low = middle + 1;
      else return middle;
    }
    return -1;
  }
}
