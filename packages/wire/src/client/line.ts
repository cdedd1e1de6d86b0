import type { Channel } from '../channels/channel.ts';
import { encodeCommand } from '../codec/command-codec.ts';
import type { Command, Reply } from '../codec/messages.ts';
import { decodeReply } from '../codec/reply-codec.ts';
import { WireError } from '../errors.ts';
import type { Allowance } from '../frames/allowance.ts';
import { FrameStream } from '../frames/frame-stream.ts';
import { sharedWriter } from '../frames/frame-writer.ts';
import { Fifo } from './fifo.ts';
import type { ResolvedClientOptions } from './options.ts';
import { PendingRequest } from './request.ts';
import { WatchedChannel } from './watched-channel.ts';

/** What is not yet written is written at once above this, and not at the end of the turn. */
const flushAboveBytes = 1024 * 1024;

/*
 * One stream to the hub.
 *
 *     send ─▶ [slot][slot][slot] ─ one slot a command, in order; a reply takes the oldest one
 *     listen ─▶ from then on every frame is the listener's, and no command is taken
 *
 *     open ──ended by the hub, broken, destroy()──▶ lost: every slot is handed to `onLost`, once
 *
 * Invariants: a slot leaves by its reply or with the line, never earlier; a frame that nobody waits for is the end of the
 * line; nothing is sent after it is lost.
 */
export class Line {
  /** Why the line is lost; undefined while it is open. */
  lostBy: Error | undefined;
  /** Resolves when the line is lost, and never rejects. */
  readonly lost: Promise<Error>;
  /** Told when the line is lost, before `lost` resolves, with the requests that were not answered. */
  onLost: (slots: readonly PendingRequest[], error: Error) => void = failAll;
  /** Told when there may be room to send again, and when every reply has come. */
  onRoom: () => void = () => {};
  readonly slots = new Fifo<PendingRequest>();
  readonly #frames: FrameStream;
  readonly #channel: WatchedChannel;
  readonly #options: ResolvedClientOptions;
  #listener: ((reply: Reply, bytes: number) => void) | undefined;
  #resolveLost!: (error: Error) => void;
  #resolveOver!: () => void;
  readonly #over = new Promise<void>((resolve) => {
    this.#resolveOver = resolve;
  });

  /** `allowance`: of the connection that the line is a stream of. */
  constructor(channel: Channel, options: ResolvedClientOptions, allowance: Allowance) {
    this.#options = options;
    this.lost = new Promise((resolve) => {
      this.#resolveLost = resolve;
    });
    this.#channel = new WatchedChannel(channel, options.clock);
    this.#channel.onRoom = () => this.onRoom();
    this.#frames = new FrameStream(
      this.#channel,
      {
        onFrame: (bytes, start, end) => this.#receive(bytes, start, end),
        onEnd: () => this.destroy(lostError('The hub ended the connection')),
        onDrain: () => {},
        onInvalid: (error) => this.destroy(lostBy(error)),
        onClose: (error) => {
          this.#lose(lostBy(error));
          this.#resolveOver();
        },
      },
      allowance,
    );
  }

  /** Whether one more command may be sent now. */
  get hasRoom(): boolean {
    return (
      this.lostBy === undefined && !this.#channel.isClogged && this.slots.length < this.#options.maxInFlight
    );
  }

  /** Sends the command that lies in `sharedWriter` as the frame under way, and keeps a slot for its reply. */
  sendWritten(request: PendingRequest): void {
    const { outbox } = this.#frames;
    if (!outbox.add()) {
      request.fail(this.#tooLargeError('command'));
      return;
    }
    request.sentAt = this.#options.clock.monotonic();
    this.slots.push(request);
    if (outbox.bytes < flushAboveBytes) this.#frames.flushSoon();
    else this.#frames.flush();
  }

  /** Sends a command of the client's own, and waits for its reply as long as the line lives or the signal permits. */
  ask(command: Command, signal?: AbortSignal): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.lostBy) {
        reject(this.lostBy);
        return;
      }
      writeCommand(command);
      this.sendWritten(
        new PendingRequest({
          read: (reply) => reply,
          resolve: resolve as (answer: unknown) => void,
          reject,
          deadline: Number.POSITIVE_INFINITY,
          signal,
          onSettled: () => {},
        }),
      );
    });
  }

  /** Sends a subscription. Its reply, and every frame from then on, is the listener's; `bytes` is the frame's length. */
  listen(command: Command, listener: (reply: Reply, bytes: number) => void): void {
    if (this.lostBy) return;
    writeCommand(command);
    if (!this.#frames.outbox.add()) throw this.#tooLargeError('subscription');
    this.#listener = listener;
    this.#frames.flushSoon();
  }

  /** Takes no more frames until `resume`; the hub is made to wait. */
  pause(): void {
    this.#frames.pause();
  }

  resume(): void {
    if (this.lostBy === undefined) this.#frames.resume();
  }

  /**
   * When the line is to be given up unless something is heard: the oldest command's deadline has passed by then, and
   * nothing was heard for `silenceMs` since it was sent. Infinity while nothing is owed.
   */
  givenUpAt(): number {
    const oldest = this.slots.first;
    if (oldest === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(
      oldest.deadline,
      Math.max(oldest.sentAt!, this.#channel.heardAt) + this.#options.silenceMs,
    );
  }

  /** Sends what is still to be sent, says that no more comes, and waits for the hub to do the same. */
  finish(): Promise<void> {
    if (this.lostBy === undefined) {
      this.lostBy = lostError('The connection was closed');
      this.#frames.end();
    }
    return this.#over;
  }

  destroy(error: Error): void {
    this.#lose(error);
    this.#frames.destroy();
  }

  #tooLargeError(what: string): WireError {
    const most = `The ${what} is longer than the ${this.#frames.outbox.maxPieceBytes} bytes that a frame may have here`;
    const advice = this.#options.multiplexed ? ': with `multiplexed: false` it may be longer' : '';
    return new WireError('WIRE_FRAME_TOO_LARGE', `${most}${advice}`);
  }

  #receive(bytes: Uint8Array, start: number, end: number): void {
    if (this.lostBy !== undefined) return;
    try {
      this.#handOn(decodeReply(bytes, start, end), end - start);
    } catch (error) {
      this.destroy(lostBy(error as Error));
    }
  }

  #handOn(reply: Reply, bytes: number): void {
    const slot = this.slots.shift();
    if (slot) {
      slot.answer(reply);
      const left = this.slots.length;
      if (left === 0 || left === this.#options.maxInFlight - 1) this.onRoom();
    } else if (this.#listener) {
      this.#listener(reply, bytes);
    } else {
      throw new WireError('WIRE_MESSAGE_INVALID', 'The hub answered something that was not asked');
    }
  }

  #lose(error: Error): void {
    if (this.lostBy === undefined) this.lostBy = error;
    this.#resolveLost(this.lostBy);
    const slots = this.slots.take();
    const { onLost } = this;
    this.onLost = failAll;
    onLost(slots, this.lostBy);
  }
}

/** Encodes a command as the frame under way. Throws what the codec throws, and leaves no frame behind. */
export function writeCommand(command: Command): void {
  sharedWriter.begin();
  try {
    encodeCommand(command, sharedWriter);
  } catch (error) {
    sharedWriter.abandon();
    throw error;
  }
}

export function lostError(message: string, cause?: unknown): WireError {
  return new WireError('WIRE_CONNECTION_LOST', message, { retryable: true, cause });
}

function lostBy(error: Error | undefined): Error {
  if (error === undefined) return lostError('The connection ended');
  return error instanceof WireError && error.code === 'WIRE_CONNECTION_LOST'
    ? error
    : lostError(`The connection was lost: ${error.message}`, error);
}

function failAll(slots: readonly PendingRequest[], error: Error): void {
  for (const slot of slots) slot.fail(error);
}
