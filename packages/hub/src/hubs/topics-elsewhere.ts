import { randomUUID } from 'node:crypto';
import type { Timer } from '@inkwire/base';
import type { TopicLink, Topics } from '@inkwire/kv';
import type { Hubs } from './hubs.ts';
import { decodeJson, encodeJson, type HubMessage } from './messages.ts';
import type { Peer } from './peer.ts';

/*
 * The topics of clients over all hubs.
 *
 *     here wanted:       subscribe ─▶ reach ─▶ data lane subscribed ─▶ "wanted" told ─▶ echo of every other hub ─▶ answered
 *     elsewhere wanted:  link ─▶ the frames of each turn go to the data lane
 *
 * An echo is a message that another hub sends through the topic itself. It shows that the hub knows of the interest, and that
 * every server between knows the subscription: what that hub publishes afterwards arrives, as long as nothing disconnects.
 * An echo that is lost is asked for again. A hub that is silent is not waited for, nor any while this bus is disconnected.
 */

/** The first byte of an echo: no frame that may be sent is so long that it begins with it. */
const echoByte = 0xff;
const firstRetryMs = 20;
const longestRetryMs = 500;
/** A topic that nobody here hears any more stays subscribed for a while, because many clients come back. */
const lingerMs = 5_000;

interface Wanted {
  readonly token: string;
  readonly subscription: Disposable;
  /** Hubs whose echo has not arrived. */
  readonly missing: Set<string>;
  /** Undefined when all have. */
  waiting: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  retry: Timer | undefined;
  end: Timer | undefined;
}

/** Connects the topics of this process to those of other hubs. */
export class TopicsElsewhere implements TopicLink, Disposable {
  readonly #hubs: Hubs;
  readonly #topics: Topics;
  readonly #wanted = new Map<string, Wanted>();
  readonly #wantedBy = new Map<string, Set<Peer>>();
  readonly #listening: Disposable[];

  constructor(hubs: Hubs, topics: Topics) {
    this.#hubs = hubs;
    this.#topics = topics;
    this.#listening = [
      hubs.listen({
        onChange: (change, peer) => {
          if ('topic' in change) this.#wantedElsewhere(change.topic, peer, change.kind === 'wanted');
        },
        onEchoAsked: (message, peer) => this.#echo(message, peer),
        onAbsent: (peer) => this.#arrived(peer.facts.id),
      }),
      hubs.bus.onConnection((isConnected) => {
        if (!isConnected) for (const wanted of this.#wanted.values()) this.#settle(wanted);
      }),
    ];
    for (const peer of hubs.peers.values())
      for (const topic of peer.topics) this.#wantedElsewhere(topic, peer, true);
  }

  get hasRoom(): boolean {
    return this.#hubs.bus.data.hasRoom;
  }

  deliver(topic: string, frames: Uint8Array): void {
    try {
      this.#hubs.bus.data.publish(subjectOf(topic), frames);
    } catch {
      // It has no room, or has closed since the message was accepted: the bus counts what it drops.
    }
  }

  /** As `SystemHook.reach` says. */
  reach(topic: string): Promise<void> | undefined {
    const wanted = this.#wanted.get(topic) ?? this.#want(topic);
    wanted.end?.cancel();
    wanted.end = undefined;
    // The subscriber comes when this is answered, or never.
    if (wanted.waiting === undefined) this.#endLater(topic, wanted);
    return wanted.waiting?.promise;
  }

  /** The last subscriber here has left a topic. */
  unsubscribed(topic: string): void {
    const wanted = this.#wanted.get(topic);
    if (wanted && wanted.waiting === undefined) this.#endLater(topic, wanted);
  }

  #want(topic: string): Wanted {
    const { data, isConnected } = { data: this.#hubs.bus.data, isConnected: this.#hubs.bus.isConnected };
    const wanted: Wanted = {
      token: randomUUID(),
      subscription: data.subscribe(subjectOf(topic), (bytes) => this.#receive(topic, bytes)),
      missing: new Set(),
      waiting: undefined,
      retry: undefined,
      end: undefined,
    };
    this.#wanted.set(topic, wanted);
    for (const peer of this.#hubs.peers.values()) if (!peer.isAway) wanted.missing.add(peer.facts.id);
    if (isConnected && wanted.missing.size > 0) {
      wanted.waiting = waiting();
      void wanted.waiting.promise.then(() => this.#endLater(topic, wanted));
      const ask = () => this.#ask(topic, wanted, firstRetryMs);
      data.flush().then(ask, ask);
    }
    this.#hubs.share({ kind: 'wanted', topic });
    return wanted;
  }

  #ask(topic: string, wanted: Wanted, retryMs: number): void {
    if (wanted.waiting === undefined) return;
    this.#hubs.askEcho(topic, wanted.token, [...wanted.missing]);
    const again = () => this.#ask(topic, wanted, Math.min(2 * retryMs, longestRetryMs));
    wanted.retry = this.#hubs.clock.after(retryMs, again, { unref: true });
  }

  #receive(topic: string, bytes: Uint8Array): void {
    if (bytes[0] !== echoByte) {
      this.#topics.deliverFrames(topic, bytes);
      return;
    }
    const { from, token } = decodeJson(bytes.subarray(1)) as {
      readonly from?: string;
      readonly token?: string;
    };
    const wanted = this.#wanted.get(topic);
    if (wanted?.token === token && wanted?.missing.delete(from ?? '') && wanted.missing.size === 0)
      this.#settle(wanted);
  }

  /** A hub is not waited for any more. */
  #arrived(id: string): void {
    for (const wanted of this.#wanted.values())
      if (wanted.missing.delete(id) && wanted.missing.size === 0) this.#settle(wanted);
  }

  #settle(wanted: Wanted): void {
    wanted.missing.clear();
    wanted.retry?.cancel();
    wanted.waiting?.resolve();
    wanted.waiting = undefined;
  }

  #endLater(topic: string, wanted: Wanted): void {
    wanted.end ??= this.#hubs.clock.after(lingerMs, () => this.#endUnused(topic, wanted), { unref: true });
  }

  #endUnused(topic: string, wanted: Wanted): void {
    wanted.end = undefined;
    if (this.#topics.subscribers(topic) > 0 || this.#wanted.get(topic) !== wanted) return;
    this.#wanted.delete(topic);
    wanted.subscription[Symbol.dispose]();
    this.#hubs.share({ kind: 'unwanted', topic });
  }

  #echo({ topic, token }: Extract<HubMessage, { kind: 'echo' }>, peer: Peer): void {
    // Without the interest what is published here would not be sent: it is asked for, and so is the echo again.
    if (!peer.topics.has(topic)) return;
    const echo = encodeJson({ from: this.#hubs.own.id, token });
    this.deliver(topic, Uint8Array.of(echoByte, ...echo));
  }

  #wantedElsewhere(topic: string, peer: Peer, isWanted: boolean): void {
    const peers = this.#wantedBy.get(topic) ?? new Set();
    if (isWanted) peers.add(peer);
    else peers.delete(peer);
    if (peers.size > 0) this.#wantedBy.set(topic, peers);
    else this.#wantedBy.delete(topic);
    this.#topics.link(topic, peers.size > 0 ? this : undefined);
  }

  [Symbol.dispose](): void {
    for (const listening of this.#listening) listening[Symbol.dispose]();
    for (const wanted of this.#wanted.values()) {
      this.#settle(wanted);
      wanted.end?.cancel();
      wanted.subscription[Symbol.dispose]();
    }
    this.#wanted.clear();
    for (const topic of this.#wantedBy.keys()) this.#topics.link(topic, undefined);
    this.#wantedBy.clear();
  }
}

const subjectOf = (topic: string) => ['topic', topic];

function waiting(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
