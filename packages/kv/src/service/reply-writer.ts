import {
  addBool,
  addEncodedPair,
  addEncodedValue,
  addInteger,
  beginOkReply,
  beginReply,
  encodeReply,
  type FrameStream,
  type Reply,
  sharedWriter,
} from '@inkwire/wire';
import type { CountedKind, KvMetrics } from '../metrics.ts';
import type { EncodedPair, EncodedValue, Values } from '../tables/tables.ts';
import { type Refusal, refusals } from './refusals.ts';

/** The form of the reply that a result becomes. */
export type Shape = 'found' | 'value' | 'values' | 'bool' | 'bools' | 'pairs' | 'refusal';

/**
 * Writes the replies of one stream, each a frame in its outbox, and counts them. A reply that is longer than an
 * answer or a frame of the stream may be becomes 413.
 */
export class ReplyWriter {
  readonly #stream: FrameStream;
  readonly #metrics: KvMetrics;
  readonly #maxReplyBytes: number;

  constructor(stream: FrameStream, metrics: KvMetrics, maxReplyBytes: number) {
    this.#stream = stream;
    this.#metrics = metrics;
    this.#maxReplyBytes = maxReplyBytes;
  }

  /** Nothing else may write a frame meanwhile. `table` and `key`: what a 404 names. */
  write(kind: CountedKind, shape: Shape, result: unknown, table: string, key: string): void {
    switch (shape) {
      case 'found':
        if (result === undefined) this.refuse(kind, refusals.noKey(table, key));
        else this.#writeValue(kind, result as EncodedValue);
        return;
      case 'value':
        this.#writeValue(kind, result as EncodedValue | undefined);
        return;
      case 'bool':
        beginOkReply(sharedWriter);
        addBool(sharedWriter, result as boolean);
        this.#finish(kind, 200);
        return;
      case 'bools':
        beginOkReply(sharedWriter);
        for (const one of result as readonly boolean[]) addBool(sharedWriter, one);
        this.#finish(kind, 200);
        return;
      case 'values':
        this.#writeList(kind, result as Values, addEncodedValue);
        return;
      case 'pairs':
        this.#writeList(kind, result as readonly EncodedPair[] | undefined, addEncodedPair);
        return;
      case 'refusal':
        this.refuse(kind, result as Refusal);
        return;
    }
  }

  refuse(kind: CountedKind, { status, message }: Refusal): void {
    beginReply(sharedWriter, status, message);
    this.#send(kind, status);
  }

  /** Writes a reply of the system's. */
  writeReply(kind: CountedKind, reply: Reply): void {
    sharedWriter.begin();
    encodeReply(reply, sharedWriter);
    this.#finish(kind, reply.status);
  }

  /** Writes the first reply to a subscriber. */
  writeSubscribed(id: number): void {
    beginOkReply(sharedWriter);
    addInteger(sharedWriter, id);
    this.#finish('subscribe', 200);
  }

  #writeValue(kind: CountedKind, value: EncodedValue | undefined): void {
    beginOkReply(sharedWriter);
    addEncodedValue(sharedWriter, value);
    this.#finish(kind, 200);
  }

  /** Undefined: they were too many, which was counted before any was copied. */
  #writeList<T>(
    kind: CountedKind,
    items: readonly T[] | undefined,
    add: (writer: typeof sharedWriter, item: T) => void,
  ): void {
    if (items === undefined) {
      this.refuse(kind, refusals.replyTooLarge(this.#maxReplyBytes));
      return;
    }
    beginOkReply(sharedWriter);
    for (const item of items) add(sharedWriter, item);
    this.#finish(kind, 200);
  }

  #finish(kind: CountedKind, status: number): void {
    if (sharedWriter.payloadBytes <= this.#maxReplyBytes) {
      this.#send(kind, status);
      return;
    }
    sharedWriter.abandon();
    this.refuse(kind, refusals.replyTooLarge(this.#maxReplyBytes));
  }

  #send(kind: CountedKind, status: number): void {
    const { outbox } = this.#stream;
    const before = outbox.bytes;
    if (outbox.add()) {
      this.#metrics.bytesOut += outbox.bytes - before;
      this.#metrics.count(kind, status);
    } else {
      this.refuse(kind, refusals.replyTooLarge(outbox.maxPieceBytes));
    }
  }
}
