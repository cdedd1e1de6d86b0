import type { Timer } from '@inkwire/base';
import {
  type Allowance,
  type Channel,
  type Command,
  decodeCommand,
  type FrameHandler,
  FrameStream,
  PlainCommand,
  type Reply,
  WireError,
} from '@inkwire/wire';
import type { CountedKind } from '../metrics.ts';
import { type Answer, type EncodedValue, isPending } from '../tables/tables.ts';
import { AnswerQueue, type AnswerQueueOwner, type Slot } from './answer-queue.ts';
import { type AnswerSink, CommandRunner, isSystem } from './command-runner.ts';
import type { ResolvedServiceOptions, Served } from './options.ts';
import { Promised } from './promised.ts';
import { type Refusal, refusals } from './refusals.ts';
import { ReplyWriter } from './reply-writer.ts';
import { StreamSubscriber } from './stream-subscriber.ts';

/*
 * One stream of commands.
 *
 *     frame ─▶ recognised? ─▶ tables ─┬─ answered, nothing waits ──────────▶ ReplyWriter ─▶ outbox
 *                  └▶ codec ─▶ …      └─ pending, or something waits ─▶ AnswerQueue ─┴─▶ in order, when the first is done
 *
 *     commands ──subscribe──▶ subscribed ──unsubscribed, dropped, or a further command──▶ ended ──▶ closed
 *         └──────peer ended, or nothing more to be understood──────────────────────────────▶┘
 *
 * Invariants: replies leave in the order of the commands. While answers wait, nothing is written but from the queue.
 * `subscribe` waits until it is empty, and nothing is read meanwhile, nor while it is full. Nothing happens after `onClose`.
 */

/** Answers that had to wait are flushed whenever so many bytes of them are gathered. For the others the frame stream does the same. */
const flushBytes = 128 * 1024;

const plain = new PlainCommand();
const nothing: readonly EncodedValue[] = [];

export class ServedStream<Session> implements FrameHandler, AnswerQueueOwner, AnswerSink, Served {
  readonly #service: ResolvedServiceOptions<Session>;
  readonly #runner: CommandRunner<Session>;
  readonly #onOver: () => void;
  readonly #stream: FrameStream;
  readonly #replies: ReplyWriter;
  readonly #subscriber: StreamSubscriber;
  readonly #answers: AnswerQueue;
  #paused = false;
  /** A `subscribe` that waits for the answers before it. */
  #deferred: Command | undefined;
  #subscribing = false;
  /** No more commands are taken: the peer has ended, or what it sent was refused. */
  #isInputOver = false;
  #ended = false;
  #linger: Timer | undefined;
  #closed = false;
  /** Frames so far, and how many they were at the last check that found one begun. */
  #frames = 0;
  #framesAtCheck = -1;

  constructor(
    channel: Channel,
    session: Session,
    service: ResolvedServiceOptions<Session>,
    allowance: Allowance,
    onOver: () => void,
  ) {
    this.#service = service;
    this.#answers = new AnswerQueue(service, this);
    this.#runner = new CommandRunner(service, session, this);
    this.#onOver = onOver;
    service.metrics.streamsOpened++;
    service.metrics.streams++;
    this.#stream = new FrameStream(channel, this, allowance);
    this.#replies = new ReplyWriter(this.#stream, service.metrics, service.limits.maxReplyBytes);
    this.#subscriber = new StreamSubscriber(this.#stream, service, (dropped) =>
      this.#endSubscription(dropped),
    );
  }

  onFrame(bytes: Uint8Array, start: number, end: number): void {
    if (this.#isInputOver) return;
    this.#frames++;
    this.#service.metrics.bytesIn += end - start;
    if (this.#subscriber.isSubscribed) {
      this.#refuseAndEnd(refusals.hasSubscribed);
      return;
    }
    try {
      if (!plain.recognise(bytes, start, end) || isSystem(plain.table)) this.#decode(bytes, start, end);
      else this.#runner.runPlain(plain, bytes, end - start);
    } catch (error) {
      this.#refuse('invalid', this.#runner.failure(error), 0);
    }
  }

  onEnd(): void {
    this.#isInputOver = true;
    this.#endWhenDone();
  }

  onDrain(): void {
    // The frame stream goes on by itself; a subscriber's queue is looked at when it is offered the next message.
    this.#answers.resume();
  }

  onInvalid(error: WireError): void {
    this.#refuseAndEnd(refusals.invalidFrame(error));
  }

  /** Called every half of `frameTimeoutMs`: a frame that has begun must be whole at the second check. */
  checkBegunFrame(): void {
    const { waitingBytes, hasRoom } = this.#stream;
    // Whole frames wait as well while the peer does not read: that is no fault of theirs.
    const isBegun = waitingBytes > 0 && hasRoom && !this.#paused && !this.#isInputOver;
    if (isBegun && this.#framesAtCheck === this.#frames) this.#refuseAndEnd(refusals.frameTooSlow);
    this.#framesAtCheck = isBegun ? this.#frames : -1;
  }

  onClose(): void {
    this.#onOver();
    this.#closed = true;
    this.#isInputOver = true;
    this.#linger?.cancel();
    this.#service.metrics.streams--;
    this.#answers.end();
    this.#unsubscribe();
  }

  #decode(bytes: Uint8Array, start: number, end: number): void {
    let command: Command | undefined;
    try {
      command = decodeCommand(bytes, start, end);
    } catch (error) {
      // Any other error is a fault of ours, and `onFrame` answers it.
      if (!(error instanceof WireError)) throw error;
      this.#refuseAndEnd(refusals.noMessage);
      return;
    }
    if (command === undefined) {
      this.#refuse('invalid', refusals.noData, end - start);
      return;
    }
    const refused = this.#runner.refusalTo(command);
    if (refused) this.#refuse(command.kind, refused, end - start);
    else this.#run(command, end - start);
  }

  #run(command: Command, bytes: number): void {
    try {
      if (command.kind !== 'subscribe') this.#runner.run(command, bytes);
      else if (!this.#answers.isEmpty) this.#defer(command);
      else if (isSystem(command.topic)) this.#runner.run(command, bytes);
      else this.#reachAndSubscribe(command, bytes);
    } catch (error) {
      this.#refuse(command.kind, this.#runner.failure(error), bytes);
    }
  }

  /** Subscribes to a topic of clients. Where publishers elsewhere must know of it first, the answer waits for that. */
  #reachAndSubscribe(command: Extract<Command, { kind: 'subscribe' }>, bytes: number): void {
    const reached = this.#service.system?.reach?.(command.topic);
    if (reached === undefined) this.#subscribe(command.topic);
    else this.give('subscribe', 'system', new Promised(reached), bytes, '', '', command);
  }

  /** Writes what is answered, or keeps it until it is, and everything before it. */
  give(
    kind: CountedKind,
    shape: Slot['shape'],
    answer: Answer<unknown>,
    bytes: number,
    table = '',
    key = '',
    command?: Command,
  ): void {
    if (this.#answers.isEmpty && !isPending(answer)) {
      this.#write(kind, shape, answer, table, key, command);
      if (!this.#answers.isDraining) this.#stream.flushSoon();
      return;
    }
    const since = this.#service.clock.monotonic();
    this.#answers.add({ kind, shape, answer, bytes, table, key, command, since });
    if (shape === 'system' && kind === 'subscribe') this.#subscribing = true;
    if (this.#answers.isFull || this.#subscribing) this.#pause();
  }

  #refuse(kind: CountedKind, refusal: Refusal, bytes: number): void {
    this.give(kind, 'refusal', refusal, bytes);
  }

  #write(
    kind: CountedKind,
    shape: Slot['shape'],
    result: unknown,
    table: string,
    key: string,
    command?: Command,
  ): void {
    if (shape !== 'system') this.#replies.write(kind, shape, result, table, key);
    else if (result !== undefined) this.#replies.writeReply(kind, result as Reply);
    else this.#runLikeOthers(command!);
  }

  /** The system has no answer: the command on a topic is like any other, and its reply takes this place. */
  #runLikeOthers(command: Command): void {
    if (!('topic' in command)) throw new TypeError(`Expected the system to answer \`${command.kind}\``);
    if (command.kind === 'subscribe') {
      this.#subscribe(command.topic);
      return;
    }
    const refused = this.#runner.runTopic(command);
    if (refused) this.#replies.refuse(command.kind, refused);
    else this.#replies.write(command.kind, 'values', nothing, '', '');
  }

  writeSlot({ kind, shape, answer, table, key, command }: Slot): boolean {
    try {
      this.#write(kind, shape, isPending(answer) ? answer.result() : answer, table, key, command);
    } catch (error) {
      this.#replies.refuse(kind, this.#runner.failure(error));
    }
    return this.#stream.outbox.bytes <= flushBytes || this.#stream.flush();
  }

  /** Writes, and takes up again what had to wait for answers. */
  onDrained(): void {
    this.#stream.flush();
    if (this.#closed) return;
    if (this.#answers.isEmpty) {
      this.#subscribing = false;
      const deferred = this.#deferred;
      this.#deferred = undefined;
      if (deferred) this.#run(deferred, 0);
    }
    if (this.#paused && !this.#subscribing && this.#deferred === undefined && !this.#answers.isFull) {
      this.#paused = false;
      this.#stream.resume();
    }
    this.#endWhenDone();
  }

  /** Keeps a subscription until all answers before it are written. */
  #defer(command: Command): void {
    this.#deferred = command;
    this.#pause();
  }

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#stream.pause();
  }

  #subscribe(topic: string): void {
    const id = this.#subscriber.subscribe(topic);
    if (id === undefined) {
      this.#replies.refuse('subscribe', refusals.tooManySubscriptions);
      return;
    }
    this.#replies.writeSubscribed(id);
    this.#stream.flushSoon();
  }

  #endSubscription(dropped: Refusal | undefined): void {
    if (dropped) this.#replies.refuse('subscribe', dropped);
    this.#isInputOver = true;
    this.#end();
  }

  end(): void {
    this.#isInputOver = true;
    this.#unsubscribe();
    this.#endWhenDone();
  }

  #unsubscribe(): void {
    this.#deferred = undefined;
    this.#subscriber.leave();
  }

  #refuseAndEnd(refusal: Refusal): void {
    if (this.#isInputOver) return;
    this.#isInputOver = true;
    this.#subscriber.leave();
    this.#refuse('invalid', refusal, 0);
    this.#endWhenDone();
  }

  #endWhenDone(): void {
    if (!this.#isInputOver || this.#subscriber.isSubscribed || this.#deferred || !this.#answers.isEmpty)
      return;
    this.#end();
  }

  /** Half-closes. A peer that does not close in turn is not waited for. */
  #end(): void {
    if (this.#ended || this.#closed) return;
    this.#ended = true;
    this.#stream.end();
    this.#linger = this.#service.clock.after(this.#service.limits.lingerMs, () => this.#stream.destroy(), {
      unref: true,
    });
  }
}
