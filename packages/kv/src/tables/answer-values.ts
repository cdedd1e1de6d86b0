import { type EncodedValue, valueReplyBytes } from '@inkwire/wire';

/** The values of an answer, which are kept only while they take no more than `maxBytes` of it. */
export class AnswerValues {
  #left: number;
  #values: (EncodedValue | undefined)[] = [];

  constructor(maxBytes: number) {
    this.#left = maxBytes;
  }

  /** Adds the next one. False when they have become too many. */
  add(value: EncodedValue | undefined): boolean {
    this.#left -= valueReplyBytes(value?.length ?? 0);
    if (this.#left < 0) this.#values = [];
    else this.#values.push(value);
    return this.#left >= 0;
  }

  /** All of them, or undefined when they are too many. */
  get all(): readonly (EncodedValue | undefined)[] | undefined {
    return this.#left < 0 ? undefined : this.#values;
  }
}
