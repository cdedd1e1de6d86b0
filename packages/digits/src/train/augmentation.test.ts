import { createRandom } from '@inkwire/base';
import { emitModel, input } from '@inkwire/tensor';
import { onnxRuntime } from '@inkwire/tensor/node';
import { afterAll, expect, test } from 'vitest';
import { augment, drawAugmentation, warpNumbers } from './augmentation.ts';

const still = { rotation: 0, scale: 0, aspect: 0, shear: 0, shift: 0, elastic: 0, thickness: 0 };

/** A picture with ink in a rectangle off the middle. */
function rectangle(): Float32Array {
  return Float32Array.from({ length: 784 }, (_, p) => {
    const [row, column] = [Math.floor(p / 28), p % 28];
    return row >= 8 && row < 20 && column >= 10 && column < 14 ? 1 : 0;
  });
}

const augmented = augment(
  input('picture', 'float32', [1, 1, 28, 28]),
  input('warp', 'float32', [1, warpNumbers]),
  input('thickness', 'float32', [1, 2]),
);
const program = await onnxRuntime.load(emitModel({ out: augmented }), { threads: 1 });
afterAll(() => program.close());

async function warped(warp: Float32Array, thickness = new Float32Array(2)): Promise<Float32Array> {
  const results = await program.run({
    picture: { type: 'float32', shape: [1, 1, 28, 28], data: rectangle() },
    warp: { type: 'float32', shape: [1, warpNumbers], data: warp },
    thickness: { type: 'float32', shape: [1, 2], data: thickness },
  });
  return results.out!.data as Float32Array;
}

function drawn(options: Partial<typeof still>, seed = 1): { warp: Float32Array; thickness: Float32Array } {
  const [warp, thickness] = [new Float32Array(warpNumbers), new Float32Array(2)];
  drawAugmentation({ ...still, ...options }, createRandom(seed), warp, thickness);
  return { warp, thickness };
}

const sum = (values: Float32Array) => values.reduce((a, b) => a + b, 0);

test('numbers of rest leave a picture as it is', async () => {
  const same = await warped(drawn({}).warp);
  same.forEach((value, i) => {
    expect(value).toBeCloseTo(rectangle()[i]!, 4);
  });
});

test('a shift moves the ink by that many pixels', async () => {
  const { warp } = drawn({});
  warp[2] = (3 * 2) / 27; // each pixel is fetched from three to the right
  const moved = await warped(warp);
  for (let row = 0; row < 28; row++) {
    for (let column = 0; column < 25; column++) {
      expect(moved[row * 28 + column]).toBeCloseTo(rectangle()[row * 28 + column + 3]!, 4);
    }
  }
});

test('a quarter turn swaps rows and columns', async () => {
  const { warp } = drawn({});
  warp.set([0, -1, 0, 1, 0, 0]);
  const turned = await warped(warp);
  for (let row = 0; row < 28; row++) {
    for (let column = 0; column < 28; column++) {
      expect(turned[row * 28 + column]).toBeCloseTo(rectangle()[column * 28 + (27 - row)]!, 4);
    }
  }
});

test('thickness adds or takes away ink', async () => {
  const { warp } = drawn({});
  const plain = sum(rectangle());
  expect(sum(await warped(warp, Float32Array.of(1, 0)))).toBeCloseTo(14 * 6, 3);
  expect(sum(await warped(warp, Float32Array.of(0, 1)))).toBeCloseTo(10 * 2, 3);
  expect(plain).toBe(48);
});

test('what is drawn stays within the options and keeps the ink', async () => {
  const options = {
    rotation: 10,
    scale: 0.1,
    aspect: 0.06,
    shear: 0.1,
    shift: 2,
    elastic: 1,
    thickness: 0.5,
  };
  for (let seed = 1; seed <= 20; seed++) {
    const { warp, thickness } = drawn(options, seed);
    expect(Math.abs(warp[2]!)).toBeLessThanOrEqual(4 / 27);
    expect(thickness[0]! * thickness[1]!).toBe(0);
    expect(Math.max(...thickness)).toBeLessThanOrEqual(1);
    const ink = sum(await warped(warp));
    expect(ink).toBeGreaterThan(48 * 0.6);
    expect(ink).toBeLessThan(48 * 1.5);
  }
});
