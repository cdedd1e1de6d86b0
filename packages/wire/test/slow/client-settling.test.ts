import { createRandom, type Random } from '@inkwire/base';
import { describe, expect, it } from 'vitest';
import type { Client, Subscription } from '../../src/client/index.ts';
import { toValue } from '../../src/codec/values.ts';
import { accepted, clientOf, refused, ScriptedHub, settle } from '../client-hub.ts';

/** Everything that was promised, and what has become of it. */
class Promises {
  pending = 0;
  readonly codes = new Map<string, number>();
  readonly alien: unknown[] = [];

  watch(promise: Promise<unknown>): void {
    this.pending++;
    promise.then(
      () => this.#settled('fulfilled'),
      (error: unknown) => {
        const code = (error as { code?: unknown } | undefined)?.code;
        if (error === 'Aborted' || (error instanceof Error && error.message === 'Destroyed'))
          this.#settled('asked for');
        else if (typeof code === 'string') this.#settled(code);
        else {
          this.alien.push(error);
          this.#settled('alien');
        }
      },
    );
  }

  #settled(what: string): void {
    this.pending--;
    this.codes.set(what, (this.codes.get(what) ?? 0) + 1);
  }
}

/** A signal that counts who listens to it. */
function createSignals() {
  const listening = new Set<unknown>();
  const open: AbortController[] = [];
  return {
    listening,
    open,
    create(): AbortSignal {
      const controller = new AbortController();
      const { signal } = controller;
      const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
      signal.addEventListener = ((
        type: string,
        listener: EventListener,
        options?: AddEventListenerOptions,
      ) => {
        listening.add(listener);
        add(type, listener, options);
      }) as never;
      signal.removeEventListener = ((type: string, listener: EventListener) => {
        listening.delete(listener);
        remove(type, listener);
      }) as never;
      open.push(controller);
      return signal;
    },
  };
}

const pick = <T>(random: Random, choices: readonly T[]): T => choices[random.below(choices.length)]!;

/** One life of a client, as chance has it. Answers what became of its promises. */
async function live(seed: number, steps: number): Promise<Promises> {
  const random = createRandom(seed);
  const hub = new ScriptedHub();
  hub.multiplexed = random.next() < 0.4;
  if (random.next() < 0.5) hub.token = 'secret';
  const promises = new Promises();
  const signals = createSignals();
  const silence = random.next() * 0.3;
  hub.script = (command) => {
    const chance = random.next();
    if (chance < silence) return 'silence';
    if (chance < silence + 0.1 && !(command.kind === 'hset' && command.table === '$session'))
      return refused(pick(random, [400, 401, 403, 404, 413, 429, 500, 503]), 'As chance has it');
    return undefined;
  };
  const { client, clock } = clientOf(hub, {
    token: hub.token === undefined ? undefined : random.next() < 0.97 ? 'secret' : 'wrong',
    name: random.next() < 0.5 ? 'Ada' : undefined,
    maxQueued: pick(random, [0, 1, 5, 100]),
    maxQueuedBytes: pick(random, [100, 10_000]),
    maxInFlight: pick(random, [1, 3, 100]),
    repeatsReads: random.next() < 0.5,
    timeoutMs: 1_000,
    connectTimeoutMs: 1_000,
    backoff: { initialMs: 50, maxMs: 500, random: () => random.next() },
  });
  const subscriptions: Subscription[] = [];
  const step = stepsOf(client, hub, random, promises, signals, subscriptions, (ms) => clock.advance(ms));
  for (let i = 0; i < steps; i++) {
    step();
    if (random.next() < 0.6) await settle(1 + random.below(3));
  }
  if (random.next() < 0.5) promises.watch(client.close());
  if (random.next() < 0.5) await settle(random.below(4));
  promises.watch(client.destroy(new Error('Destroyed')));
  for (const subscription of subscriptions) promises.watch(subscription.next());
  for (const stalled of hub.stalled) stalled();
  await settle(6);
  expect(promises.pending, `promises left of seed ${seed}`).toBe(0);
  expect(promises.alien, `errors of seed ${seed}`).toEqual([]);
  expect(signals.listening.size, `listeners left of seed ${seed}`).toBe(0);
  if (clock.pending > 0) await settle(10);
  expect(clock.pending, `timers left of seed ${seed}`).toBe(0);
  expect(
    hub.connections.every(({ isOver }) => isOver),
    `connections left of seed ${seed}`,
  ).toBe(true);
  return promises;
}

function stepsOf(
  client: Client,
  hub: ScriptedHub,
  random: Random,
  promises: Promises,
  signals: ReturnType<typeof createSignals>,
  subscriptions: Subscription[],
  advance: (ms: number) => void,
): () => void {
  const wait = () => ({
    ...(random.next() < 0.3 ? { signal: signals.create() } : {}),
    ...(random.next() < 0.3 ? { timeoutMs: random.below(2_000) } : {}),
  });
  const key = () => `k${random.below(4)}`;
  const subscribe = () => {
    if (client.closed || subscriptions.length > 3) return;
    const options = random.next() < 0.5 ? { signal: signals.create(), maxQueued: 1 + random.below(3) } : {};
    const subscription = client.subscribe(random.next() < 0.8 ? 'lobby' : (id) => `$inbox/${id}`, options);
    promises.watch(subscription.ready(wait()));
    subscriptions.push(subscription);
  };
  const acts: readonly (readonly [weight: number, act: () => void])[] = [
    [8, () => promises.watch(client.hset('t', key(), random.below(9), wait()))],
    [8, () => promises.watch(client.hget('t', key(), wait()))],
    [2, () => promises.watch(client.hmget('t', [key(), key()], wait()))],
    [2, () => promises.watch(client.publish('lobby', [random.below(9)], wait()))],
    [1, () => promises.watch(client.hset('t', key(), 'x'.repeat(3_000), wait()))],
    [2, subscribe],
    [4, () => subscriptions.length > 0 && promises.watch(pick(random, subscriptions).next())],
    [1, () => subscriptions.length > 0 && promises.watch(pick(random, subscriptions).return())],
    [6, () => advance(random.below(200))],
    [2, () => advance(random.below(3_000))],
    [2, () => hub.connections.length > 0 && pick(random, hub.connections).destroy()],
    [2, () => hub.streams.length > 0 && pick(random, hub.streams).destroy()],
    [1, () => hub.streams.length > 0 && pick(random, hub.streams).frames.end()],
    [
      1,
      () => hub.streams.length > 0 && pick(random, hub.streams).reply({ ...accepted, values: [toValue(1)] }),
    ],
    [1, () => hub.publish('lobby', toValue(random.below(9)))],
    [1, () => dropSlow(hub, 'lobby')],
    [3, () => signals.open.length > 0 && pick(random, signals.open).abort('Aborted')],
    [1, () => Object.assign(hub, { unreachable: hub.unreachable ? undefined : new Error('Unreachable') })],
    [1, () => Object.assign(hub, { stalls: !hub.stalls })],
    [1, () => hub.stalled.shift()?.()],
    [0.2, () => promises.watch(client.close())],
    [0.1, () => promises.watch(client.destroy(new Error('Destroyed')))],
  ];
  const total = acts.reduce((sum, [weight]) => sum + weight, 0);
  return () => {
    let at = random.next() * total;
    for (const [weight, act] of acts) {
      at -= weight;
      if (at < 0) {
        act();
        return;
      }
    }
  };
}

function dropSlow(hub: ScriptedHub, topic: string): void {
  for (const stream of hub.streams) if (stream.topic === topic) stream.reply(refused(429, 'Too slow'));
}

describe('a client', () => {
  const lives = process.env.INKWIRE_LONG === '1' ? 10_000 : 400;

  it(`settles every promise and leaves nothing behind, in ${lives} lives as chance has them`, async () => {
    const codes = new Map<string, number>();
    for (let seed = 0; seed < lives; seed++) {
      const promises = await live(seed, 12 + (seed % 20));
      for (const [code, count] of promises.codes) codes.set(code, (codes.get(code) ?? 0) + count);
    }
    // Chance has been everywhere.
    for (const code of [
      'fulfilled',
      'asked for',
      'BASE_TIMEOUT',
      'BASE_CLOSED',
      'WIRE_STATUS',
      'WIRE_CONNECTION_LOST',
      'WIRE_QUEUE_FULL',
    ])
      expect(codes.get(code) ?? 0, code).toBeGreaterThan(lives / 100);
  });
});
