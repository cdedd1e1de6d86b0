import { type Clock, createManualClock } from '@inkwire/base';
import { onTestFinished } from 'vitest';
import { joinMembers } from '../src/hubs/members-elsewhere.ts';
import {
  createLocalBus,
  type Hubs,
  type LocalBus,
  type LocalPlace,
  Members,
  openHubs,
} from '../src/index.ts';
import { turn } from './served-hub.ts';

/** A hub on a local bus with a list of members, and what happened on that list. */
export interface SeenHub {
  readonly hubs: Hubs;
  readonly place: LocalPlace;
  readonly members: Members;
  /** `joined 7`, `left 7`, … */
  readonly events: string[];
  /** The members that were expelled. */
  readonly expelled: number[];
  ids(): number[];
  join(): ReturnType<Members['join']>;
}

/** Hubs on one local bus with a clock that the test moves. */
export interface BusOfHubs {
  readonly bus: LocalBus;
  open(name?: string): Promise<SeenHub>;
  /** Moves the clock, and lets messages arrive between. */
  advance(ms: number): Promise<void>;
  /** The process is stopped for so long, as by SIGSTOP: no timer runs meanwhile. */
  stall(ms: number): void;
}

/** Creates a bus on which hubs can be opened, until the test has finished. */
export function createBusOfHubs(): BusOfHubs {
  const bus = createLocalBus();
  const manual = createManualClock(1_700_000_000_000);
  let stalledMs = 0;
  const clock: Clock = {
    now: () => manual.now() + stalledMs,
    monotonic: () => manual.monotonic() + stalledMs,
    after: (delayMs, callback) => manual.after(delayMs, callback),
  };
  const advance = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 50) {
      manual.advance(50);
      for (let turns = 0; turns < 6; turns++) await turn();
    }
  };
  const open = async (name?: string): Promise<SeenHub> => {
    const place = bus.join();
    let hubs: Hubs | undefined;
    const opening = openHubs({ bus: place, clock, name }).then((opened) => {
      hubs = opened;
    });
    while (hubs === undefined) await Promise.race([opening, advance(50)]);
    const own = hubs;
    const limits = { maxMembers: 100, maxRenamesPerMinute: 100 };
    const members = new Members(clock, limits, () => own.own.number);
    const joined = joinMembers(own, members);
    const events: string[] = [];
    const expelled: number[] = [];
    members.onEvent(({ kind, member }) => events.push(`${kind} ${member.id}`));
    onTestFinished(async () => {
      joined[Symbol.dispose]();
      await own.destroy();
      await place.destroy();
    });
    let port = 1_000;
    return {
      hubs: own,
      place,
      members,
      events,
      expelled,
      ids: () => [...members].map(({ id }) => id).sort((a, b) => a - b),
      join() {
        const origin = { transport: 'tcp', address: '127.0.0.1', port: port++ };
        const membership = members.join(
          origin,
          () => {},
          () => {
            expelled.push(membership.facts.id);
            membership.leave();
          },
        );
        return membership;
      },
    };
  };
  const stall = (ms: number): void => {
    stalledMs += ms;
  };
  return { bus, open, advance, stall };
}
