import { textOf } from '#text';
import { WireError } from '../errors.ts';

/*
 * Protobuf's wire format, read. Stricter than need be in one thing only: a field never reaches past the message that it
 * stands in. As in @bufbuild/protobuf a known field is read as what it should be, whatever wire type its tag names.
 */

const empty = new Uint8Array(0);
/** Bytes up to this many are copied by a loop. */
const shortBinary = 32;
const deepestGroup = 100;
/** Keys, pairs, values, strokes and points of one command: two bytes each on the wire, an object each in memory. */
export const mostItems = 200_000;
const [startGroup, endGroup] = [3, 4];
const scratch = new DataView(new ArrayBuffer(8));

/** A place in a message: `bytes[at … end)` is the part that is not read yet. Reading throws `WIRE_MESSAGE_INVALID`. */
export class ProtobufReader {
  bytes: Uint8Array = empty;
  at = 0;
  end = 0;
  #items = 0;
  /** The number of the field that `more` began with, and how it is written. */
  field = 0;
  wireType = 0;
  /** The number that `varint` read: the low and the high 32 bits. */
  low = 0;
  high = 0;

  /** Begins with another message. */
  over(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.#items = 0;
    return this;
  }

  /** Counts one of the things that a message may repeat. Throws for one more than `mostItems`. */
  item(): this {
    if (++this.#items > mostItems) throw messageInvalid(`it has more than ${mostItems} items`);
    return this;
  }

  /** Begins with the next field of the message: its number is in `field`. False when there is none. */
  more(): boolean {
    const { at } = this;
    if (at >= this.end) return false;
    const first = this.bytes[at]!;
    if (first < 0x80) {
      if (first < 8 || (first & 7) > 5) throw messageInvalid('a tag is wrong');
      this.at = at + 1;
      this.wireType = first & 7;
      this.field = first >>> 3;
    } else this.#longTag();
    return true;
  }

  #longTag(): void {
    const start = this.at;
    this.varint();
    const tag = this.low >>> 0;
    if (this.high !== 0 || this.at - start > 5 || tag < 8 || (tag & 7) > 5)
      throw messageInvalid('a tag is wrong');
    this.wireType = tag & 7;
    this.field = tag >>> 3;
  }

  /** A varint into `low` and `high`; bits above the 64th are dropped. */
  varint(): void {
    const { bytes, end } = this;
    let at = this.at;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= end) throw messageInvalid('it is cut off');
      const byte = bytes[at++]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >> 4;
      } else if (shift < 64) high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.at = at;
        this.low = low;
        this.high = high;
        return;
      }
    }
    throw messageInvalid('a varint is too long');
  }

  uint32(): number {
    const byte = this.at < this.end ? this.bytes[this.at]! : 0xff;
    if (byte < 0x80) {
      this.at++;
      return byte;
    }
    this.varint();
    return this.low >>> 0;
  }

  /** An unsigned 64-bit integer as the nearest number. */
  uint64(): number {
    this.varint();
    return (this.high >>> 0) * 2 ** 32 + (this.low >>> 0);
  }

  int64(): bigint {
    this.varint();
    const { low, high } = this;
    if (high === 0) return BigInt(low >>> 0);
    return (BigInt(high) << 32n) | BigInt(low >>> 0);
  }

  bool(): boolean {
    this.varint();
    return (this.low | this.high) !== 0;
  }

  double(): number {
    const { bytes } = this;
    const at = this.#take(8);
    for (let i = 0; i < 8; i++) scratch.setUint8(i, bytes[at + i]!);
    return scratch.getFloat64(0, true);
  }

  /** UTF-8 text after its length. */
  text(): string {
    const length = this.uint32();
    const at = this.#take(length);
    return readText(this.bytes, at, at + length);
  }

  /** A copy of bytes after their length. */
  binary(): Uint8Array {
    const length = this.uint32();
    const at = this.#take(length);
    return copyBytes(this.bytes, at, at + length);
  }

  /** Enters the message that stands here after its length. Returns the end of the outer one, for `leave`. */
  enter(): number {
    const length = this.uint32();
    const outer = this.end;
    if (length > outer - this.at) throw messageInvalid('it is cut off');
    this.end = this.at + length;
    return outer;
  }

  leave(outer: number): void {
    this.end = outer;
  }

  /** Passes over the field that `more` began with. Groups are followed by a loop, not by recursion. */
  skip(): void {
    if (this.wireType === startGroup) this.#skipGroup();
    else if (this.wireType === endGroup) throw messageInvalid('a group ends that never began');
    else this.#skipValue();
  }

  #skipValue(): void {
    const { wireType } = this;
    if (wireType === 0) this.varint();
    else if (wireType === 2) this.#take(this.uint32());
    else this.#take(wireType === 1 ? 8 : 4);
  }

  #skipGroup(): void {
    const open = [this.field];
    while (open.length > 0) {
      if (!this.more()) throw messageInvalid('it is cut off');
      if (this.wireType === startGroup) {
        if (open.push(this.field) > deepestGroup) throw messageInvalid('its groups are too deep');
      } else if (this.wireType === endGroup) {
        if (open.pop() !== this.field) throw messageInvalid('another group ends than began');
      } else this.#skipValue();
    }
  }

  #take(count: number): number {
    const { at } = this;
    if (count > this.end - at) throw messageInvalid('it is cut off');
    this.at = at + count;
    return at;
  }
}

/**
 * A copy of `bytes[start … end)`. Not `slice`, which is a view where the bytes are Node's, and keeps the whole chunk
 * alive.
 */
export function copyBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const length = end - start;
  const copy = new Uint8Array(length);
  if (length > shortBinary) copy.set(bytes.subarray(start, end));
  else for (let i = 0; i < length; i++) copy[i] = bytes[start + i]!;
  return copy;
}

/** The text of `bytes[start … end)`. Throws `WIRE_MESSAGE_INVALID` unless that is UTF-8. */
export function readText(bytes: Uint8Array, start: number, end: number): string {
  const text = textOf(bytes, start, end);
  if (text === undefined) throw messageInvalid('a text is not UTF-8');
  return text;
}

export const messageInvalid = (why: string) => new WireError('WIRE_MESSAGE_INVALID', `Not a message: ${why}`);
