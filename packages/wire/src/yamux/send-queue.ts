import { Fifo } from '@inkwire/base';

/** The payloads that wait on one stream for the peer's window and for the stream's turn, each to become one frame. */
export class SendQueue {
  bytes = 0;
  readonly #payloads = new Fifo<Uint8Array>();

  get isEmpty(): boolean {
    return this.#payloads.length === 0;
  }

  /** The length of the next payload; 0 when there is none. */
  get nextLength(): number {
    return this.#payloads.first?.length ?? 0;
  }

  add(payload: Uint8Array): void {
    this.#payloads.push(payload);
    this.bytes += payload.length;
  }

  /** Takes the next payload, of which there must be one. */
  take(): Uint8Array {
    const payload = this.#payloads.shift()!;
    this.bytes -= payload.length;
    return payload;
  }

  clear(): void {
    this.#payloads.take();
    this.bytes = 0;
  }
}
