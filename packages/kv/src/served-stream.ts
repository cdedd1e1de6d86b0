import type { Timer } from '@inkwire/base';
import {
  type Channel,
  type Command,
  decodeCommand,
  encodeReply,
  type FrameHandler,
  FrameStream,
  type Reply,
  sharedWriter,
  type WireError,
} from '@inkwire/wire';
import type { ServiceParts } from './command-service.ts';
import { encodedValue } from './encoded-value.ts';
import { HotCommand } from './hot-command.ts';
import type { CountedKind } from './metrics.ts';
import { Promised } from './promised.ts';
import { type Refusal, refusalOf, refusals } from './refusals.ts';
import { addBool, addInteger, addPair, addValue, beginOk, beginRefusal } from './reply-frames.ts';
import { type Answer, type EncodedPair, type EncodedValue, isPending, type PendingAnswer } from './tables.ts';
import type { Subscriber, Subscription } from './topics.ts';

/*
 * One stream of commands.
 *
 *     frame ─▶ recognised? ─▶ tables ─┬─ answered, nothing waits ──────────▶ encoded into the outbox
 *                  └▶ codec ─▶ …      └─ pending, or something waits ─▶ slot ─┴─▶ in order, when the first is done
 *
 *     commands ──subscribe──▶ subscribed ──unsubscribed, dropped, or a further command──▶ ended ──▶ closed
 *         └──────peer ended, or nothing more to be understood──────────────────────────────▶┘
 *
 * Invariants: replies leave in the order of the commands. While there are slots, nothing is encoded but from the first of
 * them. `subscribe` waits until there are none, and nothing is read meanwhile. At most `maxPendingCommands` slots, of
 * `maxPendingBytes`, are filled. Nothing happens after `onClose`.
 */

/** How a result becomes a reply. */
type Shape = 'found' | 'value' | 'values' | 'bool' | 'bools' | 'pairs' | 'system' | 'refusal';

/** A command that was carried out, or is about to be, and whose reply is not encoded yet. */
interface Slot {
  readonly kind: CountedKind;
  readonly shape: Shape;
  readonly answer: Answer<unknown>;
  readonly bytes: number;
  readonly table: string;
  readonly key: string;
  readonly command: Command | undefined;
  /** When it came, by the monotonic clock. */
  readonly since: number;
}

/** What gathers of answers that had to wait; for the others the frame stream does the same. */
const flushBytes = 128 * 1024;

const hot = new HotCommand();
const isSystem = (name: string): boolean => name.charCodeAt(0) === 36;

export class ServedStream<Session> implements FrameHandler, Subscriber {
  readonly #parts: ServiceParts<Session>;
  readonly #session: Session;
  readonly #stream: FrameStream;
  #slots: Slot[] = [];
  #head = 0;
  #pendingBytes = 0;
  #watched: PendingAnswer<unknown> | undefined;
  #draining = false;
  /** Answers that are there wait for the peer to read. */
  #stalled = false;
  #paused = false;
  /** A `subscribe` that waits for the slots before it. */
  #deferred: Command | undefined;
  #subscribing = false;
  #subscription: Subscription | undefined;
  /** No more commands are heard: the peer has ended, or what it sent was refused. */
  #deaf = false;
  #ended = false;
  #linger: Timer | undefined;
  #closed = false;

  readonly #onOver: () => void;
  /** Frames so far, and how many they were at the last look that found one begun. */
  #frames = 0;
  #framesAtLook = -1;

  constructor(channel: Channel, session: Session, parts: ServiceParts<Session>, onOver: () => void) {
    this.#onOver = onOver;
    this.#parts = parts;
    this.#session = session;
    parts.metrics.streamsOpened++;
    parts.metrics.streams++;
    this.#stream = new FrameStream(channel, this, parts.limits);
  }

  // --- frames -------------------------------------------------------------------------------------------------------

  onFrame(bytes: Uint8Array, start: number, end: number): void {
    if (this.#deaf) return;
    this.#frames++;
    this.#parts.metrics.bytesIn += end - start;
    if (this.#subscription !== undefined) {
      this.#refuseAndEnd(refusals.hasSubscribed);
      return;
    }
    try {
      if (!hot.recognise(bytes, start, end) || isSystem(hot.table)) this.#decode(bytes, start, end);
      else this.#runHot(bytes, end - start);
    } catch (error) {
      this.#give('invalid', 'refusal', this.#failure(error), 0);
    }
  }

  onEnd(): void {
    this.#deaf = true;
    this.#endWhenDone();
  }

  onDrain(): void {
    // The frame stream goes on by itself; a subscriber's queue is looked at when it is offered the next message.
    if (!this.#stalled) return;
    this.#stalled = false;
    this.#drain();
  }

  onInvalid(error: WireError): void {
    this.#refuseAndEnd({ status: 400, message: `Command is invalid: \`${error.message}\`` });
  }

  /** Called every half of `frameTimeoutMs`: a frame that has begun must be whole at the second look. */
  look(): void {
    const { waitingBytes, hasRoom } = this.#stream;
    // Whole frames wait as well while the peer does not read: that is no fault of theirs.
    const isBegun = waitingBytes > 0 && hasRoom && !this.#paused && !this.#deaf;
    if (isBegun && this.#framesAtLook === this.#frames) this.#refuseAndEnd(refusals.frameTooSlow);
    this.#framesAtLook = isBegun ? this.#frames : -1;
  }

  onClose(): void {
    this.#onOver();
    this.#closed = true;
    this.#deaf = true;
    this.#linger?.cancel();
    const { metrics } = this.#parts;
    metrics.streams--;
    metrics.pending -= this.#slots.length - this.#head;
    this.#slots = [];
    this.#head = 0;
    this.#deferred = undefined;
    this.#subscription?.leave();
    this.#subscription = undefined;
  }

  // --- commands -----------------------------------------------------------------------------------------------------

  #runHot(bytes: Uint8Array, length: number): void {
    const { kind, table, key } = hot;
    const { tables, topics, permit } = this.#parts;
    const refused = permit?.(kind, this.#session, table);
    if (refused) {
      this.#give(kind, 'refusal', refused, length);
      return;
    }
    try {
      switch (kind) {
        case 'hget':
          this.#give(kind, 'found', tables.hget(table, key), length, table, key);
          return;
        case 'hset':
          this.#give(
            kind,
            'value',
            tables.hset(table, key, bytes.slice(hot.valueStart, hot.valueEnd)),
            length,
          );
          return;
        case 'hexist':
          this.#give(kind, 'bool', tables.hexist(table, key), length);
          return;
        case 'publish':
          topics.publishEncoded(table, bytes, hot.valueStart, hot.valueEnd);
          this.#give(kind, 'values', none, length);
          return;
      }
    } catch (error) {
      this.#give(kind, 'refusal', this.#failure(error), length);
    }
  }

  #decode(bytes: Uint8Array, start: number, end: number): void {
    let command: Command | undefined;
    try {
      command = decodeCommand(bytes, start, end);
    } catch {
      this.#refuseAndEnd(refusals.noMessage);
      return;
    }
    if (command === undefined) {
      this.#give('invalid', 'refusal', refusals.noData, end - start);
      return;
    }
    const refused = this.#parts.permit?.(command.kind, this.#session, nameOf(command));
    if (refused) {
      this.#give(command.kind, 'refusal', refused, end - start);
      return;
    }
    try {
      this.#run(command, end - start);
    } catch (error) {
      this.#give(command.kind, 'refusal', this.#failure(error), end - start);
    }
  }

  #run(command: Command, bytes: number): void {
    if (command.kind === 'subscribe' && this.#head < this.#slots.length) {
      this.#deferred = command;
      this.#pause();
    } else if (command.kind === 'read' || command.kind === 'lease' || isSystem(nameOf(command))) {
      this.#runSystem(command, bytes);
    } else {
      this.#runPlain(command, bytes);
    }
  }

  #runSystem(command: Command, bytes: number): void {
    const { system } = this.#parts;
    if (system === undefined) {
      this.#give(command.kind, 'refusal', refusalWithoutSystem(command), bytes);
      return;
    }
    const answered = system.answer(command, this.#session);
    const answer = answered instanceof Promise ? new Promised(answered) : answered;
    if (command.kind === 'subscribe' && isPending(answer)) {
      this.#subscribing = true;
      this.#pause();
    }
    this.#give(command.kind, 'system', answer, bytes, '', '', command);
  }

  #runPlain(command: Command, bytes: number): void {
    const { tables, limits } = this.#parts;
    const { kind } = command;
    switch (kind) {
      case 'hget':
        this.#give(kind, 'found', tables.hget(command.table, command.key), bytes, command.table, command.key);
        return;
      case 'hexist':
        this.#give(kind, 'bool', tables.hexist(command.table, command.key), bytes);
        return;
      case 'hdel':
        this.#give(kind, 'value', tables.hdel(command.table, command.key), bytes);
        return;
      case 'hgetall':
        this.#give(kind, 'pairs', tables.hgetall(command.table, limits.maxReplyBytes), bytes);
        return;
      case 'hmget':
        this.#give(kind, 'values', tables.hmget(command.table, command.keys), bytes);
        return;
      case 'hmexist':
        this.#give(kind, 'bools', tables.hmexist(command.table, command.keys), bytes);
        return;
      case 'hmdel':
        this.#give(kind, 'values', tables.hmdel(command.table, command.keys), bytes);
        return;
      case 'hset': {
        const { table, pair, ttlMs } = command;
        if (pair === undefined) {
          this.#give(kind, 'refusal', refusals.noPair(table), bytes);
          return;
        }
        this.#give(kind, 'value', tables.hset(table, pair.key, encodedValue(pair.value), ttlMs), bytes);
        return;
      }
      case 'hmset': {
        const pairs = command.pairs.map(({ key, value }) => ({ key, value: encodedValue(value) }));
        this.#give(kind, 'values', tables.hmset(command.table, pairs, command.ttlMs), bytes);
        return;
      }
      case 'publish':
      case 'unsubscribe': {
        const refused = this.#runTopic(command);
        if (refused) this.#give(kind, 'refusal', refused, bytes);
        else this.#give(kind, 'values', none, bytes);
        return;
      }
      case 'subscribe':
        this.#subscribe(command.topic);
        return;
    }
  }

  #runTopic(command: Extract<Command, { kind: 'publish' | 'unsubscribe' }>): Refusal | undefined {
    const { topics } = this.#parts;
    if (command.kind === 'publish') topics.publish(command.topic, command.data.map(encodedValue));
    else if (!topics.unsubscribe(command.topic, command.id)) return refusals.noSubscription(command.id);
    return undefined;
  }

  // --- answers ------------------------------------------------------------------------------------------------------

  /** Encodes what is answered, or keeps it until it is, and everything before it. */
  #give(
    kind: CountedKind,
    shape: Shape,
    answer: Answer<unknown>,
    bytes: number,
    table = '',
    key = '',
    command?: Command,
  ): void {
    if (this.#head === this.#slots.length && !isPending(answer)) {
      this.#encode(kind, shape, answer, table, key, command);
      if (!this.#draining) this.#stream.flushSoon();
      return;
    }
    const since = this.#parts.clock.monotonic();
    this.#slots.push({ kind, shape, answer, bytes, table, key, command, since });
    this.#pendingBytes += bytes;
    this.#parts.metrics.pending++;
    if (this.#isFull) this.#pause();
    if (isPending(answer)) this.#watch();
  }

  get #isFull(): boolean {
    const { maxPendingCommands, maxPendingBytes } = this.#parts.limits;
    return this.#slots.length - this.#head >= maxPendingCommands || this.#pendingBytes >= maxPendingBytes;
  }

  /** Waits for the first slot, once: many streams' slots are done by the same promise. */
  #watch(): void {
    const first = this.#slots[this.#head]?.answer;
    if (this.#draining || this.#stalled || !isPending(first) || first === this.#watched) return;
    this.#watched = first;
    void first.settled.then(this.#drain);
  }

  readonly #drain = (): void => {
    if (this.#closed || this.#stalled) return;
    this.#draining = true;
    this.#watched = undefined;
    const { metrics, clock } = this.#parts;
    const now = clock.monotonic();
    while (this.#head < this.#slots.length && !this.#closed) {
      const slot = this.#slots[this.#head]!;
      const { kind, shape, answer, table, key, command } = slot;
      if (isPending(answer) && !answer.done) break;
      this.#head++;
      this.#pendingBytes -= slot.bytes;
      metrics.pending--;
      metrics.wait(now - slot.since);
      try {
        this.#encode(kind, shape, isPending(answer) ? answer.result() : answer, table, key, command);
      } catch (error) {
        this.#refuse(kind, this.#failure(error));
      }
      // A reader that is slow gets the rest when it has read this.
      if (this.#stream.outbox.bytes > flushBytes && !this.#stream.flush()) {
        this.#stalled = true;
        break;
      }
    }
    if (this.#head === this.#slots.length) {
      this.#slots.length = 0;
      this.#head = 0;
    } else if (this.#head > 1024) {
      this.#slots = this.#slots.slice(this.#head);
      this.#head = 0;
    }
    this.#draining = false;
    if (!this.#stalled) this.#watch();
    this.#stream.flush();
    this.#goOn();
  };

  /** Takes up again what had to wait for slots. */
  #goOn(): void {
    if (this.#closed) return;
    const isEmpty = this.#head === this.#slots.length;
    if (isEmpty) {
      this.#subscribing = false;
      const deferred = this.#deferred;
      this.#deferred = undefined;
      if (deferred) {
        try {
          this.#run(deferred, 0);
        } catch (error) {
          this.#give(deferred.kind, 'refusal', this.#failure(error), 0);
        }
      }
    }
    if (this.#paused && !this.#subscribing && this.#deferred === undefined && !this.#isFull) {
      this.#paused = false;
      this.#stream.resume();
    }
    this.#endWhenDone();
  }

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#stream.pause();
  }

  /** Writes the reply. Nothing else may write a frame meanwhile. */
  #encode(
    kind: CountedKind,
    shape: Shape,
    result: unknown,
    table: string,
    key: string,
    command?: Command,
  ): void {
    switch (shape) {
      case 'found':
        if (result === undefined) {
          this.#refuse(kind, refusals.noKey(table, key));
          return;
        }
        beginOk(sharedWriter);
        addValue(sharedWriter, result as EncodedValue);
        this.#finish(kind, 200);
        return;
      case 'value':
        beginOk(sharedWriter);
        addValue(sharedWriter, result as EncodedValue | undefined);
        this.#finish(kind, 200);
        return;
      case 'bool':
        beginOk(sharedWriter);
        addBool(sharedWriter, result as boolean);
        this.#finish(kind, 200);
        return;
      case 'bools':
        beginOk(sharedWriter);
        for (const one of result as readonly boolean[]) addBool(sharedWriter, one);
        this.#finish(kind, 200);
        return;
      case 'values':
        this.#encodeValues(kind, result as readonly (EncodedValue | undefined)[]);
        return;
      case 'pairs':
        this.#encodePairs(kind, result as readonly EncodedPair[] | undefined);
        return;
      case 'refusal':
        this.#refuse(kind, result as Refusal);
        return;
      case 'system':
        this.#encodeSystem(kind, result as Reply | undefined, command!);
        return;
    }
  }

  #encodeValues(kind: CountedKind, values: readonly (EncodedValue | undefined)[]): void {
    const { maxReplyBytes } = this.#parts.limits;
    // The same large value may be asked for a thousand times in one command: counted before it is written.
    let bytes = 0;
    for (const value of values) bytes += 2 + (value?.length ?? 0);
    if (bytes > maxReplyBytes) {
      this.#refuse(kind, refusals.replyTooLarge(maxReplyBytes));
      return;
    }
    beginOk(sharedWriter);
    for (const value of values) addValue(sharedWriter, value);
    this.#finish(kind, 200);
  }

  #encodePairs(kind: CountedKind, pairs: readonly EncodedPair[] | undefined): void {
    const { maxReplyBytes } = this.#parts.limits;
    if (pairs === undefined) {
      this.#refuse(kind, refusals.replyTooLarge(maxReplyBytes));
      return;
    }
    beginOk(sharedWriter);
    for (const pair of pairs) addPair(sharedWriter, pair);
    this.#finish(kind, 200);
  }

  #encodeSystem(kind: CountedKind, reply: Reply | undefined, command: Command): void {
    if (reply !== undefined) {
      sharedWriter.begin();
      encodeReply(reply, sharedWriter);
      this.#finish(kind, reply.status);
      return;
    }
    // The hub has nothing to say: the topic's command is like any other.
    if (command.kind === 'subscribe') {
      this.#subscribe(command.topic);
      return;
    }
    if (command.kind !== 'publish' && command.kind !== 'unsubscribe')
      throw new TypeError(`Expected the system to answer \`${command.kind}\``);
    const refused = this.#runTopic(command);
    if (refused) this.#refuse(kind, refused);
    else this.#encodeValues(kind, none);
  }

  #refuse(kind: CountedKind, { status, message }: Refusal): void {
    beginRefusal(sharedWriter, status, message);
    this.#finish(kind, status);
  }

  #finish(kind: CountedKind, status: number): void {
    const { outbox, channel } = this.#stream;
    const { metrics } = this.#parts;
    const before = outbox.bytes;
    if (outbox.add()) {
      metrics.bytesOut += outbox.bytes - before;
      metrics.count(kind, status);
    } else {
      this.#refuse(kind, refusals.replyTooLarge(channel.maxWriteBytes));
    }
  }

  #failure(error: unknown): Refusal {
    const refusal = refusalOf(error);
    if (refusal.status === 500) this.#parts.onFailure?.(error);
    return refusal;
  }

  // --- subscriptions ------------------------------------------------------------------------------------------------

  #subscribe(topic: string): void {
    const subscription = this.#parts.topics.subscribe(topic, this);
    if (subscription === undefined) {
      this.#refuse('subscribe', refusals.tooManySubscriptions);
      return;
    }
    this.#subscription = subscription;
    beginOk(sharedWriter);
    addInteger(sharedWriter, subscription.id);
    this.#finish('subscribe', 200);
    this.#stream.flushSoon();
  }

  get queuedBytes(): number {
    return this.#stream.channel.queuedBytes + this.#stream.outbox.bytes;
  }

  get maxFrameBytes(): number {
    return this.#stream.channel.maxWriteBytes;
  }

  deliver(frames: Uint8Array): void {
    this.#parts.metrics.bytesOut += frames.length;
    this.#stream.outbox.addEncoded(frames);
    this.#stream.flush();
  }

  over(dropped?: Refusal): void {
    this.#subscription = undefined;
    if (dropped) this.#refuse('subscribe', dropped);
    this.#deaf = true;
    this.#end();
  }

  // --- the end ------------------------------------------------------------------------------------------------------

  #refuseAndEnd(refusal: Refusal): void {
    if (this.#deaf) return;
    this.#deaf = true;
    this.#subscription?.leave();
    this.#subscription = undefined;
    this.#give('invalid', 'refusal', refusal, 0);
    this.#endWhenDone();
  }

  #endWhenDone(): void {
    if (!this.#deaf || this.#subscription || this.#deferred || this.#head < this.#slots.length) return;
    this.#end();
  }

  /** Half-closes; whoever does not close in turn is not waited for. */
  #end(): void {
    if (this.#ended || this.#closed) return;
    this.#ended = true;
    this.#stream.end();
    this.#linger = this.#parts.clock.after(this.#parts.limits.lingerMs, () => this.#stream.destroy(), {
      unref: true,
    });
  }
}

const none: readonly EncodedValue[] = [];

/** The table or topic of a command that has one. */
function nameOf(command: Command): string {
  if ('table' in command) return command.table;
  return 'topic' in command ? command.topic : '';
}

function refusalWithoutSystem(command: Command): Refusal {
  switch (command.kind) {
    case 'hget':
      return refusals.noKey(command.table, command.key);
    case 'hgetall':
    case 'hmget':
    case 'hexist':
    case 'hmexist':
      return refusals.noTable(command.table);
    case 'subscribe':
      return refusals.noTopic(command.topic);
    case 'unsubscribe':
      return refusals.noSubscription(command.id);
    case 'hset':
    case 'hmset':
    case 'hdel':
    case 'hmdel':
      return refusals.reserved(command.table);
    case 'publish':
      return refusals.reserved(command.topic);
    case 'read':
    case 'lease':
      return refusals.notServed(command.kind);
  }
}
