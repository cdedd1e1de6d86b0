import { WireError } from '../errors.ts';
import { type FrameLimits, type ResolvedFrameLimits, resolveFrameLimits } from './limits.ts';

/**
 * The memory of ours that one peer may use at this time, over all streams of its connection: little while it is a
 * stranger, more after `raise`.
 *
 *     held = frames that are not whole or not delivered + what is being inflated + what waits in yamux streams
 *
 * Memory is counted before it is allocated. A request for too much ends the connection: the caller receives the error,
 * and `onExceeded` is called.
 */
export class Allowance implements ResolvedFrameLimits {
  maxFrameBytes: number;
  maxInflatedBytes: number;
  maxHeldBytes: number;
  /** Bytes that are held. */
  heldBytes = 0;
  /** Called once, when more was requested than is allowed. */
  onExceeded: (error: WireError) => void = () => {};
  #isExceeded = false;

  /** Throws a RangeError that names the limit which is out of bounds. */
  constructor(limits?: FrameLimits) {
    const { maxFrameBytes, maxInflatedBytes, maxHeldBytes } = resolveFrameLimits(limits);
    this.maxFrameBytes = maxFrameBytes;
    this.maxInflatedBytes = maxInflatedBytes;
    this.maxHeldBytes = maxHeldBytes;
  }

  /** Sets other limits, from the next frame on: the peer has signed in. */
  raise(limits?: FrameLimits): void {
    Object.assign(this, resolveFrameLimits(limits));
  }

  /** Counts bytes about to be held. Throws `WIRE_HELD_TOO_LARGE`, and has counted nothing, when they are too many. */
  hold(bytes: number): void {
    if (this.heldBytes + bytes > this.maxHeldBytes) throw this.#exceed();
    this.heldBytes += bytes;
  }

  release(bytes: number): void {
    this.heldBytes -= bytes;
  }

  #exceed(): WireError {
    const error = new WireError(
      'WIRE_HELD_TOO_LARGE',
      `What waits of this connection's frames takes more than ${this.maxHeldBytes} bytes`,
    );
    if (!this.#isExceeded) {
      this.#isExceeded = true;
      this.onExceeded(error);
    }
    return error;
  }
}
