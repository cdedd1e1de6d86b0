import type { LeaseReply, LeaseReport, LeaseTransport } from '@inkwire/pool';
import { leaseMs } from './schedule.ts';
import type { Setting } from './setting.ts';
import type { SimProcess } from './sim-process.ts';

/** One end of the network, at a client. */
export interface Endpoint {
  readonly name: string;
  readonly process: SimProcess;
  /** Whether nothing comes through to it or from it. */
  readonly isCut: boolean;
}

/** Carries reports and replies. In trouble they are lost, late, doubled and overtaken; in a storm many of them are. */
export class Network {
  readonly #setting: Setting;
  readonly #listeners = new Map<string, Set<(reply: LeaseReply) => void>>();
  #storms = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  storm(forMs: number): void {
    this.#storms++;
    this.#setting.timeline.after(forMs, () => this.#storms--);
  }

  /** The transport of a client, whose reports come to `deliver`. */
  transport(end: Endpoint, deliver: (report: LeaseReport) => void): LeaseTransport {
    return {
      send: (report) => {
        this.#setting.journal.say(`${end.name} ▶`, report);
        if (!end.isCut) this.#travel(() => deliver(report));
      },
      onReply: (listener) => {
        const listeners = this.#listenersOf(end.name);
        const receive = (reply: LeaseReply) => {
          if (!end.isCut) end.process.run(() => listener(reply));
        };
        listeners.add(receive);
        return { [Symbol.dispose]: () => void listeners.delete(receive) };
      },
    };
  }

  /** Sends a reply to all clients of the name. */
  reply(reply: LeaseReply): void {
    this.#setting.journal.say(`${reply.client} ◀`, reply);
    this.#travel(() => {
      for (const receive of this.#listenersOf(reply.client)) receive(reply);
    });
  }

  /** From now on those that listen by this name receive replies as `change` makes them. */
  changeReplies(name: string, change: (reply: LeaseReply) => LeaseReply): void {
    const listeners = this.#listenersOf(name);
    for (const receive of [...listeners]) {
      listeners.delete(receive);
      listeners.add((reply) => receive(change(reply)));
    }
  }

  #listenersOf(name: string): Set<(reply: LeaseReply) => void> {
    let listeners = this.#listeners.get(name);
    if (listeners === undefined) this.#listeners.set(name, (listeners = new Set()));
    return listeners;
  }

  #travel(deliver: () => void): void {
    const { random, timeline, isTroubled } = this.#setting;
    const isStorm = this.#storms > 0;
    const copies = random.next() < (isStorm ? 0.3 : 0.02) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (isTroubled && random.next() < (isStorm ? 0.4 : 0.03)) continue;
      const isLate = isTroubled && random.next() < (isStorm ? 0.4 : 0.03);
      timeline.after((isLate ? 3 * leaseMs : 3) * random.next(), deliver);
    }
  }
}
