import { expect, test } from 'vitest';
import { tinyDetector } from '../../test/tiny-detector.ts';
import { openDetector } from './detector.ts';
import { findMarksIn } from './find-marks.ts';
import { peaksOf } from './marks.ts';

test('inputs of different sizes run through one detector', async () => {
  const detector = await openDetector(tinyDetector(), { threads: 1 });
  for (const [width, height] of [
    [32, 16],
    [8, 8],
    [200, 48],
  ] as const) {
    const data = new Float32Array(width * height);
    for (let y = 4; y < 8; y++) data.fill(3, y * width + 4, y * width + 8);
    const maps = await detector.run(data, width, height);
    expect(maps).toMatchObject({ columns: width / 4, rows: height / 4 });
    expect(maps.heat).toHaveLength((15 * width * height) / 16);
    expect(maps.writing).toHaveLength((2 * width * height) / 16);
    const [mark, ...others] = peaksOf(maps, { scale: 1, left: 0, top: 0 });
    expect(mark).toMatchObject({ kind: 1, x: 6, y: 6, width: 16, height: 32 });
    expect(others).toEqual([]);
  }
  await detector.close();
});

test('a picture is read through the runtime', async () => {
  const detector = await openDetector(tinyDetector(), { threads: 1 });
  const [width, height] = [80, 40];
  const data = new Uint8Array(width * height).fill(240);
  for (let y = 16; y < 24; y++) data.fill(20, y * width + 40, y * width + 44);
  const picture = { fullWidth: width, fullHeight: height, width, height, channels: 1, data };
  const { marks } = await findMarksIn(picture, detector, { directions: false });
  expect(marks).toHaveLength(1);
  expect(Math.abs(marks[0]!.x - 42)).toBeLessThanOrEqual(4);
  await detector.close();
});

test('a closed detector says so', async () => {
  const detector = await openDetector(tinyDetector());
  await detector.close();
  await detector.close();
  await expect(detector.run(new Float32Array(64), 8, 8)).rejects.toMatchObject({ code: 'BASE_CLOSED' });
});

test.each([
  ['bytes that are no model', new Uint8Array([1, 2, 3]), 'page.onnx'],
  ['another input', tinyDetector('pixels'), 'its input is not `plane`'],
  ['a missing output', tinyDetector('plane', ['heat', 'writing']), 'no output `box`'],
])('%s is no detector, and the error names the file', async (_, bytes, words) => {
  await expect(openDetector(bytes, { name: 'page.onnx' })).rejects.toMatchObject({
    code: 'DIGITS_MODEL_DAMAGED',
    message: expect.stringContaining(words),
  });
});
