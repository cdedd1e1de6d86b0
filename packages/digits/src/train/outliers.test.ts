import { createRandom } from '@inkwire/base';
import { expect, test } from 'vitest';
import { digitBytes, type LabelledSet } from '../data/labelled-set.ts';
import { drawOutliers, outlierLabel } from './outliers.ts';

/** Digits that are bars, upright and level. */
function bars(count: number): LabelledSet {
  const random = createRandom(3);
  const images = new Uint8Array(count * digitBytes);
  for (let i = 0; i < count; i++) {
    const at = 4 + random.below(18);
    for (let along = 4; along < 24; along++)
      for (let across = at; across < at + 3; across++)
        images[i * digitBytes + (i % 2 ? along * 28 + across : across * 28 + along)] = 255;
  }
  return { name: 'bars', count, images, labels: Uint8Array.from({ length: count }, (_, i) => i % 2) };
}

test('what is no digit is drawn anew by each seed, has ink, and says that it is none', () => {
  const drawn = drawOutliers(60, bars(20), 1);
  expect(drawn.count).toBe(60);
  expect(new Set(drawn.labels)).toEqual(new Set([outlierLabel]));
  const pictures = Array.from({ length: 60 }, (_, i) =>
    drawn.images.subarray(i * digitBytes, (i + 1) * digitBytes),
  );
  for (const picture of pictures) expect(picture.filter((ink) => ink > 127).length).toBeGreaterThan(10);
  expect(new Set(pictures.map((picture) => Buffer.from(picture).toString('base64'))).size).toBeGreaterThan(
    50,
  );
  expect(drawOutliers(60, bars(20), 1).images).toEqual(drawn.images);
  expect(drawOutliers(60, bars(20), 2).images).not.toEqual(drawn.images);
});
