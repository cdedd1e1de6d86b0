import type { PoolClient, PoolFacts } from '@inkwire/wire/hub';
import { describe, expect, it } from 'vitest';
import { layersOf, noHistory, spanOf, withFacts } from './pool-history.ts';

const client = (name: string, inUse: number, queued = 0): PoolClient => ({
  ...{ name, incarnation: 'i', state: 'member', isSilent: false, min: 1, max: 9, inUse, idle: 0, opening: 0 },
  ...{ closing: 0, queued, longestWaitMs: 0, usedRate: 0, failureRate: 0 },
  ...{ floor: 1, ceiling: 9, weight: 1, held: inUse, failures: 0, completed: 0 },
});

function facts(...clients: PoolClient[]): PoolFacts {
  const total = { capacity: 20, reserved: 10, total: 20, spare: 0, strategy: 'fair', epoch: 1 };
  const state = { clients: clients.length, isScarce: false, isLearning: false, counts: {} };
  return { total: { ...total, ...state }, clients };
}

describe('the history', () => {
  it('stacks the clients one upon the other', () => {
    let history = withFacts(noHistory, facts(client('a', 2)), 0);
    history = withFacts(history, facts(client('a', 1), client('b', 3, 4)), 1_000);
    expect(layersOf(history)).toEqual([
      { seat: 0, name: 'a', from: [0, 0], to: [2, 1] },
      { seat: 1, name: 'b', from: [2, 1], to: [2, 4] },
    ]);
    expect(history.samples.map(({ needed }) => needed)).toEqual([2, 8]);
  });

  it('keeps one sample of each half second, the latest', () => {
    let history = withFacts(noHistory, facts(client('a', 1)), 1_000);
    history = withFacts(history, facts(client('a', 2)), 1_400);
    history = withFacts(history, facts(client('a', 3)), 1_500);
    expect(history.samples.map(({ time, open }) => [time, open.get('a')])).toEqual([
      [1_000, 2],
      [1_500, 3],
    ]);
  });

  it('forgets what is older than its window, and keeps how it was when that begins', () => {
    let history = noHistory;
    for (const seconds of [0, 10, 100, 185, 195])
      history = withFacts(history, facts(client('a', 1)), seconds * 1_000);
    expect(history.samples.map(({ time }) => time / 1_000)).toEqual([10, 100, 185, 195]);
    expect(spanOf(history, 195_000)).toBe(180_000);
    expect(spanOf(noHistory, 195_000)).toBe(60_000);
  });

  it('gives each client a colour of its own, and one that is free again to the next', () => {
    const many = Array.from({ length: 9 }, (_, at) => client(`c${at}`, 9 - at));
    let history = withFacts(noHistory, facts(...many), 0);
    expect(history.seats).toEqual(['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7']);
    expect(layersOf(history).at(-1)).toEqual({ seat: undefined, name: undefined, from: [44], to: [45] });
    const left = many.filter(({ name }) => name !== 'c3');
    history = withFacts(history, facts(...left), 100_000);
    expect(history.seats[3]).toBe('c3');
    history = withFacts(withFacts(history, facts(...left), 300_000), facts(...left), 600_000);
    expect(history.seats[3]).toBe('c8');
    expect(history.seats[0]).toBe('c0');
  });
});
