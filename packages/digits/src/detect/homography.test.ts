import { expect, test } from 'vitest';
import { flatSize, flatten, mapToQuad, type Quad } from './homography.ts';

const quad: Quad = [
  [12, 7],
  [95, 20],
  [88, 70],
  [4, 61],
];

test('corners go to corners, straight lines stay straight, and the middle is where the diagonals cross', () => {
  const toQuad = mapToQuad(40, 30, quad);
  const corners = [toQuad(0, 0), toQuad(40, 0), toQuad(40, 30), toQuad(0, 30)];
  corners.forEach(([x, y], i) => {
    expect(x).toBeCloseTo(quad[i]![0], 9);
    expect(y).toBeCloseTo(quad[i]![1], 9);
  });
  const line = [toQuad(5, 3), toQuad(15, 13), toQuad(30, 28)] as const;
  const [[ax, ay], [bx, by], [cx, cy]] = line;
  expect((bx - ax) * (cy - ay) - (by - ay) * (cx - ax)).toBeCloseTo(0, 9);
  const [mx, my] = toQuad(20, 15);
  for (const [[px, py], [qx, qy]] of [
    [quad[0], quad[2]],
    [quad[1], quad[3]],
  ] as const)
    expect((qx - px) * (my - py) - (qy - py) * (mx - px)).toBeCloseTo(0, 9);
});

test('flattening an upright rectangle cuts it out, every channel', () => {
  const data = Float32Array.from({ length: 10 * 8 * 2 }, (_, i) => i);
  const upright: Quad = [
    [2, 3],
    [6, 3],
    [6, 6],
    [2, 6],
  ];
  const flat = flatten({ width: 10, height: 8, channels: 2, data }, upright, 4, 3, new Float32Array(24));
  for (let y = 0; y < 3; y++)
    for (let x = 0; x < 4; x++)
      for (let c = 0; c < 2; c++)
        expect(flat[(y * 4 + x) * 2 + c]).toBeCloseTo(data[((y + 3) * 10 + x + 2) * 2 + c]!, 4);
});

test('beyond the picture its edge goes on', () => {
  const data = Uint8Array.from([10, 20, 30, 40]);
  const around: Quad = [
    [-2, -2],
    [4, -2],
    [4, 4],
    [-2, 4],
  ];
  const flat = flatten({ width: 2, height: 2, channels: 1, data }, around, 6, 6, new Uint8Array(36));
  expect([flat[0], flat[5], flat[30], flat[35]]).toEqual([10, 20, 30, 40]);
});

test('the flat size is that of the longer sides', () => {
  expect(flatSize(quad)).toEqual({ width: 84, height: 55 });
});
