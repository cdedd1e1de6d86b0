import { randomInt } from 'node:crypto';
import { HubError } from '../errors.ts';
import type { HubFacts } from './messages.ts';

/*
 * The numbers of hubs, which their members' ids begin with: id = number × 10,000,000 + n.
 *
 * 213 is the largest for which every id fits the signed 32 bits that the lab packet has. A hub takes a number that no other
 * has told, at random, so that two hubs that cannot see each other seldom take the same. Where two have one, the hub that
 * started later takes another.
 */

export const mostHubs = 213;
export const idsPerHub = 10_000_000;

/** A number that is free. Throws `HUB_BUS_CROWDED`. */
export function freeNumber(others: Iterable<HubFacts>): number {
  const taken = new Set(Array.from(others, ({ number }) => number));
  const free = Array.from({ length: mostHubs }, (_, index) => index + 1).filter(
    (number) => !taken.has(number),
  );
  if (free.length === 0)
    throw new HubError(
      'HUB_BUS_CROWDED',
      `There are ${mostHubs} hubs on this bus, and no more ids for members`,
    );
  return free[randomInt(free.length)]!;
}

/** Whether `other` has the number of `own`, and keeps it. */
export function losesNumberTo(own: HubFacts, other: HubFacts): boolean {
  if (own.number === 0 || own.number !== other.number) return false;
  return other.started < own.started || (other.started === own.started && other.id < own.id);
}
