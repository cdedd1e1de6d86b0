/*
 * A message that is longer than the server takes travels in parts, each with a header that says of which message it is:
 *
 *     inkwire-part: <sender> <message> <index> <count>
 *
 * A message that fits has no header, and is sent without a copy.
 */

export const partHeader = 'inkwire-part';
/** Room for the header, which counts for the server's limit. */
const headerBytes = 512;

/** The pieces of a message for a server that takes so many bytes. */
export function cut(bytes: Uint8Array, maxPayload: number): readonly Uint8Array[] {
  const most = Math.max(1, maxPayload - headerBytes);
  const count = Math.ceil(bytes.length / most);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * most, (index + 1) * most));
}

/** Puts messages together again, one at a time for each sender: parts of one message follow each other. */
export class Joiner {
  readonly #mostBytes: number;
  readonly #pending = new Map<
    string,
    { readonly message: string; readonly parts: Uint8Array[]; bytes: number }
  >();

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** The whole message with its last part; undefined before. A message of which a part is missing never is whole. */
  add(header: string, part: Uint8Array): Uint8Array | undefined {
    const [sender, message, index, count] = header.split(' ');
    if (sender === undefined || message === undefined || !(Number(count) > 0)) return undefined;
    if (Number(index) === 0) this.#pending.set(sender, { message, parts: [], bytes: 0 });
    const pending = this.#pending.get(sender);
    if (pending?.message !== message || pending.parts.length !== Number(index)) {
      this.#pending.delete(sender);
      return undefined;
    }
    pending.parts.push(part.slice());
    pending.bytes += part.length;
    if (pending.bytes > this.#mostBytes) this.#pending.delete(sender);
    if (pending.parts.length < Number(count)) return undefined;
    this.#pending.delete(sender);
    return pending.bytes > this.#mostBytes ? undefined : Buffer.concat(pending.parts);
  }

  /** A sender's message that was under way is not continued after a reconnect. */
  clear(): void {
    this.#pending.clear();
  }
}
