import { expect, test } from 'vitest';
import { PageBatches } from '../../src/train/page-batches.ts';
import { PageMaker } from '../../src/train/page-maker.ts';
import { inventDigits } from '../made-up-digits.ts';

const digits = inventDigits(20);
const stream = { seed: 7, batch: 2, size: { width: 64, height: 32 } };

test.each([1, 3])('%i workers make the batches that this thread would, in order', async (workers) => {
  await using batches = new PageBatches({ digits, stream, first: 4, workers });
  const maker = new PageMaker(digits, stream);
  for (let number = 4; number < 12; number++) {
    expect(batches.position).toBe(number);
    expect(await batches.next()).toEqual(maker.batch(number));
  }
});

test('a worker that ends ends the run with its reason', async () => {
  const impossible = { ...stream, size: { width: -8, height: 32 } };
  await using batches = new PageBatches({ digits, stream: impossible, first: 0, workers: 2 });
  const failed = {
    code: 'DIGITS_PAGES_FAILED',
    message: expect.stringContaining('Invalid typed array length'),
  };
  await expect(batches.next()).rejects.toMatchObject(failed);
  // More than were asked for ahead: a batch that is asked of an ended worker fails as well.
  for (let i = 0; i < 6; i++) await expect(batches.next()).rejects.toMatchObject(failed);
});

test('workers end with their source, in the middle of what they make', async () => {
  const batches = new PageBatches({ digits, stream: { ...stream, batch: 1_000 }, first: 0, workers: 2 });
  const refused = expect(batches.next()).rejects.toMatchObject({ code: 'DIGITS_PAGES_FAILED' });
  await batches.close();
  await refused;
});
