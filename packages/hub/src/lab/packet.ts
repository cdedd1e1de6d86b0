/*
 * The lab packet (docs/protocol.md, "The lab packet"): 1,032 bytes, whatever they hold.
 *
 *     ┌ int32 kind ┬ int32 command ┬ char content[1024], NUL-terminated ┐   little-endian
 *     └ 4 bytes    ┴ 4 bytes       ┴ 1,024 bytes                        ┘
 */

const packetBytes = 1032;
/** The most bytes of content, without the NUL that ends it. */
export const mostContentBytes = 1023;
const contentAt = 8;

export const kinds = { request: 1, response: 2, instruct: 3 } as const;
export const commands = {
  disconnect: 1,
  time: 2,
  name: 3,
  list: 4,
  send: 5,
  forward: 6,
  success: 7,
  error: 8,
} as const;

export interface LabPacket {
  readonly kind: number;
  readonly command: number;
  /** Up to the first NUL; of `send`, the text behind the id. */
  readonly content: string;
  /** Of `send`: the first four bytes of the content. */
  readonly to: number;
}

/** Writes a packet. Content that is too long is cut. */
export function encodePacket(kind: number, command: number, content = ''): Uint8Array {
  const packet = Buffer.alloc(packetBytes);
  packet.writeInt32LE(kind, 0);
  packet.writeInt32LE(command, 4);
  packet.write(fitContent(content), contentAt, mostContentBytes, 'utf8');
  return packet;
}

/** As much of a text as fits in so many bytes, cut between characters. NULs are removed, because they would end it. */
export function fitContent(content: string, mostBytes = mostContentBytes): string {
  const text = content.replaceAll('\0', '');
  if (Buffer.byteLength(text) <= mostBytes) return text;
  return Buffer.from(text)
    .subarray(0, mostBytes)
    .toString('utf8')
    .replace(/\ufffd+$/, '');
}

/** Reads the packet at the beginning of `bytes`, which holds a whole one. Bytes that are not UTF-8 become U+FFFD. */
function decodePacket(bytes: Buffer): LabPacket {
  const kind = bytes.readInt32LE(0);
  const command = bytes.readInt32LE(4);
  const to = bytes.readInt32LE(contentAt);
  const from = command === commands.send ? contentAt + 4 : contentAt;
  const nul = bytes.indexOf(0, from);
  const end = nul < 0 || nul > packetBytes ? packetBytes : nul;
  return { kind, command, to, content: bytes.toString('utf8', from, end) };
}

/** Cuts a flow of bytes into packets; they arrive split and run together. */
export class PacketDecoder {
  #held = Buffer.alloc(0);

  /** The packets that are whole now. */
  *push(bytes: Uint8Array): Generator<LabPacket, void, undefined> {
    this.#held = this.#held.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#held, bytes]);
    while (this.#held.length >= packetBytes) {
      const packet = this.#held.subarray(0, packetBytes);
      this.#held = this.#held.subarray(packetBytes);
      yield decodePacket(packet);
    }
  }
}
