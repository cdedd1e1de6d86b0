import type { Clock } from '@inkwire/base';
import type { Value } from '@inkwire/wire';
import {
  fitName,
  longestMemberName,
  type MemberEvent,
  type MemberFacts,
  type MemberMessage,
  type MemberOrigin,
} from '@inkwire/wire/hub';
import { HubError } from '../errors.ts';
import { idsPerHub } from '../hubs/hub-numbers.ts';
import type { WireLimits } from '../limits/limits.ts';
import { RateLimit } from '../limits/rate-limit.ts';

/*
 * The members, over every transport alike.
 *
 *     join ──▶ present ──rename──▶ present ──leave──▶ gone
 *
 * Invariants: an id is given once in the life of the process, from 1 up. A listener that is told of a change finds it in
 * `get` and in the list already. There is no event of a member before it has joined, and none after it has left.
 *
 * With other hubs on a bus, members of theirs have places here too (hubs/members-elsewhere.ts), and ids begin with the number
 * of the hub: number × 10,000,000 + n. There an id is given again after 9,999,999 members of that hub.
 */

/** A place among the members, held by what serves the connection. */
export interface Membership {
  readonly facts: MemberFacts;
  /** Throws `HUB_NAME_INVALID`, and `HUB_RATE_LIMITED` when the name has changed too often, because each change is published. */
  rename(name: string): void;
  leave(): void;
}

type MemberLimits = Pick<WireLimits, 'maxMembers' | 'maxRenamesPerMinute'>;

interface Place {
  facts: MemberFacts;
  readonly deliver: Deliver;
  /** Ends the connection of a member of this hub. Undefined for a member of another. */
  readonly expel: (() => void) | undefined;
}

/** Notified of what happens to members; `isHere`: it is a member of this hub. */
export type MemberListener = (event: MemberEvent, isHere: boolean) => void;

/** The members: every connection that has joined, over all listeners, and those of other hubs. */
export class Members {
  readonly #present = new Map<number, Place>();
  readonly #listeners = new Set<MemberListener>();
  readonly #clock: Clock;
  readonly #limits: MemberLimits;
  readonly #hubNumber: (() => number) | undefined;
  #lastId = 0;
  #here = 0;

  /** `hubNumber`: of this hub, where there are others. @internal */
  constructor(clock: Clock, limits: MemberLimits, hubNumber?: () => number) {
    this.#clock = clock;
    this.#limits = limits;
    this.#hubNumber = hubNumber;
  }

  get size(): number {
    return this.#present.size;
  }

  /** Members of this hub. */
  get here(): number {
    return this.#here;
  }

  get(id: number): MemberFacts | undefined {
    return this.#present.get(id)?.facts;
  }

  /** In the order of their arrival. */
  *[Symbol.iterator](): Generator<MemberFacts, void, undefined> {
    for (const { facts } of this.#present.values()) yield facts;
  }

  /**
   * `deliver` receives what other members send; `expel` ends the connection. Throws `HUB_OVERLOADED` above `maxMembers` of
   * this hub.
   */
  join(
    { transport, address, port }: MemberOrigin,
    deliver: Deliver,
    expel: () => void = () => {},
  ): Membership {
    const { maxMembers, maxRenamesPerMinute } = this.#limits;
    if (this.#here >= maxMembers)
      throw new HubError('HUB_OVERLOADED', `There are ${maxMembers} members already`, { retryable: true });
    const id = this.#nextId();
    const since = new Date(this.#clock.now()).toISOString();
    const facts = { id, name: `member-${id}`, address, port, since, transport };
    const place: Place = { facts, deliver, expel };
    let renames: RateLimit | undefined;
    this.#present.set(id, place);
    this.#here++;
    this.#notify({ kind: 'joined', member: place.facts }, true);
    return {
      get facts() {
        return place.facts;
      },
      rename: (name) => {
        const checked = fitName(name);
        if (checked === undefined) throw nameInvalid();
        if (checked === place.facts.name) return;
        renames ??= new RateLimit(maxRenamesPerMinute, 60_000);
        if (!renames.take(this.#clock.monotonic()))
          throw new HubError(
            'HUB_RATE_LIMITED',
            `A name may be changed ${maxRenamesPerMinute} times a minute`,
            {
              retryable: true,
            },
          );
        place.facts = { ...place.facts, name: checked };
        if (this.#present.get(id) === place) this.#notify({ kind: 'renamed', member: place.facts }, true);
      },
      leave: () => {
        if (this.#present.get(id) !== place) return;
        this.#present.delete(id);
        this.#here--;
        this.#notify({ kind: 'left', member: place.facts }, true);
      },
    };
  }

  /**
   * Delivers a message to a member, on whichever hub; false if no member has that id. Throws `HUB_BUS_FULL` where its hub
   * cannot be reached.
   */
  send(to: number, message: MemberMessage<Value>): boolean {
    const place = this.#present.get(to);
    place?.deliver(message);
    return place !== undefined;
  }

  /** Delivers a message that came from another hub to a member of this one, if it is still present. @internal */
  receive(to: number, message: MemberMessage<Value>): void {
    const place = this.#present.get(to);
    if (place?.expel) place.deliver(message);
  }

  /** Gives a member of another hub a place. False when its id is taken. @internal */
  adopt(facts: MemberFacts, deliver: Deliver): boolean {
    if (this.#present.has(facts.id)) return false;
    this.#present.set(facts.id, { facts, deliver, expel: undefined });
    this.#notify({ kind: 'joined', member: facts }, false);
    return true;
  }

  /** A member of another hub has another name. @internal */
  update(facts: MemberFacts): void {
    const place = this.#present.get(facts.id);
    if (place === undefined || place.expel) return;
    place.facts = facts;
    this.#notify({ kind: 'renamed', member: facts }, false);
  }

  /** A member of another hub has left. @internal */
  forget(id: number): void {
    const place = this.#present.get(id);
    if (place === undefined || place.expel) return;
    this.#present.delete(id);
    this.#notify({ kind: 'left', member: place.facts }, false);
  }

  /** Ends the connections of all members of this hub, because their ids are another hub's. @internal */
  expel(): void {
    for (const { expel } of [...this.#present.values()]) expel?.();
  }

  /** Calls `listener` for each event, in order, until the result is disposed of. */
  onEvent(listener: MemberListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  #nextId(): number {
    if (this.#hubNumber === undefined) return ++this.#lastId;
    for (;;) {
      this.#lastId = (this.#lastId % (idsPerHub - 1)) + 1;
      const id = this.#hubNumber() * idsPerHub + this.#lastId;
      if (!this.#present.has(id)) return id;
    }
  }

  #notify(event: MemberEvent, isHere: boolean): void {
    for (const listener of this.#listeners) listener(event, isHere);
  }
}

/** Gives a member a message that another one has sent. */
export type Deliver = (message: MemberMessage<Value>) => void;

const nameInvalid = () =>
  new HubError(
    'HUB_NAME_INVALID',
    `A name has 1 to ${longestMemberName} characters, none of them a control character`,
  );
