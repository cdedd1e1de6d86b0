import { type Clock, expectInteger, systemClock, type Timer } from '@inkwire/base';
import { connectionLost, WireError } from '../errors.ts';
import type { Channel, ChannelHandler, PeerAddress } from './channel.ts';
import { endOfTurn } from './end-of-turn.ts';
import { Heartbeat, type PingOptions, resolvePing } from './heartbeat.ts';
import { isOpen, type WebSocketLike } from './websocket-like.ts';

/*
 * A WebSocket as a channel: binary messages, cut anywhere. WebSockets know no half-close, so an empty message says "no
 * more from me"; when both sides have said it, the socket is closed with 1000. A peer that closes with 1000 without
 * having said it has ended as well.
 *
 * Browsers cannot pause a socket, and do not say when it has drained. So what arrives while paused is held up to a bound,
 * and `bufferedAmount` is polled. The package `ws` can do both. A socket that is closed in order is over once what is
 * held was delivered.
 *
 * `ws` can also ping, and browsers answer. Anything that comes is a sign of life, also a ping: a peer that reads nothing
 * for a while, and so does not see our ping, lives as long as it pings. A slow reader lives as long as it takes some of
 * the bytes that our ping waits behind.
 */

/** Limits and pings of a channel over a WebSocket. */
export interface WebSocketChannelOptions {
  /** The peer's address. Default: the host in the socket's URL. */
  readonly peer?: PeerAddress | undefined;
  /** Most bytes held for a paused reader where the socket cannot be paused. Default 64 MiB. */
  readonly maxHeldBytes?: number | undefined;
  /** The detection of a dead peer where the socket can ping; false: none. Default: within 30 s. */
  readonly ping?: PingOptions | false | undefined;
  readonly clock?: Clock | undefined;
}

/** Messages are cut to this, so that a peer with a limit of its own takes them. */
const messageBytes = 64 * 1024;
const highWaterBytes = 64 * 1024;
const drainPollMs = 10;
/** RFC 6455 §7.4.1. Of those codes browsers say 1000 only. */
const closing = { inOrder: 1000, notBytes: 1003, aborted: 4000 } as const;
/** The time in which a peer must answer why it was cut off. */
const lingerMs = 1000;
const noBytes = new Uint8Array(0);

/** A channel over a WebSocket that is open. Throws a RangeError for an option out of bounds. */
export function webSocketChannel(socket: WebSocketLike, options: WebSocketChannelOptions = {}): Channel {
  return new WebSocketChannel(socket, resolveWebSocketOptions(options));
}

/** Checks the options of a channel. */
export function resolveWebSocketOptions(options: WebSocketChannelOptions) {
  const { peer, maxHeldBytes = 64 * 2 ** 20, ping, clock = systemClock } = options;
  return {
    peer,
    maxHeldBytes: expectInteger('maxHeldBytes', maxHeldBytes, { min: 1 }),
    ping: resolvePing(ping),
    clock,
  };
}

export class WebSocketChannel implements Channel {
  readonly transport = 'websocket';
  readonly peer: PeerAddress;
  readonly maxWriteBytes = Number.POSITIVE_INFINITY;
  readonly #socket: WebSocketLike;
  readonly #clock: Clock;
  readonly #maxHeldBytes: number;
  readonly #heartbeat: Heartbeat | undefined;
  /** Whether bytes waited for the peer at the last ping: when one of them is taken, it lives. */
  #wasBehind = false;
  #handler: ChannelHandler | undefined;
  /** Arrived while paused or before anyone attached; an empty one is the peer's end. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #paused = false;
  #clogged = false;
  #poll: Timer | undefined;
  /** Until a socket that was closed is cut. */
  #linger: Timer | undefined;
  #ended = false;
  #peerEnded = false;
  #error: Error | undefined;
  /** Closed by the peer in order; the handler learns of it after what is held. */
  #closeOwed = false;
  #over = false;

  constructor(
    socket: WebSocketLike,
    { peer, maxHeldBytes, ping, clock }: ReturnType<typeof resolveWebSocketOptions>,
  ) {
    this.#socket = socket;
    this.#clock = clock;
    this.#maxHeldBytes = maxHeldBytes;
    this.peer = peer ?? peerOf(socket);
    // A Node buffer where there is one: views of what arrived, instead of copies.
    socket.binaryType = socket.terminate === undefined ? 'arraybuffer' : 'nodebuffer';
    socket.addEventListener('message', (event) => this.#receive(event.data));
    socket.addEventListener('error', (event) => {
      this.#error ??= connectionLost(event.message || 'The WebSocket failed');
    });
    socket.addEventListener('close', (event) => this.#closed(event.code));
    if (ping === undefined || socket.ping === undefined) return;
    const heartbeat = new Heartbeat(
      this.#clock,
      ping,
      () => this.#ping(),
      (error) => this.destroy(error),
      () => this.#paused,
    );
    this.#heartbeat = heartbeat;
    socket.on?.('ping', () => heartbeat.received());
    socket.on?.('pong', () => heartbeat.received());
  }

  get queuedBytes(): number {
    return this.#over || this.#closeOwed ? 0 : this.#socket.bufferedAmount;
  }

  attach(handler: ChannelHandler): void {
    if (this.#handler !== undefined) throw new TypeError('The channel has a handler already');
    this.#handler = handler;
    endOfTurn(this.#over ? () => handler.onClose(this.#error) : () => this.#deliver());
  }

  write(bytes: Uint8Array): boolean {
    if (this.#ended || this.#over || bytes.length === 0) return true;
    for (let at = 0; at < bytes.length; at += messageBytes) this.#send(bytes.subarray(at, at + messageBytes));
    this.#clogged = this.queuedBytes >= highWaterBytes;
    if (this.#clogged && this.#socket.terminate === undefined) this.#pollDrain();
    return !this.#clogged;
  }

  #send(bytes: Uint8Array): void {
    if (this.#socket.readyState === isOpen) this.#socket.send(bytes as Uint8Array<ArrayBuffer>, this.#sent);
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause?.();
  }

  resume(): void {
    this.#paused = false;
    this.#deliver();
  }

  end(): void {
    if (this.#ended || this.#over) return;
    this.#ended = true;
    this.#send(noBytes);
    this.#closeIfEnded();
  }

  destroy(error: Error = connectionLost('The channel was destroyed')): void {
    if (this.#over) return;
    if (this.#socket.terminate === undefined) this.#socket.close(closing.aborted);
    else this.#socket.terminate();
    this.#finish(error);
  }

  #ping(): void {
    this.#wasBehind = this.queuedBytes > 0;
    // Behind what the peer does not take there is no use for another one.
    if (!this.#wasBehind && this.#socket.readyState === isOpen) this.#socket.ping?.();
  }

  readonly #sent = (): void => {
    if (this.#wasBehind) this.#heartbeat?.received();
    if (!this.#clogged || this.#over || this.queuedBytes >= highWaterBytes) return;
    this.#clogged = false;
    this.#handler?.onDrain();
  };

  #pollDrain(): void {
    this.#poll ??= this.#clock.after(drainPollMs, () => {
      this.#poll = undefined;
      this.#sent();
      if (this.#clogged && !this.#over) this.#pollDrain();
    });
  }

  #receive(data: unknown): void {
    if (this.#over) return;
    this.#heartbeat?.received();
    if (typeof data === 'string') {
      this.#refuseText();
      return;
    }
    const bytes = data instanceof Uint8Array ? data : new Uint8Array(data as ArrayBuffer);
    if (this.#handler !== undefined && !this.#paused && this.#held.length === 0) this.#take(bytes);
    else this.#hold(bytes);
  }

  /** Closes with the reason. A socket that can be cut off has a moment to receive it. */
  #refuseText(): void {
    const error = new WireError(
      'WIRE_MESSAGE_INVALID',
      'A WebSocket message of text, where bytes are expected',
    );
    const socket = this.#socket;
    if (socket.terminate === undefined) {
      this.destroy(error);
      return;
    }
    socket.close(closing.notBytes, 'Expected bytes');
    socket.resume?.();
    this.#finish(error);
    this.#linger = this.#clock.after(lingerMs, () => socket.terminate?.(), { unref: true });
  }

  #hold(bytes: Uint8Array): void {
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > this.#maxHeldBytes)
      this.destroy(new WireError('WIRE_QUEUE_FULL', `More than ${this.#maxHeldBytes} bytes wait to be read`));
  }

  #take(bytes: Uint8Array): void {
    if (this.#peerEnded) return;
    if (bytes.length > 0) {
      this.#handler!.onBytes(bytes);
      return;
    }
    this.#peerEnded = true;
    this.#handler!.onEnd();
    this.#closeIfEnded();
  }

  #deliver(): void {
    if (this.#handler === undefined) return;
    while (this.#held.length > 0 && !this.#paused && !this.#over) {
      const bytes = this.#held.shift()!;
      this.#heldBytes -= bytes.length;
      this.#take(bytes);
    }
    if (this.#paused || this.#over) return;
    if (this.#closeOwed) this.#closedInOrder();
    else this.#socket.resume?.();
  }

  #closeIfEnded(): void {
    if (this.#ended && this.#peerEnded && !this.#over) this.#socket.close(closing.inOrder);
  }

  #closed(code: number | undefined): void {
    this.#linger?.cancel();
    this.#heartbeat?.stop();
    if (this.#over) return;
    if (code !== closing.inOrder || this.#error !== undefined) {
      this.#finish(this.#error ?? connectionLost(`The WebSocket was closed with ${code}`));
      return;
    }
    this.#closeOwed = true;
    // The written bytes are gone: a handler that waits for a drain must not wait any more.
    this.#sent();
    this.#deliver();
  }

  #closedInOrder(): void {
    this.#take(noBytes);
    this.#finish(
      this.#ended ? undefined : connectionLost('The WebSocket was closed before this side had ended'),
    );
  }

  #finish(error: Error | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#error = error;
    this.#held = [];
    this.#poll?.cancel();
    this.#heartbeat?.stop();
    const handler = this.#handler;
    if (handler !== undefined) endOfTurn(() => handler.onClose(error));
  }
}

function peerOf(socket: WebSocketLike): PeerAddress {
  const { hostname, port, protocol } = new URL(socket.url);
  return Object.freeze({ address: hostname, port: Number(port) || (protocol === 'wss:' ? 443 : 80) });
}
