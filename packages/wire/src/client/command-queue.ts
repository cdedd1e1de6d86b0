import { Alarm, BaseError, expectNumber, type WaitOptions } from '@inkwire/base';
import type { Command, CommandKind, Reply } from '../codec/messages.ts';
import { connectionLost, WireError } from '../errors.ts';
import { sharedWriter } from '../frames/frame-writer.ts';
import { type HubStream, writeCommand } from './hub-stream.ts';
import type { ResolvedClientOptions } from './options.ts';
import { PendingRequest } from './pending-request.ts';

/** The commands that change nothing, and so may be sent twice. */
const reads: ReadonlySet<CommandKind> = new Set(['hget', 'hexist', 'hgetall', 'hmget', 'hmexist']);

/*
 * Every command that waits for an answer, and the one alarm that watches their deadlines.
 *
 *     request ──stream has room──▶ sent (a slot of the stream) ──reply──▶ settled
 *        └──────── else ─────────▶ queued (encoded) ──room, in order──▶ sent
 *     queued, sent ──deadline, signal, destroy──▶ settled, the slot stays
 *     sent ──stream lost──▶ settled with WIRE_CONNECTION_LOST, or queued first for a read that may be repeated
 *
 * Invariants: commands are sent in the order of their calls; `unsettled` counts what is not settled; the alarm is set
 * while anything is unsettled or a reply is owed, no later than the earliest deadline, and never else.
 */
export class CommandQueue {
  readonly #options: ResolvedClientOptions;
  readonly #onSilent: (error: Error) => void;
  readonly #queued = new Set<PendingRequest>();
  #queuedBytes = 0;
  #unsettled = 0;
  #stream: HubStream | undefined;
  readonly #alarm: Alarm;
  /** The error of the last time without a connection: the cause of what fails meanwhile. */
  #offlineBy: Error | undefined;
  #onDrained: (() => void)[] = [];

  /** `onSilent`: called when a stream is destroyed because nothing comes from the hub. */
  constructor(options: ResolvedClientOptions, onSilent: (error: Error) => void) {
    this.#options = options;
    this.#onSilent = onSilent;
    this.#alarm = new Alarm(options.clock, () => this.#onDue());
  }

  /** Sends the command, or keeps it until it can be sent. Settles by its deadline in any case. */
  request<T>(command: Command, read: (reply: Reply) => T, { signal, timeoutMs }: WaitOptions): Promise<T> {
    const { clock, repeatsReads } = this.#options;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const waitMs =
        timeoutMs === undefined ? this.#options.timeoutMs : expectNumber('timeoutMs', timeoutMs, { min: 0 });
      writeCommand(command);
      const stream = this.#stream;
      const isSent = stream !== undefined && this.#queued.size === 0 && stream.hasRoom;
      if (!isSent && !this.#hasPlaceFor(sharedWriter.payloadBytes)) {
        sharedWriter.abandon();
        throw this.#fullError();
      }
      const request = new PendingRequest({
        read,
        resolve: resolve as (answer: unknown) => void,
        reject,
        deadline: clock.monotonic() + waitMs,
        signal,
        onSettled: this.#onSettled,
      });
      this.#unsettled++;
      if (repeatsReads && reads.has(command.kind)) request.repeat = sharedWriter.payload.slice();
      if (isSent) stream.sendWritten(request);
      else this.#enqueueWritten(request);
      if (!request.settled) this.#alarm.by(request.deadline, true);
    });
  }

  /** Sends over this stream from now on, until it is lost. */
  useStream(stream: HubStream): void {
    this.#stream = stream;
    this.#offlineBy = undefined;
    stream.onRoom = () => {
      this.#pump();
      this.#rest();
    };
    stream.onLost = (slots, error) => this.#lose(slots, error);
    this.#pump();
  }

  /** Says why there is no stream. */
  offline(error: Error): void {
    this.#stream = undefined;
    this.#offlineBy = error;
    this.#rest();
  }

  /** Resolves when nothing is unsettled. */
  drained(): Promise<void> {
    if (this.#unsettled === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onDrained.push(resolve));
  }

  /** Fails everything. The stream, if any, is the caller's to end. */
  destroy(error: Error): void {
    const stream = this.#stream;
    this.#stream = undefined;
    if (stream) {
      stream.onRoom = () => {};
      for (const slot of stream.slots) slot.fail(error);
    }
    for (const request of this.#queued) request.fail(error);
    this.#rest();
  }

  #hasPlaceFor(bytes: number): boolean {
    const { maxQueued, maxQueuedBytes } = this.#options;
    return this.#queued.size < maxQueued && this.#queuedBytes + bytes <= maxQueuedBytes;
  }

  #enqueueWritten(request: PendingRequest): void {
    const payload = sharedWriter.payload.slice();
    sharedWriter.abandon();
    this.#enqueue(request, payload);
  }

  #enqueue(request: PendingRequest, payload: Uint8Array): void {
    request.payload = payload;
    this.#queued.add(request);
    this.#queuedBytes += payload.length;
  }

  /** Takes a request out of the queue, if it is there. */
  #dequeue(request: PendingRequest): Uint8Array | undefined {
    const { payload } = request;
    if (payload === undefined) return undefined;
    request.payload = undefined;
    this.#queued.delete(request);
    this.#queuedBytes -= payload.length;
    return payload;
  }

  #pump(): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    for (const request of this.#queued) {
      if (!stream.hasRoom) return;
      const payload = this.#dequeue(request)!;
      sharedWriter.begin();
      sharedWriter.need(payload.length);
      sharedWriter.bytes.set(payload, sharedWriter.at);
      sharedWriter.at += payload.length;
      stream.sendWritten(request);
    }
  }

  #lose(slots: readonly PendingRequest[], error: Error): void {
    this.#stream = undefined;
    this.#offlineBy = error;
    const later = [...this.#queued];
    this.#queued.clear();
    for (const slot of slots) {
      const { repeat } = slot;
      slot.repeat = undefined;
      if (slot.settled) continue;
      if (repeat === undefined) slot.fail(unansweredError(error));
      else this.#enqueue(slot, repeat);
    }
    for (const request of later) this.#queued.add(request);
    this.#rest();
  }

  readonly #onSettled = (request: PendingRequest): void => {
    this.#dequeue(request);
    request.repeat = undefined;
    this.#unsettled--;
    if (this.#unsettled > 0) return;
    this.#rest();
    for (const resolve of this.#onDrained.splice(0)) resolve();
  };

  get #isIdle(): boolean {
    return this.#unsettled === 0 && (this.#stream === undefined || this.#stream.slots.length === 0);
  }

  /** Stops the alarm when nothing needs it. */
  #rest(): void {
    if (this.#isIdle) this.#alarm.cancel();
  }

  #onDue(): void {
    const now = this.#options.clock.monotonic();
    let next = Number.POSITIVE_INFINITY;
    const stream = this.#stream;
    for (const requests of [this.#queued, stream?.slots ?? []]) {
      for (const request of requests) {
        if (request.settled) continue;
        if (request.deadline <= now) request.fail(this.#lateError(request));
        else next = Math.min(next, request.deadline);
      }
    }
    if (stream) {
      const { deadAt } = stream;
      if (deadAt <= now) this.#dropSilent(stream);
      else next = Math.min(next, deadAt);
    }
    if (next < Number.POSITIVE_INFINITY && !this.#isIdle) this.#alarm.by(next, true);
  }

  #dropSilent(stream: HubStream): void {
    const error = connectionLost('The hub was silent past a deadline');
    stream.destroy(error);
    this.#onSilent(error);
  }

  #lateError(request: PendingRequest): BaseError {
    const what =
      request.sentAt === undefined ? 'It was not sent' : 'Whether the hub carried it out is not known';
    return new BaseError('BASE_TIMEOUT', `No answer before the deadline. ${what}`, {
      retryable: true,
      cause: this.#offlineBy,
    });
  }

  #fullError(): WireError {
    const { maxQueued, maxQueuedBytes } = this.#options;
    return new WireError(
      'WIRE_QUEUE_FULL',
      `More than ${maxQueued} commands or ${maxQueuedBytes} bytes wait to be sent`,
      {
        retryable: true,
        cause: this.#offlineBy,
      },
    );
  }
}

function unansweredError(error: Error): WireError {
  return connectionLost(`${error.message}. Whether the hub carried the command out is not known`, error);
}
