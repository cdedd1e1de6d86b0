/*
 * The header that opens every yamux frame, big-endian (github.com/hashicorp/yamux, spec.md):
 *
 *     0         1        2         4              8            12
 *     ┌─────────┬────────┬─────────┬──────────────┬────────────┬───────────┐
 *     │ version │ type   │ flags   │ stream id    │ length     │ payload … │  (a payload only with data)
 *     └─────────┴────────┴─────────┴──────────────┴────────────┴───────────┘
 */

export const headerBytes = 12;

/** The types of frames. `length` counts bytes of data, bytes of window, is a ping's opaque value or a reason to go away. */
export const FrameType = { data: 0, windowUpdate: 1, ping: 2, goAway: 3 } as const;

/** Bits of `flags`. */
export const Flag = { syn: 1, ack: 2, fin: 4, rst: 8 } as const;

/** The reasons for which a side goes away. */
export const GoAway = { normal: 0, protocolError: 1, internalError: 2 } as const;

/** The bytes that both sides may send on a new stream before a window update. */
export const initialWindowBytes = 256 * 1024;

/**
 * The most data that one frame of ours carries: never more than half of the initial window, so it always fits in time.
 */
export const maxDataBytes = 131_072;

/** Writes a header of version 0 to `target[at … at + 12)`. */
export function encodeHeader(
  target: Uint8Array,
  at: number,
  type: number,
  flags: number,
  id: number,
  length: number,
): void {
  target[at] = 0;
  target[at + 1] = type;
  target[at + 2] = flags >>> 8;
  target[at + 3] = flags;
  writeUint32(target, at + 4, id);
  writeUint32(target, at + 8, length);
}

function writeUint32(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}

/** The u32 at `source[at …]`. */
export function readUint32(source: Uint8Array, at: number): number {
  return ((source[at]! << 24) | (source[at + 1]! << 16) | (source[at + 2]! << 8) | source[at + 3]!) >>> 0;
}

/** Whether a connection that opens with these four bytes is yamux: version 0, data, SYN. Anything else is plain. */
export function isYamux(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && readUint32(bytes, 0) === Flag.syn;
}
