import { needOf } from '../messages.ts';
import { fillShares, numbersOf, wholeShares } from './fill-shares.ts';
import type { Shares, SharingClient, Strategy } from './strategy.ts';

/** Shares in proportion to the weights, whatever is needed. */
export function fixedStrategy(): Strategy {
  const sharing = {
    share: <C extends SharingClient>(clients: readonly C[], room: number) =>
      shareInProportion(clients, room, ({ weight }) => weight),
    nextMs: () => Infinity,
  };
  return { name: 'fixed', begin: () => sharing };
}

/** Shares in proportion to weights, above floors and below ceilings. It is scarce if a client needs more than its share. */
export function shareInProportion<C extends SharingClient>(
  clients: readonly C[],
  room: number,
  weightOf: (client: C) => number,
): Shares<C> {
  const bounds = {
    least: numbersOf(clients, ({ floor }) => floor),
    most: numbersOf(clients, ({ ceiling }) => ceiling),
    weight: numbersOf(clients, weightOf),
  };
  const whole = wholeShares(fillShares(bounds, room), (i) => clients[i]!.granted);
  const isShort = ({ report, ceiling }: C, i: number) => Math.min(needOf(report), ceiling) > whole[i]!;
  return {
    all: clients.map((client, i) => ({ client, target: whole[i]!, low: whole[i]!, keep: whole[i]! })),
    isScarce: clients.some(isShort),
  };
}
