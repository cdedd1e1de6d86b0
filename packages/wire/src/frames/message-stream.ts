import {
  type Clock,
  type Closable,
  expectInteger,
  Lifetime,
  systemClock,
  type WaitOptions,
  within,
} from '@inkwire/base';
import type { Channel } from '../channels/channel.ts';
import { WireError } from '../errors.ts';
import { Allowance } from './allowance.ts';
import { FrameStream } from './frame-stream.ts';
import { type FrameWriter, sharedWriter } from './frame-writer.ts';
import type { FrameLimits } from './limits.ts';

/*
 * Messages both ways over one channel, with promises: what programs use.
 *
 *     open ──end()──▶ half-closed: still reads ──peer ends──▶ closed
 *       ├──close()──▶ sends what was accepted, ends, drops what still comes ──peer ends, or the deadline──▶ closed
 *       └──destroy(error), or the connection is lost──▶ what waits rejects with the error; what had arrived is still read
 *
 * Invariants: messages are sent in the order of the calls, and each is either sent whole or not at all; at most
 * `highWaterBytes` and one chunk wait to be read, and as much to be sent. Every promise is settled in the end.
 */

export interface MessageStreamOptions<In, Out> {
  /** Nobody has attached to it. The stream owns it from then on. */
  readonly channel: Channel;
  /** Reads the message in `bytes[start … end)`, which is valid during the call. May throw a WireError. */
  readonly decode: (bytes: Uint8Array, start: number, end: number) => In;
  /** Writes a message into the frame that `writer` has under way. */
  readonly encode: (message: Out, writer: FrameWriter) => void;
  readonly limits?: FrameLimits | undefined;
  /** Bytes that may wait to be read before the peer is made to wait. At least 1; default 256 KiB. */
  readonly highWaterBytes?: number | undefined;
  /** Calls of `send` that may wait for the peer. At least 1; default 65 536; beyond it `WIRE_QUEUE_FULL`. */
  readonly maxQueued?: number | undefined;
  /** How long `close` waits for the peer to take what was sent and to end. At least 1; default 5000. */
  readonly closeTimeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** Breaking out of `for await` ends nothing: whoever owns the stream closes it. */
export interface MessageStream<In, Out> extends Closable, AsyncIterable<In> {
  readonly channel: Channel;
  /** The next message, or `done` when the peer sends no more. Rejects with why the stream was lost. */
  next(options?: WaitOptions): Promise<IteratorResult<In, undefined>>;
  /**
   * Resolves when the message is on its way and there is room for another. Rejects with `signal.reason` or
   * `BASE_TIMEOUT` when it could not be sent until then, and is not; with `WIRE_FRAME_TOO_LARGE` when it never can be.
   */
  send(message: Out, options?: WaitOptions): Promise<void>;
  /** Half-close, after what was accepted. What the peer sends is still read. */
  end(): void;
}

/** Creates a message stream over a channel. Throws a RangeError for an option out of bounds. */
export function createMessageStream<In, Out>(options: MessageStreamOptions<In, Out>): MessageStream<In, Out> {
  return new Messages(options);
}

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

interface Unsent<Out> extends Waiting<void> {
  readonly message: Out;
}

const done: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });

class Messages<In, Out> implements MessageStream<In, Out> {
  readonly channel: Channel;
  readonly #options: MessageStreamOptions<In, Out>;
  readonly #highWaterBytes: number;
  readonly #maxQueued: number;
  readonly #closeTimeoutMs: number;
  readonly #frames: FrameStream;
  readonly #lifetime: Lifetime;
  /** Arrived and not taken, with their size, or taken before they arrived. One of the two is empty. */
  readonly #arrived: { readonly message: In; readonly bytes: number }[] = [];
  readonly #readers: Waiting<IteratorResult<In, undefined>>[] = [];
  readonly #unsent: Unsent<Out>[] = [];
  #arrivedBytes = 0;
  /** The peer sends no more. */
  #peerEnded = false;
  #ending = false;
  /** Why the stream was lost. */
  #error: Error | undefined;
  #over = () => {};
  readonly #whenOver = new Promise<void>((resolve) => {
    this.#over = resolve;
  });

  constructor(options: MessageStreamOptions<In, Out>) {
    this.channel = options.channel;
    this.#options = options;
    this.#highWaterBytes = expectInteger('highWaterBytes', options.highWaterBytes ?? 256 * 1024, { min: 1 });
    this.#maxQueued = expectInteger('maxQueued', options.maxQueued ?? 65_536, { min: 1 });
    this.#closeTimeoutMs = expectInteger('closeTimeoutMs', options.closeTimeoutMs ?? 5000, { min: 1 });
    this.#lifetime = new Lifetime('message stream', {
      drain: () => this.#drain(),
      abort: (error) => this.#abort(error),
    });
    this.#frames = new FrameStream(
      options.channel,
      {
        onFrame: (bytes, start, end) => this.#arrive(options.decode(bytes, start, end), end - start),
        onEnd: () => this.#endReading(),
        onDrain: () => this.#sendUnsent(),
        onInvalid: (error) => this.#lose(error),
        onClose: (error) => this.#closed(error),
      },
      new Allowance(options.limits),
      { readsOn: true },
    );
  }

  get closed(): boolean {
    return this.#lifetime.closed || this.#error !== undefined;
  }

  // ── reading ────────────────────────────────────────────────────────────────────────────────────────────────────────

  [Symbol.asyncIterator](): AsyncIterator<In, undefined> {
    return { next: () => this.next() };
  }

  async next(options: WaitOptions = {}): Promise<IteratorResult<In, undefined>> {
    options.signal?.throwIfAborted();
    const arrived = this.#arrived.shift();
    if (arrived !== undefined) {
      this.#taken(arrived.bytes);
      return { done: false, value: arrived.message };
    }
    if (this.#error !== undefined) throw this.#error;
    if (this.#peerEnded || this.#lifetime.closed) return done;
    return this.#wait(this.#readers, {}, options);
  }

  #arrive(message: In, bytes: number): void {
    if (this.#lifetime.closed) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader.resolve({ done: false, value: message });
      return;
    }
    this.#arrived.push({ message, bytes });
    this.#arrivedBytes += bytes;
    if (this.#arrivedBytes >= this.#highWaterBytes) this.#frames.pause();
  }

  #taken(bytes: number): void {
    this.#arrivedBytes -= bytes;
    if (this.#arrivedBytes <= this.#highWaterBytes / 2) this.#frames.resume();
  }

  #endReading(): void {
    this.#peerEnded = true;
    for (const reader of this.#readers.splice(0)) reader.resolve(done);
  }

  // ── writing ────────────────────────────────────────────────────────────────────────────────────────────────────────

  async send(message: Out, options: WaitOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    if (this.#error !== undefined) throw this.#error;
    this.#lifetime.check();
    if (this.#ending) throw this.#lifetime.closedError();
    if (this.#unsent.length === 0 && this.#hasRoom) {
      this.#put(message);
      return;
    }
    if (this.#unsent.length >= this.#maxQueued)
      throw new WireError('WIRE_QUEUE_FULL', `${this.#maxQueued} messages wait to be sent`, {
        retryable: true,
      });
    await this.#wait(this.#unsent, { message }, options);
  }

  get #hasRoom(): boolean {
    const { outbox } = this.#frames;
    // Written at the end of the turn, unless it is so much that the peer must be heard first.
    return outbox.bytes < this.#highWaterBytes ? this.#frames.hasRoom : this.#frames.flush();
  }

  #put(message: Out): void {
    sharedWriter.begin();
    this.#options.encode(message, sharedWriter);
    if (!this.#frames.outbox.add())
      throw new WireError(
        'WIRE_FRAME_TOO_LARGE',
        `A message is longer than the ${this.#frames.outbox.maxPieceBytes} bytes that the channel or the peer takes`,
      );
    this.#frames.flushSoon();
  }

  #sendUnsent(): void {
    while (this.#unsent.length > 0 && this.#hasRoom) {
      const { message, resolve, reject } = this.#unsent.shift()!;
      try {
        this.#put(message);
        resolve();
      } catch (error) {
        reject(error);
      }
    }
    this.#endIfSent();
  }

  end(): void {
    this.#ending = true;
    this.#endIfSent();
  }

  #endIfSent(): void {
    if (this.#ending && this.#unsent.length === 0) this.#frames.end();
  }

  // ── the end ────────────────────────────────────────────────────────────────────────────────────────────────────────

  close(): Promise<void> {
    return this.#lifetime.close();
  }

  destroy(error?: Error): Promise<void> {
    return this.#lifetime.destroy(error);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #drain(): Promise<void> {
    if (this.#error !== undefined) return;
    this.#endReading();
    this.#frames.resume();
    this.end();
    const { clock = systemClock } = this.#options;
    try {
      await within(this.#whenOver, { timeoutMs: this.#closeTimeoutMs }, clock);
    } catch (error) {
      await this.destroy(error as Error);
    }
  }

  async #abort(error: Error): Promise<void> {
    this.#arrived.length = 0;
    this.#lose(error);
    await this.#whenOver;
  }

  #lose(error: Error): void {
    this.#fail(error);
    this.#frames.destroy(error);
  }

  #fail(error: Error): void {
    this.#error ??= error;
    for (const waiting of this.#readers.splice(0)) waiting.reject(this.#error);
    for (const waiting of this.#unsent.splice(0)) waiting.reject(this.#error);
  }

  #closed(error: Error | undefined): void {
    if (error !== undefined) this.#fail(error);
    else this.#endReading();
    this.#over();
  }

  /** Stands in a queue until it is served; leaves it when the options say so. */
  async #wait<T, Extra extends object>(
    queue: (Waiting<T> & Extra)[],
    extra: Extra,
    options: WaitOptions,
  ): Promise<T> {
    let waiting: (Waiting<T> & Extra) | undefined;
    const served = new Promise<T>((resolve, reject) => {
      waiting = { resolve, reject, ...extra };
      queue.push(waiting);
    });
    try {
      return await within(served, options, this.#options.clock);
    } catch (error) {
      const at = queue.indexOf(waiting!);
      if (at >= 0) queue.splice(at, 1);
      throw error;
    }
  }
}
