import { createHash, randomUUID } from 'node:crypto';
import type { Msg, MsgHdrs, NatsConnection, Subscription } from '@nats-io/transport-node';
import { type BusCounts, type BusLane, type BusSubject, mostMessageBytes } from '../bus/bus.ts';
import { busFull, type KeptMessages } from '../bus/kept-messages.ts';
import { encodeToken, subjectKey } from '../bus/subjects.ts';
import { Subscriptions } from '../bus/subscriptions.ts';
import { cut, Joiner, partHeader } from './parts.ts';

/*
 * One connection to NATS. What the client and the server leave to the program (tried with nats-server 2.9):
 *
 *  - A publish while the connection is away is dropped without an error: here it is kept, or refused.
 *  - A server that reads slowly makes the client hold whatever is published: here the bytes that no PONG has confirmed are
 *    bounded.
 *  - `*`, `>`, a dot and a space in a subject have a meaning, or break the protocol: parts are encoded.
 *  - `drain` waits for callbacks, but not for loops over a subscription: only callbacks are used.
 */

/** Bytes after which a PONG is asked for, and those that may be without one. */
const confirmEveryBytes = 64 * 1024;
const mostUnconfirmedBytes = 64 * 2 ** 20;
/** The others come back at about the same time: what was kept is sent when they have most likely subscribed again. */
export const settleMs = 500;

/** The parts that a lane needs of its bus. */
export interface LaneParts {
  readonly connection: NatsConnection;
  readonly createHeaders: () => MsgHdrs;
  readonly space: string;
  readonly counts: BusCounts;
  /** Undefined: messages are dropped while it is disconnected. */
  readonly kept: KeptMessages<BusSubject> | undefined;
  expectOpen(): void;
}

export class NatsLane implements BusLane {
  isConnected = true;
  readonly #parts: LaneParts;
  readonly #subscriptions = new Subscriptions();
  readonly #open = new Map<string, Subscription>();
  readonly #joiner = new Joiner(mostMessageBytes);
  readonly #sender = randomUUID();
  #messages = 0;
  #unconfirmedBytes = 0;
  #isConfirming = false;
  /** Connected again, and what was kept waits for the others. */
  #isSettling = false;

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  get hasRoom(): boolean {
    const { kept } = this.#parts;
    if (kept === undefined) return true;
    return this.#isSending ? this.#unconfirmedBytes < mostUnconfirmedBytes : kept.hasRoom;
  }

  get #isSending(): boolean {
    return this.isConnected && !this.#isSettling;
  }

  publish(subject: BusSubject, bytes: Uint8Array): void {
    const { kept, counts } = this.#parts;
    this.#parts.expectOpen();
    if (this.#isSending && this.#unconfirmedBytes < mostUnconfirmedBytes) this.#send(subject, bytes);
    else if (kept === undefined) counts.dropped++;
    else if (!this.#isSending) kept.add(subject, bytes);
    else {
      counts.dropped++;
      throw busFull();
    }
  }

  subscribe(subject: BusSubject, listener: (bytes: Uint8Array) => void): Disposable {
    const key = subjectKey(subject);
    return this.#subscriptions.add(
      subject,
      listener,
      () => {
        const callback = (error: Error | null, message: Msg) => {
          if (error === null) this.#receive(key, message.data, message.headers?.get(partHeader));
        };
        this.#open.set(key, this.#parts.connection.subscribe(this.#name(subject), { callback }));
      },
      () => {
        if (!this.#parts.connection.isClosed()) this.#open.get(key)?.unsubscribe();
        this.#open.delete(key);
      },
    );
  }

  async flush(): Promise<void> {
    if (!this.isConnected) throw busFull();
    await this.#parts.connection.flush();
  }

  /** The connection was lost. What is not confirmed may be lost with it. */
  disconnected(): void {
    this.isConnected = false;
    this.#isSettling = false;
    this.#parts.counts.unconfirmedBytes -= this.#unconfirmedBytes;
    this.#unconfirmedBytes = 0;
    this.#joiner.clear();
  }

  /** It is there again; `release` follows after `settleMs`. */
  connected(): void {
    this.isConnected = true;
    this.#isSettling = this.#parts.kept !== undefined;
  }

  /** Sends what was kept, first of all. */
  release(): void {
    if (!this.isConnected) return;
    this.#isSettling = false;
    this.#parts.kept?.release((subject, bytes) => this.#send(subject, bytes));
  }

  #send(subject: BusSubject, bytes: Uint8Array): void {
    const { connection, counts, createHeaders } = this.#parts;
    const name = this.#name(subject);
    const maxPayload = connection.info?.max_payload ?? 2 ** 20;
    if (bytes.length <= maxPayload) connection.publish(name, bytes);
    else {
      const pieces = cut(bytes, maxPayload);
      const message = ++this.#messages;
      for (const [index, piece] of pieces.entries()) {
        const headers = createHeaders();
        headers.set(partHeader, `${this.#sender} ${message} ${index} ${pieces.length}`);
        connection.publish(name, piece, { headers });
      }
    }
    counts.sent++;
    counts.sentBytes += bytes.length;
    counts.unconfirmedBytes += bytes.length;
    this.#unconfirmedBytes += bytes.length;
    if (this.#unconfirmedBytes >= confirmEveryBytes && !this.#isConfirming) void this.#confirm();
  }

  async #confirm(): Promise<void> {
    this.#isConfirming = true;
    const bytes = this.#unconfirmedBytes;
    try {
      await this.#parts.connection.flush();
      const confirmed = Math.min(bytes, this.#unconfirmedBytes);
      this.#unconfirmedBytes -= confirmed;
      this.#parts.counts.unconfirmedBytes -= confirmed;
    } catch {
      // The connection was lost, and `disconnected` forgets the bytes.
    }
    this.#isConfirming = false;
    if (this.#unconfirmedBytes >= confirmEveryBytes && this.isConnected) void this.#confirm();
  }

  #receive(key: string, data: Uint8Array, part: string | undefined): void {
    const bytes = part ? this.#joiner.add(part, data) : data;
    if (bytes === undefined) return;
    const { counts } = this.#parts;
    counts.received++;
    counts.receivedBytes += bytes.length;
    this.#subscriptions.deliver(key, bytes);
  }

  /** The subject as NATS has it: `inkwire.topic.a=2eb`. */
  #name(subject: BusSubject): string {
    return [this.#parts.space, ...subject].map((part) => encodeToken(part, sha256)).join('.');
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
