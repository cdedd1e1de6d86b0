import type { Socket } from 'node:net';
import { messageOf } from '@inkwire/base';
import type { Channel, ChannelHandler, PeerAddress, Transport } from '../channels/channel.ts';
import { connectionLost } from '../errors.ts';

/** Milliseconds of silence before TCP asks; ten more questions, a second apart, and a peer without an answer is gone. */
export const keepAliveAfterMs = 15_000;

/** A TCP or TLS socket, connected, as a channel. The socket was made with `allowHalfOpen`. */
export class SocketChannel implements Channel {
  readonly transport: Transport;
  readonly peer: PeerAddress;
  readonly maxWriteBytes = Number.POSITIVE_INFINITY;
  readonly #socket: Socket;
  #handler: ChannelHandler | undefined;
  /** Whether the last `write` returned false and no drain has followed. */
  #clogged = false;
  #ended = false;
  #peerEnded = false;
  #error: Error | undefined;
  #closed = false;

  constructor(socket: Socket, transport: 'tcp' | 'tls') {
    this.transport = transport;
    this.#socket = socket;
    this.peer = Object.freeze({ address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveAfterMs);
    // An error may come before a handler is attached, and must not be lost.
    socket.on('error', (error) => {
      this.#error ??= connectionLost(messageOf(error), error);
    });
    socket.on('close', () => {
      this.#closed = true;
      this.#handler?.onClose(this.#ending());
    });
  }

  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  attach(handler: ChannelHandler): void {
    if (this.#handler !== undefined) throw new TypeError('The channel has a handler already');
    this.#handler = handler;
    if (this.#closed) {
      process.nextTick(() => handler.onClose(this.#ending()));
      return;
    }
    this.#socket.on('end', () => {
      this.#peerEnded = true;
      handler.onEnd();
    });
    this.#socket.on('drain', this.#drained);
    // After `end` Node emits no drain any more.
    this.#socket.on('finish', this.#drained);
    this.#socket.on('data', (bytes: Uint8Array) => handler.onBytes(bytes));
  }

  write(bytes: Uint8Array): boolean {
    if (this.#ended || this.#socket.destroyed) return true;
    this.#clogged = !this.#socket.write(bytes);
    return !this.#clogged;
  }

  readonly #drained = (): void => {
    if (!this.#clogged || this.#closed) return;
    this.#clogged = false;
    this.#handler!.onDrain();
  };

  pause(): void {
    if (!this.#socket.isPaused()) this.#socket.pause();
  }

  resume(): void {
    if (this.#socket.isPaused()) this.#socket.resume();
  }

  end(): void {
    if (this.#ended || this.#socket.destroyed) return;
    this.#ended = true;
    // In the middle of reading, OpenSSL's shutdown would drop the records that have arrived and were not decrypted yet.
    if (this.transport === 'tls') setImmediate(() => this.#socket.end());
    else this.#socket.end();
  }

  destroy(error: Error = connectionLost('The channel was destroyed')): void {
    if (this.#socket.destroyed) return;
    this.#error ??= error;
    // A reset tells the peer that this was no end; TLS sockets have none. After `end` it is too late: on Node 20 a reset
    // then leaves a handle behind that keeps the process from ever ending.
    if (this.transport === 'tcp' && !this.#ended) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  #ending(): Error | undefined {
    if (this.#error !== undefined) return this.#error;
    return this.#ended && this.#peerEnded ? undefined : connectionLost('The connection was lost');
  }
}
