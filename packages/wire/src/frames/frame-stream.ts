import { gunzip } from '#gzip';
import type { Channel } from '../channels/channel.ts';
import { endOfTurn } from '../channels/end-of-turn.ts';
import { connectionLost, WireError } from '../errors.ts';
import type { Allowance } from './allowance.ts';
import { flushTogether } from './flush-together.ts';
import { FrameDecoder } from './frame-decoder.ts';
import type { FrameHandler } from './frame-handler.ts';
import { frameHeaderBytes } from './frame-writer.ts';
import { gunzipsLater } from './gzip-member.ts';
import { Inflater } from './inflater.ts';
import { defaultFrameLimits } from './limits.ts';
import { Outbox } from './outbox.ts';

/*
 * Frames both ways over one channel, without a promise or a copy on the way: what a server's hot path needs. The
 * client stands on it as well.
 *
 *     channel ─bytes─▶ decoder ─▶ onFrame … onFrame ─┐ encode into sharedWriter, outbox.add()
 *        ▲                                           ▼
 *        └───────────── one write ◀── flush ◀── outbox
 *
 * Invariants: frames are delivered one at a time and in order, also while a long one inflates in another thread. Nothing
 * is delivered while paused, while the peer has to read what was written before (except with `readsOn`), or after the
 * end. Frames added during `onFrame` are written when the chunk is done, together with what a few other streams answer,
 * or when they are many bytes; those added at another time at the end of the turn. A channel that both sides have ended is over
 * for the handler once everything that came before was delivered: a slow reader loses nothing. A handler that throws a
 * WireError has refused the frame; one that throws anything else has failed, as has a channel whose `write` throws, and
 * only that stream is destroyed.
 */

/** Replies to one chunk of requests are written before they are more than this. */
const flushAbove = 64 * 1024;

/** Frames both ways over a channel, with callbacks and without copies. */
export class FrameStream {
  readonly channel: Channel;
  readonly outbox: Outbox;
  readonly #handler: FrameHandler;
  readonly #decoder: FrameDecoder;
  readonly #allowance: Allowance;
  readonly #readsOn: boolean;
  /** Of a long frame; when it is ready, it is the next one. */
  readonly #inflater: Inflater;
  #paused = false;
  #delivering = false;
  #invalid = false;
  #clogged = false;
  #ended = false;
  #endDelivered = false;
  /** Both sides have ended the channel; the handler learns of it after the last frame. */
  #closeOwed = false;
  #over = false;
  #scheduled = false;

  /**
   * `allowance`: of the whole connection, shared by its streams.
   * `readsOn`: delivers frames also while the peer does not read. A client needs it when its server does not.
   */
  constructor(
    channel: Channel,
    handler: FrameHandler,
    allowance: Allowance,
    { readsOn = false }: { readonly readsOn?: boolean } = {},
  ) {
    this.channel = channel;
    this.#readsOn = readsOn;
    this.#handler = handler;
    this.#allowance = allowance;
    this.#decoder = new FrameDecoder(allowance);
    this.#inflater = new Inflater(allowance);
    // A peer with our own limits takes no longer frame, whatever the channel does.
    const mostTaken = Math.max(defaultFrameLimits.maxFrameBytes, allowance.maxFrameBytes) + frameHeaderBytes;
    this.outbox = new Outbox(Math.min(channel.maxWriteBytes, mostTaken));
    channel.attach({
      onBytes: (bytes) => this.#receive(bytes),
      onEnd: () => {
        this.#ended = true;
        this.#deliver();
      },
      onDrain: () => this.#drained(),
      onClose: (error) => this.#channelClosed(error),
    });
  }

  /** Bytes of frames that are not whole or not delivered yet. */
  get waitingBytes(): number {
    return this.#decoder.waiting;
  }

  /** Delivers no more frames until `resume`; the peer must wait. */
  pause(): void {
    this.#paused = true;
    this.#applyFlow();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#deliver();
    this.#applyFlow();
  }

  /** Whether the peer keeps up with what was written. */
  get hasRoom(): boolean {
    return !this.#clogged;
  }

  /** Writes what is in the outbox. Returns false when the peer does not keep up; `onDrain` follows. */
  flush(): boolean {
    if (this.outbox.bytes === 0 || this.#over) return !this.#clogged;
    let clogged = this.#clogged;
    try {
      for (const piece of this.outbox.take()) if (!this.channel.write(piece)) clogged = true;
    } catch (error) {
      // Others wait to be flushed in the same loop.
      this.destroy(error as Error);
      return false;
    }
    if (clogged && !this.#clogged) {
      this.#clogged = true;
      this.#applyFlow();
    }
    return !clogged;
  }

  /** Writes what is in the outbox at the end of this turn of the event loop, together with what comes until then. */
  flushSoon(): void {
    if (this.#scheduled || this.#delivering) return;
    this.#scheduled = true;
    endOfTurn(this.#flushScheduled);
  }

  readonly #flushScheduled = (): void => {
    this.#scheduled = false;
    this.flush();
  };

  /** Half-close, after what is in the outbox. */
  end(): void {
    this.flush();
    this.channel.end();
  }

  /** Ends both directions at once: no frame is delivered any more, `onClose` follows. */
  destroy(error?: Error): void {
    this.#over = true;
    if (!this.#closeOwed) {
      this.channel.destroy(error);
      return;
    }
    this.#closeOwed = false;
    endOfTurn(() => this.#close(error));
  }

  /** Whether nothing can be delivered at this moment. */
  get #stopped(): boolean {
    return (
      this.#paused ||
      this.#inflater.isBusy ||
      (this.#clogged && !this.#readsOn) ||
      this.#invalid ||
      this.#over
    );
  }

  /** The channel flows while frames may be delivered: a peer that must wait fills its own memory, not ours. */
  #applyFlow(): void {
    // After a frame that cannot be taken the rest is let through and dropped, so that the peer gets to read the answer.
    if (this.#stopped && !this.#invalid) this.channel.pause();
    else this.channel.resume();
  }

  #receive(bytes: Uint8Array): void {
    if (this.#invalid || this.#over) return;
    try {
      this.#decoder.push(bytes);
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#deliver();
  }

  #drained(): void {
    this.#clogged = false;
    if (this.#over) return;
    this.#guard(() => this.#handler.onDrain());
    this.#deliver();
    this.#applyFlow();
  }

  #deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    this.#guard(this.#deliverFrames);
    this.#delivering = false;
    if (this.outbox.bytes > 0) flushTogether(this);
    if (this.#ended && !this.#stopped) this.#guard(this.#deliverEnd);
    if (this.#closeOwed && (this.#endDelivered || this.#invalid)) this.#close(undefined);
  }

  #channelClosed(error: Error | undefined): void {
    if (error !== undefined || this.#over || this.#invalid) {
      this.#close(error);
      return;
    }
    this.#closeOwed = true;
    this.#ended = true;
    // No peer is left to read what was written.
    this.#clogged = false;
    this.#deliver();
  }

  #close(error: Error | undefined): void {
    this.#closeOwed = false;
    this.#over = true;
    this.#decoder.clear();
    if (!this.#inflater.isBusy) this.#inflater.clear();
    this.#handler.onClose(error);
  }

  readonly #deliverFrames = (): void => {
    const decoder = this.#decoder;
    while (!this.#stopped) {
      if (this.#inflater.isReady) this.#deliverInflated(this.#inflater.take());
      else if (!decoder.next()) return;
      else if (decoder.compressed) this.#inflate(decoder.bytes.subarray(decoder.start, decoder.end));
      else this.#handler.onFrame(decoder.bytes, decoder.start, decoder.end);
      if (this.outbox.bytes > flushAbove) this.flush();
    }
    decoder.settle();
  };

  #deliverInflated(payload: Uint8Array): void {
    this.#handler.onFrame(payload, 0, payload.length);
  }

  #inflate(member: Uint8Array): void {
    if (!gunzipsLater(member)) {
      this.#deliverInflated(gunzip(member, this.#allowance.maxInflatedBytes));
      return;
    }
    // Or the member would be counted twice: it may lie in the memory that the decoder keeps.
    this.#decoder.settle();
    this.#inflater.begin(member, (error) => this.#inflated(error));
    this.#applyFlow();
  }

  #inflated(error: WireError | undefined): void {
    if (this.#over) {
      this.#inflater.clear();
      return;
    }
    if (error !== undefined) this.#guard(() => this.#refuse(error));
    this.#deliver();
    this.#applyFlow();
  }

  readonly #deliverEnd = (): void => {
    if (this.#endDelivered) return;
    this.#endDelivered = true;
    if (this.#decoder.waiting > 0) throw connectionLost('The stream ended in the middle of a frame');
    this.#handler.onEnd();
  };

  #refuse(error: WireError): void {
    this.#invalid = true;
    this.#decoder.clear();
    this.#applyFlow();
    this.#handler.onInvalid(error);
  }

  /** Calls a handler: what it throws concerns this stream only. */
  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (!(error instanceof WireError) || this.#invalid) {
      this.destroy(error as Error);
      return;
    }
    try {
      this.#refuse(error);
    } catch (failure) {
      this.destroy(failure as Error);
    }
  }
}
