import { Fifo } from '@inkwire/base';
import type { Channel } from '../channels/channel.ts';
import { WatchedChannel } from '../channels/watched-channel.ts';
import { encodeCommand } from '../codec/command-codec.ts';
import type { Command, Reply } from '../codec/messages.ts';
import { decodeReply } from '../codec/reply-codec.ts';
import { connectionLost, WireError } from '../errors.ts';
import type { Allowance } from '../frames/allowance.ts';
import { FrameStream } from '../frames/frame-stream.ts';
import { sharedWriter } from '../frames/frame-writer.ts';
import type { ResolvedClientOptions } from './options.ts';
import { PendingRequest } from './pending-request.ts';

/** The number of unwritten bytes above which they are written at once, and not at the end of the turn. */
const flushAboveBytes = 1024 * 1024;

/*
 * One stream to the hub: of commands, or of one subscription.
 *
 *     send ─▶ [slot][slot][slot] ─ one slot for each command, in order; a reply takes the oldest one
 *     listen ─▶ from then on every frame belongs to the listener, and no command is taken
 *
 *     open ──ended by the hub, broken, destroy()──▶ lost: `onLost` receives every slot, once
 *
 * Invariants: a slot leaves by its reply or with the stream, never earlier; a frame that nothing waits for ends the
 * stream; nothing is sent after it is lost. The client holds commands back while the hub does not read, but reads on
 * itself: if both sides stopped reading they would wait for each other.
 */
export class HubStream {
  /** The error with which the stream was lost; undefined while it is open. */
  lossReason: Error | undefined;
  /** Resolves when the stream is lost, and never rejects. */
  readonly lost: Promise<Error>;
  /** Called when the stream is lost, before `lost` resolves, with the requests that were not answered. */
  onLost: (slots: readonly PendingRequest[], error: Error) => void = failAll;
  /** Called when there may be room to send again, and when every reply has come. */
  onRoom: () => void = () => {};
  readonly slots = new Fifo<PendingRequest>();
  readonly #frames: FrameStream;
  readonly #options: ResolvedClientOptions;
  /** The time at which bytes last came, by the monotonic clock. */
  #receivedAt = 0;
  #listener: ((reply: Reply, bytes: number) => void) | undefined;
  #resolveLost!: (error: Error) => void;
  #resolveOver!: () => void;
  readonly #over = new Promise<void>((resolve) => {
    this.#resolveOver = resolve;
  });

  /** `allowance`: of the connection that the stream belongs to. */
  constructor(channel: Channel, options: ResolvedClientOptions, allowance: Allowance) {
    this.#options = options;
    this.lost = new Promise((resolve) => {
      this.#resolveLost = resolve;
    });
    const onBytes = () => {
      this.#receivedAt = options.clock.monotonic();
    };
    this.#frames = new FrameStream(
      new WatchedChannel(channel, { onBytes }),
      {
        onFrame: (bytes, start, end) => this.#receive(bytes, start, end),
        onEnd: () => this.destroy(connectionLost('The hub ended the connection')),
        onDrain: () => this.onRoom(),
        onInvalid: (error) => this.destroy(lossOf(error)),
        onClose: (error) => {
          this.#lose(lossOf(error));
          this.#resolveOver();
        },
      },
      allowance,
      { readsOn: true },
    );
  }

  /** Whether one more command may be sent now. */
  get hasRoom(): boolean {
    return (
      this.lossReason === undefined && this.#frames.hasRoom && this.slots.length < this.#options.maxInFlight
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

  /** Sends a command of the client's own, and waits for its reply as long as the stream lives or the signal permits. */
  ask(command: Command, signal?: AbortSignal): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.lossReason) {
        reject(this.lossReason);
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

  /** Sends a subscription. Its reply and every later frame go to the listener; `bytes` is the frame's length. */
  listen(command: Command, listener: (reply: Reply, bytes: number) => void): void {
    if (this.lossReason) return;
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
    if (this.lossReason === undefined) this.#frames.resume();
  }

  /**
   * The time at which the stream counts as dead unless bytes come before: the oldest command's deadline has passed by then, and
   * nothing came for `silenceMs` since it was sent. Infinity while no reply is owed.
   */
  get deadAt(): number {
    const oldest = this.slots.first;
    if (oldest === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(oldest.deadline, Math.max(oldest.sentAt!, this.#receivedAt) + this.#options.silenceMs);
  }

  /** Sends what is still to be sent, says that no more comes, and waits for the hub to do the same. */
  finish(): Promise<void> {
    if (this.lossReason === undefined) {
      this.lossReason = connectionLost('The connection was closed');
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
    if (this.lossReason !== undefined) return;
    try {
      this.#deliver(decodeReply(bytes, start, end), end - start);
    } catch (error) {
      this.destroy(lossOf(error as Error));
    }
  }

  #deliver(reply: Reply, bytes: number): void {
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
    if (this.lossReason === undefined) this.lossReason = error;
    this.#resolveLost(this.lossReason);
    const slots = this.slots.take();
    const { onLost } = this;
    this.onLost = failAll;
    onLost(slots, this.lossReason);
  }
}

/** Encodes a command as the frame under way. When the codec throws, this throws the same and discards the frame. */
export function writeCommand(command: Command): void {
  sharedWriter.begin();
  try {
    encodeCommand(command, sharedWriter);
  } catch (error) {
    sharedWriter.abandon();
    throw error;
  }
}

/** The error of an end of the stream for those who wait for replies: `WIRE_CONNECTION_LOST`. */
function lossOf(error: Error | undefined): Error {
  if (error === undefined) return connectionLost('The connection ended');
  return error instanceof WireError && error.code === 'WIRE_CONNECTION_LOST'
    ? error
    : connectionLost(`The connection was lost: ${error.message}`, error);
}

function failAll(slots: readonly PendingRequest[], error: Error): void {
  for (const slot of slots) slot.fail(error);
}
