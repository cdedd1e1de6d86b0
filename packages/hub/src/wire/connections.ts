import { type Closable, Owner, within } from '@inkwire/base';
import type { CommandService, Served } from '@inkwire/kv';
import { type Channel, openStreams, type PingOptions, WatchedChannel } from '@inkwire/wire';
import { Caller } from '../members/caller.ts';
import { ConnectionSession, type SessionParts, type SignIn } from './connection-session.ts';

/** The parts that the connections of one hub share. */
export interface ConnectionParts extends SessionParts {
  readonly service: CommandService<Caller>;
}

/** The interval at which a peer that has ended its side is probed. */
const probeEveryMs = 15_000;
const nothing = new Uint8Array(0);
/** The bytes that a new stream counts against its connection's allowance. */
const streamBytes = 4096;

/** The time for what is under way when connections are closed in order: most peers stay until they are cut. */
const closeMs = 500;

/** A connection that is being served. */
interface Open {
  readonly streams: Closable;
  readonly served: ReadonlySet<Served>;
}

/** All wire connections of a listener: each has one session, and a place among the members while it lasts. */
export class Connections extends Owner {
  readonly #parts: ConnectionParts;
  readonly #ping: PingOptions | undefined;
  readonly #open = new Map<Channel, Open>();
  /** The number accepted so far. */
  taken = 0;
  #onEmpty: () => void = () => {};

  /** `ping`: when a multiplexed peer that answers no ping is cut. Default: within 30 s. */
  constructor(parts: ConnectionParts, ping: PingOptions | undefined) {
    super('connections');
    this.#parts = parts;
    this.#ping = ping;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Bytes that were written and that peers have not taken yet. */
  get queuedBytes(): number {
    let bytes = 0;
    for (const channel of this.#open.keys()) bytes += channel.queuedBytes;
    return bytes;
  }

  /** Serves a connection until its end. */
  accept(channel: Channel, signIn: SignIn): void {
    if (this.closed || this.#open.size >= this.#parts.limits.maxMembers) {
      channel.destroy();
      return;
    }
    this.taken++;
    const session = new ConnectionSession(channel, signIn, this.#parts);
    const watched = new WatchedChannel(channel, {
      onEnd: () => this.#keepProbing(channel, session),
      onClose: () => {
        this.#open.delete(channel);
        session.leave();
        if (this.#open.size === 0) this.#onEmpty();
      },
    });
    // One member too many is told so by the end of its connection.
    if (!session.begin()) {
      channel.destroy();
      return;
    }
    const served = new Set<Served>();
    const streams = openStreams(watched, (stream) => this.#serve(stream, session, served), {
      ping: this.#ping,
      allowance: session.allowance,
      clock: this.#parts.clock,
    });
    this.#open.set(channel, { streams, served });
  }

  #serve(stream: Channel, session: ConnectionSession, all: Set<Served>): void {
    const { allowance } = session;
    try {
      allowance.hold(streamBytes);
    } catch (error) {
      stream.destroy(error as Error);
      return;
    }
    const caller = new Caller(session);
    const onClose = (): void => {
      allowance.release(streamBytes);
      all.delete(served);
      caller.leave();
    };
    const served = this.#parts.service.serve(new WatchedChannel(stream, { onClose }), caller, allowance);
    all.add(served);
  }

  /**
   * A peer may end its side and still receive. Node reads no more from such a socket and is not notified that its connection is
   * lost; an empty write finds out.
   */
  #keepProbing(channel: Channel, session: ConnectionSession): void {
    session.after(probeEveryMs, () => {
      channel.write(nothing);
      this.#keepProbing(channel, session);
    });
  }

  protected override async drain(): Promise<void> {
    for (const { streams, served } of this.#open.values()) {
      for (const stream of served) stream.end();
      void streams.close();
    }
    await this.#emptied(closeMs);
    await this.abort();
  }

  protected override async abort(error?: Error): Promise<void> {
    for (const channel of this.#open.keys()) channel.destroy(error);
    await this.#emptied(closeMs);
  }

  /** Waits until no connection is left, but no longer than that. */
  async #emptied(timeoutMs: number): Promise<void> {
    if (this.#open.size === 0) return;
    const emptied = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    await within(emptied, { timeoutMs }, this.#parts.clock).catch(() => {});
  }
}
