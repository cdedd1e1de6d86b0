import { createManualClock } from '@inkwire/base';
import { expect, it } from 'vitest';
import { followChanges } from './follow-changes.ts';

it('yields at first, after each change, and not in between', async () => {
  const clock = createManualClock();
  const end = new AbortController();
  const versions = [undefined, 'a', 'a', 'b', 'b', 'a'];
  const seen: string[] = [];
  const following = (async () => {
    const look = async () => {
      const stamp = versions.shift();
      return stamp === undefined ? undefined : { value: stamp.toUpperCase(), stamp };
    };
    for await (const value of followChanges(look, 1000, { signal: end.signal, clock })) seen.push(value);
  })();
  while (versions.length > 0) {
    await expect.poll(() => clock.pending).toBe(1);
    clock.advance(1000);
  }
  await expect.poll(() => clock.pending).toBe(1);
  end.abort();
  await following;
  expect(seen).toEqual(['A', 'B', 'A']);
  expect(clock.pending).toBe(0);
});

it('passes on what goes wrong while looking', async () => {
  const look = async () => {
    throw new Error('gone');
  };
  const first = followChanges(look, 1000, { signal: new AbortController().signal }).next();
  await expect(first).rejects.toThrow('gone');
});
