/**
 * Counts what one subscriber has not taken yet. The frames themselves wait in its channel, which says how many bytes of
 * them are left; how many messages those are is told by marks, one for each batch that waits.
 */
export class SubscriberQueue {
  /** Messages that wait, as far as is known: a batch counts until its last byte has gone. */
  messages = 0;
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  /** Bytes offered so far, at the end of each batch that waits, and its messages. */
  #ends: number[] = [];
  #counts: number[] = [];
  #head = 0;
  #offered = 0;

  constructor(maxMessages: number, maxBytes: number) {
    this.#maxMessages = maxMessages;
    this.#maxBytes = maxBytes;
  }

  /**
   * Whether a batch may be added while the channel still holds `queuedBytes`. What is offered to an empty queue is always
   * taken, or a message longer than the limit could never be sent.
   */
  offer(bytes: number, messages: number, queuedBytes: number): boolean {
    if (queuedBytes === 0) this.#clear();
    else if (!this.#hasRoom(bytes, messages, queuedBytes)) return false;
    this.#offered += bytes;
    this.#ends.push(this.#offered);
    this.#counts.push(messages);
    this.messages += messages;
    return true;
  }

  #hasRoom(bytes: number, messages: number, queuedBytes: number): boolean {
    const gone = this.#offered - queuedBytes;
    while (this.#head < this.#ends.length && this.#ends[this.#head]! <= gone)
      this.messages -= this.#counts[this.#head++]!;
    if (this.#head > 64 && this.#head * 2 > this.#ends.length) this.#compact();
    return queuedBytes + bytes <= this.#maxBytes && this.messages + messages <= this.#maxMessages;
  }

  #compact(): void {
    this.#ends = this.#ends.slice(this.#head);
    this.#counts = this.#counts.slice(this.#head);
    this.#head = 0;
  }

  #clear(): void {
    if (this.#ends.length === 0) return;
    this.#ends.length = 0;
    this.#counts.length = 0;
    this.#head = 0;
    this.messages = 0;
  }
}
