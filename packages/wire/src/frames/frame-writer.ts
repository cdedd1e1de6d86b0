/*
 * The place where frames are encoded: a slab of memory shared by all connections of the process. A frame is written between
 * `begin` and `finish`, without giving way to anything else, so no two ever mix; what a connection has written lies together
 * most of the time, and goes to the system as one piece without a copy.
 *
 *     slab ┌── A ──┬── A ──┬─ B ─┬── A ──┬─ free ─────┐      A's outbox: [A A], [A]; B's outbox: [B]
 *          └───────┴───────┴─────┴───────┴────────────┘
 *
 * Invariants: bytes that were handed out are never written again; a slab is left when it is full, and lives as long as
 * something points into it.
 */

const slabBytes = 64 * 1024;
/** A frame's header: its payload's length and whether that is compressed. */
export const frameHeaderBytes = 4;

/** Room to encode into: `bytes[at …]` is free after `need`. One per process is enough: `sharedWriter`. */
export class FrameWriter {
  bytes = new Uint8Array(slabBytes);
  at = 0;
  /** The offset at which the frame under way begins. */
  #begun = 0;

  /** Begins a frame: leaves room for its header. */
  begin(): void {
    // The memory of a long frame is not kept alive by the short ones after it.
    if (this.bytes.length > slabBytes) {
      this.bytes = new Uint8Array(slabBytes);
      this.at = 0;
    }
    this.#begun = this.at;
    this.need(frameHeaderBytes);
    this.at += frameHeaderBytes;
  }

  /**
   * Makes sure that `count` bytes are free at `at`. May change `bytes` and `at`, and moves the frame under way with it.
   */
  need(count: number): void {
    if (this.at + count <= this.bytes.length) return;
    const written = this.at - this.#begun;
    const room = new Uint8Array(Math.max(slabBytes, 2 * (written + count)));
    room.set(this.bytes.subarray(this.#begun, this.at));
    this.bytes = room;
    this.#begun = 0;
    this.at = written;
  }

  /** Bytes of the payload under way. */
  get payloadBytes(): number {
    return this.at - this.#begun - frameHeaderBytes;
  }

  /** The payload under way. */
  get payload(): Uint8Array {
    return this.bytes.subarray(this.#begun + frameHeaderBytes, this.at);
  }

  /** Replaces the payload under way, by one that may be longer: deflate makes noise a little longer. */
  replacePayload(payload: Uint8Array): void {
    this.need(Math.max(0, payload.length - this.payloadBytes));
    this.bytes.set(payload, this.#begun + frameHeaderBytes);
    this.at = this.#begun + frameHeaderBytes + payload.length;
  }

  /** Ends the frame: writes its header. Returns where it begins in `bytes`; it ends at `at`. */
  finish(compressed: boolean): number {
    const begun = this.#begun;
    const length = this.at - begun - frameHeaderBytes;
    const { bytes } = this;
    bytes[begun] = (length >>> 24) | (compressed ? 0x80 : 0);
    bytes[begun + 1] = (length >>> 16) & 0xff;
    bytes[begun + 2] = (length >>> 8) & 0xff;
    bytes[begun + 3] = length & 0xff;
    this.#begun = this.at;
    return begun;
  }

  /** Forgets the frame under way. */
  abandon(): void {
    this.at = this.#begun;
  }
}

/** The process's writer. */
export const sharedWriter = new FrameWriter();
