import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '@inkwire/base';
import { expect, it, onTestFinished } from 'vitest';
import { openFileStore } from '../../src/index.ts';

const runs = process.env.INKWIRE_LONG === '1' ? 500 : 50;

const client = (name: string) => ({ name, incarnation: `${name}#1`, floor: 2 });

it('loses no admission and no epoch, however those that write and those that open take turns', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'inkwire-leases-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const random = createRandom(3);
  const turns = async () => {
    for (let i = random.below(60); i > 0; i--) await new Promise<void>((resolve) => setImmediate(resolve));
  };
  let superseded = 0;
  let kept = 0;
  for (let run = 0; run < runs; run++) {
    const place = join(folder, `${run}`);
    const admitted: string[] = [];
    const epochs: number[] = [];
    const use = async (who: string) => {
      await turns();
      try {
        const store = await openFileStore(place);
        epochs.push(store.epoch);
        for (let i = 0; i < 3; i++) {
          await turns();
          await store.admit(client(`${who}${i}`));
          admitted.push(`${who}${i}`);
        }
      } catch (error) {
        expect(error).toMatchObject({ code: 'POOL_ALLOCATOR_SUPERSEDED' });
        superseded++;
      }
    };
    await Promise.all(['a', 'b', 'c'].map(use));
    const last = await openFileStore(place);
    const names = last.clients.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(admitted));
    expect(new Set(epochs).size).toBe(epochs.length);
    for (const epoch of epochs) expect(last.epoch).toBeGreaterThan(epoch);
    kept += admitted.length;
  }
  // Where all took their turns one after another nothing is proved.
  expect(Math.min(superseded, kept)).toBeGreaterThan(0);
});
