/**
 * How long answers are on the wire, before compression: what `maxBytes` of the tables counts, and `maxReplyBytes` of the
 * service.
 *
 *     status  08 c8 01        values  1a len value        pairs  22 len (0a len key  12 len value)
 */
import type { EncodedValue } from './tables.ts';

/** What stands before values and pairs: status 200. */
export const okBytes = 3;

/** The bytes of a varint. */
export function lengthOfVarint(value: number): number {
  let length = 1;
  while ((value >>>= 7) > 0) length++;
  return length;
}

const fieldBytes = (length: number): number => 1 + lengthOfVarint(length) + length;

/** What a pair takes of an answer. */
export function pairBytes(keyBytes: number, valueBytes: number): number {
  return fieldBytes(fieldBytes(keyBytes) + fieldBytes(valueBytes));
}

/** The values of an answer, which are kept only while they take no more than `maxBytes` of it. */
export class AnswerValues {
  #left: number;
  #values: (EncodedValue | undefined)[] = [];

  constructor(maxBytes: number) {
    this.#left = maxBytes;
  }

  /** Adds the next one. False when they have become too many. */
  add(value: EncodedValue | undefined): boolean {
    this.#left -= fieldBytes(value?.length ?? 0);
    if (this.#left < 0) this.#values = [];
    else this.#values.push(value);
    return this.#left >= 0;
  }

  /** All of them, or undefined when they are too many. */
  get all(): readonly (EncodedValue | undefined)[] | undefined {
    return this.#left < 0 ? undefined : this.#values;
  }
}
