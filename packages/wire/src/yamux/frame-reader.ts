import { FrameType, headerBytes, readUint32 } from './header.ts';

/** Receives the frames of a connection. */
export interface FrameSink {
  /** A header. When it is one of data, its payload follows in pieces, and then `onDataEnd`. */
  onHeader(version: number, type: number, flags: number, id: number, length: number): void;
  /** The next bytes of the payload, at least one: a view of what was pushed. */
  onData(bytes: Uint8Array): void;
  onDataEnd(): void;
}

/**
 * Cuts what arrives, in chunks of any size, into headers and payloads. A payload is never gathered or copied: a stream is
 * a flow of bytes, so each piece is passed on as it comes, and a length takes no memory however large it is.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  /** A header of which a part has arrived. */
  readonly #header = new Uint8Array(headerBytes);
  #headerAt = 0;
  #dataLeft = 0;
  #stopped = false;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Whether the flow may end here without a frame being cut. */
  get betweenFrames(): boolean {
    return this.#headerAt === 0 && this.#dataLeft === 0;
  }

  /** Calls the sink no more, also not for what is being pushed. */
  stop(): void {
    this.#stopped = true;
  }

  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && !this.#stopped) {
      at = this.#dataLeft > 0 ? this.#readData(bytes, at) : this.#readHeader(bytes, at);
    }
  }

  #readData(bytes: Uint8Array, at: number): number {
    const end = Math.min(bytes.length, at + this.#dataLeft);
    this.#dataLeft -= end - at;
    this.#sink.onData(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end));
    if (this.#dataLeft === 0 && !this.#stopped) this.#sink.onDataEnd();
    return end;
  }

  #readHeader(bytes: Uint8Array, at: number): number {
    if (this.#headerAt === 0 && bytes.length - at >= headerBytes) {
      this.#deliverHeader(bytes, at);
      return at + headerBytes;
    }
    const end = Math.min(bytes.length, at + headerBytes - this.#headerAt);
    this.#header.set(bytes.subarray(at, end), this.#headerAt);
    this.#headerAt += end - at;
    if (this.#headerAt === headerBytes) {
      this.#headerAt = 0;
      this.#deliverHeader(this.#header, 0);
    }
    return end;
  }

  #deliverHeader(source: Uint8Array, at: number): void {
    const type = source[at + 1]!;
    const flags = (source[at + 2]! << 8) | source[at + 3]!;
    const length = readUint32(source, at + 8);
    if (type === FrameType.data) this.#dataLeft = length;
    this.#sink.onHeader(source[at]!, type, flags, readUint32(source, at + 4), length);
    if (type === FrameType.data && length === 0 && !this.#stopped) this.#sink.onDataEnd();
  }
}
