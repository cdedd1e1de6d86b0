import { Owner } from '@inkwire/base';
import { type Bus, type BusLane, type BusSubject, noCounts } from './bus.ts';
import { busFull, type KeptLimits, KeptMessages } from './kept-messages.ts';
import { subjectKey } from './subjects.ts';
import { Subscriptions } from './subscriptions.ts';

/** A bus within one process, for several hubs in one program. */
export interface LocalBus {
  /** A place on it. */
  join(limits?: KeptLimits): LocalPlace;
  /** From now on nothing passes between the two, and neither is notified; or it passes again. */
  cut(one: LocalPlace, other: LocalPlace, isCut: boolean): void;
}

/** A hub's place on a local bus, which can be disconnected as a server's can. */
export interface LocalPlace extends Bus {
  disconnect(): void;
  reconnect(): void;
}

/** Creates a bus whose messages arrive in a later turn of the event loop, in order. */
export function createLocalBus(): LocalBus {
  const places = new Set<Place>();
  const cuts = new Map<Bus, Set<Bus>>();
  const reach = (from: Place) => [...places].filter((to) => to !== from && !cuts.get(from)?.has(to));
  return {
    join(limits = {}) {
      const place = new Place(limits, reach, () => places.delete(place));
      places.add(place);
      return place;
    },
    cut(one, other, isCut) {
      for (const [from, to] of [
        [one, other],
        [other, one],
      ] as const) {
        const unreached = cuts.get(from) ?? new Set();
        cuts.set(from, unreached);
        if (isCut) unreached.add(to);
        else unreached.delete(to);
      }
    },
  };
}

class Place extends Owner implements LocalPlace {
  readonly control: Lane;
  readonly data: Lane;
  readonly counts = noCounts();
  isConnected = true;
  readonly #listeners = new Set<(isConnected: boolean) => void>();
  readonly #onClose: () => void;
  #arrived: (() => void)[] = [];
  #isScheduled = false;

  constructor(limits: KeptLimits, reach: (from: Place) => readonly Place[], onClose: () => void) {
    super('bus');
    this.#onClose = onClose;
    this.control = new Lane(this, 'control', limits, reach);
    this.data = new Lane(this, 'data', limits, reach);
  }

  onConnection(listener: (isConnected: boolean) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  disconnect(): void {
    if (!this.isConnected) return;
    this.isConnected = false;
    this.counts.disconnects++;
    this.#arrived = [];
    for (const listener of this.#listeners) listener(false);
  }

  reconnect(): void {
    if (this.isConnected || this.closed) return;
    this.isConnected = true;
    for (const listener of this.#listeners) listener(true);
    this.data.release();
  }

  /** @internal */
  arrive(lane: 'control' | 'data', key: string, bytes: Uint8Array): void {
    if (!this.isConnected || !this[lane].subscriptions.has(key)) return;
    this.#arrived.push(() => {
      this.counts.received++;
      this.counts.receivedBytes += bytes.length;
      this[lane].subscriptions.deliver(key, bytes);
    });
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#deliver());
  }

  #deliver(): void {
    this.#isScheduled = false;
    const arrived = this.#arrived;
    this.#arrived = [];
    for (const deliver of arrived) deliver();
  }

  /** @internal */
  expectUse(): void {
    this.expectOpen();
  }

  protected override drain(): void {
    this.#onClose();
    this.#deliver();
  }

  protected override abort(): void {
    this.#arrived = [];
    this.#onClose();
  }
}

class Lane implements BusLane {
  readonly subscriptions = new Subscriptions();
  readonly #place: Place;
  readonly #name: 'control' | 'data';
  readonly #reach: (from: Place) => readonly Place[];
  readonly #kept: KeptMessages<string>;

  constructor(
    place: Place,
    name: 'control' | 'data',
    limits: KeptLimits,
    reach: (from: Place) => readonly Place[],
  ) {
    this.#place = place;
    this.#name = name;
    this.#reach = reach;
    this.#kept = new KeptMessages(limits, place.counts);
  }

  get isConnected(): boolean {
    return this.#place.isConnected;
  }

  get hasRoom(): boolean {
    return this.#place.isConnected || this.#name === 'control' || this.#kept.hasRoom;
  }

  publish(subject: BusSubject, bytes: Uint8Array): void {
    this.#place.expectUse();
    const key = subjectKey(subject);
    if (this.#place.isConnected) this.#send(key, bytes);
    else if (this.#name === 'data') this.#kept.add(key, bytes);
    else this.#place.counts.dropped++;
  }

  subscribe(subject: BusSubject, listener: (bytes: Uint8Array) => void): Disposable {
    return this.subscriptions.add(subject, listener);
  }

  async flush(): Promise<void> {
    if (!this.#place.isConnected) throw busFull();
    await new Promise((resolve) => setImmediate(resolve));
  }

  release(): void {
    this.#kept.release((key, bytes) => this.#send(key, bytes));
  }

  #send(key: string, bytes: Uint8Array): void {
    const { counts } = this.#place;
    counts.sent++;
    counts.sentBytes += bytes.length;
    for (const place of this.#reach(this.#place)) place.arrive(this.#name, key, bytes.slice());
  }
}
