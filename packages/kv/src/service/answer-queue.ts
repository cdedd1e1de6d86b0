import { type Clock, Fifo } from '@inkwire/base';
import type { Command } from '@inkwire/wire';
import type { CountedKind, KvMetrics } from '../metrics.ts';
import { type Answer, isPending, type PendingAnswer } from '../tables/tables.ts';
import type { Shape } from './reply-writer.ts';

/** A command whose reply is not written yet. */
export interface Slot {
  readonly kind: CountedKind;
  readonly shape: Shape | 'system';
  readonly answer: Answer<unknown>;
  readonly bytes: number;
  readonly table: string;
  readonly key: string;
  readonly command: Command | undefined;
  /** The time at which it came, by the monotonic clock. */
  readonly since: number;
}

/** The part of its service that a queue needs. */
interface AnsweringService {
  readonly metrics: KvMetrics;
  readonly clock: Clock;
  readonly limits: { readonly maxPendingCommands: number; readonly maxPendingBytes: number };
}

/** The part of a stream that its queue needs. */
export interface AnswerQueueOwner {
  /** Writes the reply of a slot whose answer is there. False when the peer does not keep up: then `resume` follows. */
  writeSlot(slot: Slot): boolean;
  /** As many as could be were written. */
  onDrained(): void;
}

/**
 * The answers of one stream that have to wait, for the tables or for those before them: written in the order of the commands.
 *
 *     add ─▶ [slot][slot][slot] ─ the first is there ─▶ writeSlot … until one is not, or the peer does not read
 */
export class AnswerQueue {
  readonly #service: AnsweringService;
  readonly #owner: AnswerQueueOwner;
  readonly #slots = new Fifo<Slot>();
  #bytes = 0;
  #watched: PendingAnswer<unknown> | undefined;
  /** Answers that are there wait for the peer to read. */
  #stalled = false;
  #over = false;
  /** Slots are being written. */
  isDraining = false;

  constructor(service: AnsweringService, owner: AnswerQueueOwner) {
    this.#service = service;
    this.#owner = owner;
  }

  get isEmpty(): boolean {
    return this.#slots.length === 0;
  }

  get isFull(): boolean {
    const { maxPendingCommands, maxPendingBytes } = this.#service.limits;
    return this.#slots.length >= maxPendingCommands || this.#bytes >= maxPendingBytes;
  }

  add(slot: Slot): void {
    this.#slots.push(slot);
    this.#bytes += slot.bytes;
    this.#service.metrics.pending++;
    if (isPending(slot.answer)) this.#watch();
  }

  /** The peer reads again. */
  resume(): void {
    if (!this.#stalled) return;
    this.#stalled = false;
    this.#drain();
  }

  /** The stream is over: nothing more is written. */
  end(): void {
    this.#over = true;
    this.#service.metrics.pending -= this.#slots.take().length;
  }

  /** Waits for the first slot, once: many streams' slots are done by the same promise. */
  #watch(): void {
    const first = this.#slots.first?.answer;
    if (this.isDraining || this.#stalled || !isPending(first) || first === this.#watched) return;
    this.#watched = first;
    void first.settled.then(this.#drain);
  }

  readonly #drain = (): void => {
    if (this.#over || this.#stalled) return;
    this.isDraining = true;
    this.#watched = undefined;
    this.#writeSlots();
    this.isDraining = false;
    if (!this.#stalled) this.#watch();
    this.#owner.onDrained();
  };

  #writeSlots(): void {
    const { metrics, clock } = this.#service;
    const now = clock.monotonic();
    while (!this.isEmpty && !this.#stalled && !this.#over) {
      const slot = this.#slots.first!;
      if (isPending(slot.answer) && !slot.answer.done) return;
      this.#slots.shift();
      this.#bytes -= slot.bytes;
      metrics.pending--;
      metrics.wait(now - slot.since);
      this.#stalled = !this.#owner.writeSlot(slot);
    }
  }
}
