import { Fifo } from '@inkwire/base';

/**
 * Counts the messages that one subscriber has not received yet. Their frames wait in its channel, which knows how many of
 * their bytes still wait. This queue notes where each batch ends, and so knows how many messages those bytes are.
 */
export class SubscriberQueue {
  /** Messages that wait, as far as is known: a batch counts until its last byte has gone. */
  messages = 0;
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  /** The batches that wait: the bytes offered up to the end of each, and its messages. */
  readonly #batches = new Fifo<{ readonly end: number; readonly messages: number }>();
  #offered = 0;

  constructor(maxMessages: number, maxBytes: number) {
    this.#maxMessages = maxMessages;
    this.#maxBytes = maxBytes;
  }

  /**
   * Whether a batch may be added while the channel still holds `queuedBytes`. A batch for an empty queue is always
   * taken, or a message longer than the limit could never be sent.
   */
  offer(bytes: number, messages: number, queuedBytes: number): boolean {
    this.#forget(queuedBytes);
    if (queuedBytes > 0 && !this.#hasRoom(bytes, messages, queuedBytes)) return false;
    this.#offered += bytes;
    this.#batches.push({ end: this.#offered, messages });
    this.messages += messages;
    return true;
  }

  /** Forgets the batches of which the channel holds nothing any more. */
  #forget(queuedBytes: number): void {
    const gone = this.#offered - queuedBytes;
    for (
      let first = this.#batches.first;
      first !== undefined && first.end <= gone;
      first = this.#batches.first
    ) {
      this.messages -= first.messages;
      this.#batches.shift();
    }
  }

  #hasRoom(bytes: number, messages: number, queuedBytes: number): boolean {
    return queuedBytes + bytes <= this.#maxBytes && this.messages + messages <= this.#maxMessages;
  }
}
