import { type Clock, sleep, within } from '@inkwire/base';
import { connected, ended, errnoOf, isFull, type MysqlCore, type MysqlInside } from './driver.ts';

/** The time in which the server must take an order. */
const patienceMs = 1_000;
/** The waits between attempts to connect to a server that is full: doubling from the one to the other. */
const [firstRetryMs, longestRetryMs] = [20, 500];

const noSuchThread = 1094;

type Core = MysqlCore & MysqlInside;

interface Order {
  readonly connect: () => Core;
  readonly threadId: number;
  /** The time at which a server that stays full is no longer asked. */
  readonly deadline: number;
  carriedOut(): void;
}

/**
 * Has the server end sessions whose socket has gone: such a one finishes its statement first, and keeps its slot until then.
 * It takes a connection made for that, so a pool may have one more than its maximum: one, however many are to be ended, for
 * they are ended in turn over the same. Like a client that was fenced and connects, that is what an allocator's `spare`
 * slots are for.
 */
export class SessionKiller {
  readonly #clock: Clock;
  readonly #closeTimeoutMs: number;
  readonly #orders: Order[] = [];
  #isAtWork = false;
  #core: Core | undefined;

  constructor(clock: Clock, closeTimeoutMs: number) {
    this.#clock = clock;
    this.#closeTimeoutMs = closeTimeoutMs;
  }

  /** Resolves when it was ordered or could not be; a server that is full is asked again for as long as a close may take. */
  kill(connect: () => Core, threadId: number): Promise<void> {
    const deadline = this.#clock.monotonic() + this.#closeTimeoutMs;
    return new Promise((carriedOut) => {
      this.#orders.push({ connect, threadId, deadline, carriedOut });
      if (!this.#isAtWork) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#isAtWork = true;
    for (let order = this.#orders.shift(); order !== undefined; order = this.#orders.shift()) {
      await this.#carryOut(order);
      if (this.#orders.length === 0) await this.#disconnect();
      order.carriedOut();
    }
    this.#isAtWork = false;
  }

  async #carryOut({ connect, threadId, deadline }: Order): Promise<void> {
    for (let retryMs = firstRetryMs; ; retryMs = Math.min(2 * retryMs, longestRetryMs)) {
      try {
        this.#core ??= await this.#connect(connect);
        await this.#soon(this.#core.promise().query(`KILL CONNECTION ${threadId}`));
        return;
      } catch (error) {
        if (errnoOf(error) === noSuchThread) return;
        await this.#disconnect();
        // Nothing can be done about any other failure: the session ends when its statement does.
        if (!isFull(error) || this.#clock.monotonic() + retryMs > deadline) return;
        await sleep(retryMs, { clock: this.#clock });
      }
    }
  }

  async #connect(connect: () => Core): Promise<Core> {
    const core = connect();
    core.on('error', () => {});
    try {
      await this.#soon(connected(core));
      return core;
    } catch (error) {
      core.stream.destroy();
      throw error;
    }
  }

  /** Says goodbye and waits until the server has closed, so that the next connection is not one too many. */
  async #disconnect(): Promise<void> {
    const core = this.#core;
    if (core === undefined) return;
    this.#core = undefined;
    const closed = ended(core);
    core.end();
    await this.#soon(closed).catch(() => core.stream.destroy());
  }

  #soon<T>(promise: Promise<T>): Promise<T> {
    return within(promise, { timeoutMs: patienceMs }, this.#clock);
  }
}
