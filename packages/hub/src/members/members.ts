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
import type { WireLimits } from '../limits/limits.ts';
import { RateLimit } from '../limits/rate-limit.ts';

/*
 * The members, over every transport alike.
 *
 *     join ──▶ present ──rename──▶ present ──leave──▶ gone
 *
 * Invariants: an id is given once in the life of the process, from 1 up. A listener that is told of a change finds it in
 * `get` and in the list already. There is no event of a member before it has joined, and none after it has left.
 */

/** A place among the members, held by what serves the connection. */
export interface Membership {
  readonly facts: MemberFacts;
  /** Throws `HUB_NAME_INVALID`, and `HUB_RATE_LIMITED` when the name has changed too often, because each change is published. */
  rename(name: string): void;
  leave(): void;
}

type MemberLimits = Pick<WireLimits, 'maxMembers' | 'maxRenamesPerMinute'>;

/** The members: every connection that has joined, over all listeners. */
export class Members {
  readonly #present = new Map<number, { facts: MemberFacts; deliver: Deliver }>();
  readonly #listeners = new Set<(event: MemberEvent) => void>();
  readonly #clock: Clock;
  readonly #limits: MemberLimits;
  #lastId = 0;

  /** @internal */
  constructor(clock: Clock, limits: MemberLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  get size(): number {
    return this.#present.size;
  }

  get(id: number): MemberFacts | undefined {
    return this.#present.get(id)?.facts;
  }

  /** In the order of their arrival. */
  *[Symbol.iterator](): Generator<MemberFacts, void, undefined> {
    for (const { facts } of this.#present.values()) yield facts;
  }

  /** `deliver` receives what other members send. Throws `HUB_OVERLOADED` above `maxMembers`. */
  join({ transport, address, port }: MemberOrigin, deliver: Deliver): Membership {
    const { maxMembers, maxRenamesPerMinute } = this.#limits;
    if (this.#present.size >= maxMembers)
      throw new HubError('HUB_OVERLOADED', `There are ${maxMembers} members already`, { retryable: true });
    const id = ++this.#lastId;
    const since = new Date(this.#clock.now()).toISOString();
    const place = { facts: { id, name: `member-${id}`, address, port, since, transport }, deliver };
    let renames: RateLimit | undefined;
    this.#present.set(id, place);
    this.#notify({ kind: 'joined', member: place.facts });
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
        if (this.#present.has(id)) this.#notify({ kind: 'renamed', member: place.facts });
      },
      leave: () => {
        if (this.#present.delete(id)) this.#notify({ kind: 'left', member: place.facts });
      },
    };
  }

  /** Delivers a message to a member; false if no member has that id. */
  send(to: number, message: MemberMessage<Value>): boolean {
    const place = this.#present.get(to);
    place?.deliver(message);
    return place !== undefined;
  }

  /** Calls `listener` for each event, in order, until the result is disposed of. */
  onEvent(listener: (event: MemberEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  #notify(event: MemberEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** Gives a member a message that another one has sent. */
export type Deliver = (message: MemberMessage<Value>) => void;

const nameInvalid = () =>
  new HubError(
    'HUB_NAME_INVALID',
    `A name has 1 to ${longestMemberName} characters, none of them a control character`,
  );
