import { BaseError, createManualClock } from '@inkwire/base';
import { expect, it } from 'vitest';
import type { LeaseReply } from '../allocator/messages.ts';
import { encodeReply } from './codec.ts';
import { createWireTransport, type WireTransportOptions } from './wire-transport.ts';

const atRest = () => new Promise<void>((resolve) => setImmediate(resolve));

const farewell = (answers: number): LeaseReply => ({
  kind: 'farewell',
  client: 'a',
  incarnation: 'a#1',
  epoch: 1,
  answers,
});

/** The items that are pushed, until the hub ends it. */
class FakeSubscription {
  readonly #items: { values: readonly Uint8Array[] }[] = [];
  #wake = () => {};
  #end: 'no' | 'ended' | Error = 'no';

  push(bytes: Uint8Array): void {
    this.#items.push({ values: [bytes] });
    this.#wake();
  }

  end(how: 'ended' | Error = 'ended'): void {
    this.#end = how;
    this.#wake();
  }

  unsubscribe(): void {
    this.end();
  }

  async *[Symbol.asyncIterator]() {
    for (;;) {
      const item = this.#items.shift();
      if (item) {
        yield item;
        continue;
      }
      if (this.#end instanceof Error) throw this.#end;
      if (this.#end === 'ended') return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** A transport whose chance is always one half: its waits are 50 ms, 100 ms, and so on up to 2,500. */
function scene() {
  const clock = createManualClock();
  const subscriptions: FakeSubscription[] = [];
  const errors: unknown[] = [];
  const heard: number[] = [];
  let isClosed = false;
  const client = {
    lease: async () => new Uint8Array(0),
    subscribe() {
      if (isClosed) throw new BaseError('BASE_CLOSED', 'The client is closed');
      const subscription = new FakeSubscription();
      subscriptions.push(subscription);
      return subscription;
    },
  } as unknown as WireTransportOptions['client'];
  const onError = (error: unknown) => void errors.push(error);
  const transport = createWireTransport({ client, name: 'a', clock, random: () => 0.5, onError });
  transport.onReply(({ answers }) => heard.push(answers));
  const closeClient = () => {
    isClosed = true;
  };
  return { clock, subscriptions, errors, heard, transport, closeClient };
}

it('goes on after a message that cannot be read, and says so', async () => {
  const { subscriptions, heard, errors, transport } = scene();
  subscriptions[0]!.push(Buffer.from('ff', 'hex'));
  subscriptions[0]!.push(encodeReply(farewell(7)));
  await atRest();
  expect(errors).toMatchObject([{ code: 'WIRE_MESSAGE_INVALID' }]);
  expect(heard).toEqual([7]);
  await transport.close();
});

it('subscribes again when that has ended or failed, after waits that grow until something is heard', async () => {
  const { clock, subscriptions, heard, errors, transport } = scene();
  const endsAndWaits = async (ms: number) => {
    const before = subscriptions.length;
    subscriptions.at(-1)!.end(new Error('refused'));
    await atRest();
    clock.advance(ms - 1);
    await atRest();
    expect(subscriptions).toHaveLength(before);
    clock.advance(1);
    await atRest();
    expect(subscriptions).toHaveLength(before + 1);
  };
  for (const ms of [50, 100, 200, 400, 800, 1600, 2500, 2500]) await endsAndWaits(ms);
  expect(errors).toHaveLength(8);
  subscriptions.at(-1)!.push(encodeReply(farewell(8)));
  await atRest();
  expect(heard).toEqual([8]);
  await endsAndWaits(50);
  subscriptions.at(-1)!.end();
  await atRest();
  expect(clock.pending).toBe(1);
  await transport.close();
  expect(clock.pending).toBe(0);
});

it('subscribes no more once its client is closed', async () => {
  const { clock, subscriptions, errors, closeClient, transport } = scene();
  closeClient();
  subscriptions[0]!.end();
  await atRest();
  clock.advance(50);
  await atRest();
  expect([errors.length, clock.pending]).toEqual([0, 0]);
  await transport.close();
});
