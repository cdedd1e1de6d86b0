import { createRandom } from '@inkwire/base';
import { describe, expect, it } from 'vitest';
import { faultsOf, type Seen } from './message-history.ts';

const published = (sequence: number, publisher = 'p', topic = 't'): Seen => ({
  kind: 'published',
  publisher,
  topic,
  sequence,
});
const received = (sequence: number, publisher = 'p', subscriber = 's'): Seen => ({
  kind: 'received',
  subscriber,
  publisher,
  sequence,
});
const subscribed: Seen = { kind: 'subscribed', subscriber: 's', topic: 't' };

/** A history that keeps every promise: two publishers, messages in flight, one fault in the middle. */
function goodHistory(seed: number): Seen[] {
  const random = createRandom(seed);
  const history: Seen[] = [published(0), subscribed];
  const flying: { publisher: string; sequence: number }[] = [];
  const sequences = new Map([
    ['p', 1],
    ['q', 0],
  ]);
  const arrive = () => {
    const { publisher, sequence } = flying.shift()!;
    history.push(received(sequence, publisher));
  };
  for (let step = 0; step < 400; step++) {
    if (step === 200) {
      history.push({ kind: 'broken' });
      flying.length = 0;
    }
    if (step === 250) history.push({ kind: 'whole' });
    if (random.next() < 0.5) {
      const publisher = random.next() < 0.5 ? 'p' : 'q';
      const sequence = sequences.get(publisher)!;
      sequences.set(publisher, sequence + 1);
      history.push(published(sequence, publisher));
      if (step < 200 || step >= 250) flying.push({ publisher, sequence });
    } else if (flying.length > 0) arrive();
  }
  while (flying.length > 0) arrive();
  return [...history, { kind: 'settled' }];
}

describe('the check of histories', () => {
  it('finds nothing in histories that keep every promise', () => {
    for (let seed = 0; seed < 50; seed++) expect(faultsOf(goodHistory(seed))).toEqual([]);
  });

  it('finds each kind of planted error, wherever it stands', () => {
    for (let seed = 0; seed < 50; seed++) {
      const good = goodHistory(seed);
      const random = createRandom(seed + 1_000);
      const calm = good.findIndex(({ kind }) => kind === 'whole');
      const receipts = good.flatMap((seen, at) => (seen.kind === 'received' && at > calm ? [at] : []));
      const at = receipts[random.below(receipts.length)]!;
      const seen = good[at] as Extract<Seen, { kind: 'received' }>;
      const message = `${seen.publisher}#${seen.sequence}`;

      expect(faultsOf(good.toSpliced(at, 1))).toEqual([`s lost ${message}`]);
      expect(faultsOf(good.toSpliced(at, 0, seen))).toEqual([`s received ${message} twice`]);
      expect(faultsOf(good.toSpliced(at, 0, received(99_999)))).toContain(
        's received p#99999, which was not published there',
      );
      const refused: Seen = { kind: 'refused', publisher: seen.publisher, sequence: seen.sequence };
      expect(faultsOf([...good, refused])).toEqual([`s received ${message}, which was refused`]);

      // The next message of the same publisher first.
      const next = receipts.find(
        (other) => other > at && (good[other] as typeof seen).publisher === seen.publisher,
      );
      if (next === undefined) continue;
      const swapped = good.with(at, good[next]!).with(next, seen);
      expect(faultsOf(swapped)).toContain(`s received ${message} out of order`);
    }
  });

  it('excuses a loss only while something is broken, and what was on its way then', () => {
    const broken: Seen = { kind: 'broken' };
    const settled: Seen = { kind: 'settled' };
    expect(faultsOf([subscribed, published(1), broken, { kind: 'whole' }, settled])).toEqual([]);
    expect(faultsOf([subscribed, broken, published(1), { kind: 'whole' }, settled])).toEqual([]);
    expect(faultsOf([subscribed, published(1), settled, broken])).toEqual(['s lost p#1']);
    expect(faultsOf([subscribed, broken, { kind: 'whole' }, published(1), settled])).toEqual(['s lost p#1']);
  });

  it('expects nothing of messages from before the subscription was answered, or after its end', () => {
    const ended: Seen = { kind: 'unsubscribed', subscriber: 's' };
    expect(faultsOf([published(1), subscribed, ended, published(2)])).toEqual([]);
    expect(faultsOf([received(1)])[0]).toBe('s received p#1 before it was subscribed');
  });
});
