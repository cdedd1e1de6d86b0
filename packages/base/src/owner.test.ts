import { expect, test } from 'vitest';
import { Owner } from './owner.ts';

/** Drains when `finish` is called; counts how often each hook was called. */
class Kettle extends Owner {
  drained = 0;
  readonly errors: Error[] = [];
  finish = () => {};

  constructor() {
    super('kettle');
  }

  boil(): void {
    this.expectOpen();
  }

  protected override drain(): Promise<void> {
    this.drained++;
    return new Promise((resolve) => {
      this.finish = resolve;
    });
  }

  protected override abort(error: Error): void {
    this.errors.push(error);
    this.finish();
  }
}

class Cup extends Owner {
  readonly #drain: () => Promise<void>;

  constructor(drain: () => Promise<void>) {
    super('cup');
    this.#drain = drain;
  }

  protected override drain(): Promise<void> {
    return this.#drain();
  }
}

test('close drains once, however often it is called', async () => {
  const kettle = new Kettle();
  expect(kettle.closed).toBe(false);
  const closings = [kettle.close(), kettle.close(), kettle[Symbol.asyncDispose]()];
  expect(kettle.closed).toBe(true);
  expect([kettle.drained, kettle.errors]).toEqual([1, []]);
  kettle.finish();
  await Promise.all(closings);
});

test('what is closed or destroyed refuses further use from the moment of the call', () => {
  for (const end of ['close', 'destroy'] as const) {
    const kettle = new Kettle();
    kettle.boil();
    void kettle[end]();
    expect(kettle.closed).toBe(true);
    expect(() => kettle.boil()).toThrow(
      expect.objectContaining({ code: 'BASE_CLOSED', message: 'The kettle is closed' }),
    );
  }
});

test('destroy aborts a drain that is under way, once, and close then follows it', async () => {
  const kettle = new Kettle();
  const closing = kettle.close();
  const error = new Error('fire');
  await Promise.all([kettle.destroy(error), kettle.destroy(), closing, kettle.close()]);
  expect(kettle.errors).toEqual([error]);
  expect(kettle.drained).toBe(1);
});

test('close after destroy does not drain', async () => {
  const kettle = new Kettle();
  void kettle.destroy();
  const closing = kettle.close();
  expect(kettle.drained).toBe(0);
  await closing;
  expect(kettle.errors).toEqual([expect.objectContaining({ code: 'BASE_CLOSED' })]);
});

test('without a way to abort, destroy drains, or waits for the drain that is under way', async () => {
  for (const isClosing of [false, true]) {
    let drained = 0;
    const cup = new Cup(async () => void drained++);
    if (isClosing) void cup.close();
    await cup.destroy();
    await cup.close();
    expect(drained).toBe(1);
  }
});

test('an owner that is closed again by its own end ends once', async () => {
  let ended = 0;
  const closing: Cup = new Cup(async () => {
    ended++;
    void closing.close();
  });
  await closing.close();
  const destroyed: Cup = new Cup(async () => {
    ended++;
    void destroyed.destroy();
  });
  await destroyed.destroy();
  expect(ended).toBe(2);
});

test('a failing drain rejects every close', async () => {
  const cup = new Cup(() => Promise.reject(new Error('stuck')));
  await expect(cup.close()).rejects.toThrow('stuck');
  await expect(cup.close()).rejects.toThrow('stuck');
});

test('an end that throws at once rejects, and throws nothing at the caller', async () => {
  const stuck = () => {
    throw new Error('stuck');
  };
  for (const end of ['close', 'destroy'] as const) {
    const cup = new Cup(stuck);
    const ended = cup[end]();
    await expect(ended).rejects.toThrow('stuck');
    await expect(cup[end]()).rejects.toThrow('stuck');
  }
});
