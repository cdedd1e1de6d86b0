import { describe, expect, test } from 'vitest';
import {
  blankPage,
  type Camera,
  drawLine,
  lookAt,
  onPage,
  photograph,
} from '../../test/photographed-page.ts';
import { findGrid } from './grid.ts';
import type { Point } from './homography.ts';
import type { Plane } from './plane.ts';

const [left, top, side] = [150, 150, 500];

/** A page of 800 × 800 with a grid, thicker every third rule, and a stroke in every other cell. */
function printed(rows: number, columns: number): Plane {
  const page = blankPage(800, 800, 0.9);
  const rule = (from: Point, to: Point, i: number) => drawLine(page, from, to, i % 3 === 0 ? 4 : 2, 0.35);
  for (let i = 0; i <= rows; i++)
    rule([left, top + (side * i) / rows], [left + side, top + (side * i) / rows], i);
  for (let i = 0; i <= columns; i++)
    rule([left + (side * i) / columns, top], [left + (side * i) / columns, top + side], i);
  for (let cell = 0; cell < rows * columns; cell += 2) {
    const [x, y] = [
      left + (side * ((cell % columns) + 0.5)) / columns,
      top + (side * (Math.floor(cell / columns) + 0.5)) / rows,
    ];
    drawLine(page, [x - 8, y - 12], [x + 6, y + 12], 4, 0.1);
  }
  return page;
}

const square = { width: 640, height: 640 };

describe('a grid is found, its cells where they are', () => {
  test.each<[string, number, number, Camera]>([
    ['straight from above', 9, 9, { ...square, corners: lookAt([400, 400], 700, 700, 0) }],
    ['leaning by 20°', 9, 9, { ...square, corners: lookAt([400, 400], 800, 800, 20) }],
    ['leaning by −20°, other counts', 4, 6, { ...square, corners: lookAt([400, 400], 800, 800, -20) }],
    ['from the side', 9, 9, { ...square, corners: lookAt([400, 400], 760, 680, 5, 1.35) }],
    ['two by two', 2, 2, { ...square, corners: lookAt([400, 400], 700, 700, 3) }],
    [
      'in light that falls off',
      9,
      9,
      { ...square, corners: lookAt([400, 400], 700, 700, 7), light: [1, 0.45] },
    ],
    [
      'half in shade',
      6,
      6,
      {
        ...square,
        corners: lookAt([400, 400], 700, 700, 7),
        shade: { isIn: (x, y) => x + y > 700, left: 0.6 },
      },
    ],
    ['in a large picture', 9, 9, { width: 1800, height: 1500, corners: lookAt([400, 400], 800, 700, 4) }],
  ])('%s', (_, rows, columns, camera) => {
    const grid = findGrid(photograph(printed(rows, columns), camera));
    expect(grid).toMatchObject({ rows, columns });
    const toPage = onPage(camera);
    grid!.cells.forEach((corners, i) => {
      const places = [0, 1, 1, 0].map((right, k) => [
        left + (side * ((i % columns) + right)) / columns,
        top + (side * (Math.floor(i / columns) + (k > 1 ? 1 : 0))) / rows,
      ]);
      corners.forEach((corner, k) => {
        const [x, y] = toPage(...corner);
        expect(Math.hypot(x - places[k]![0]!, y - places[k]![1]!)).toBeLessThan(8);
      });
    });
  });
});

describe('there is no grid', () => {
  const camera = { ...square, corners: lookAt([400, 400], 640, 640, 4) };

  test('on squared paper, which runs off the picture', () => {
    const page = blankPage(800, 800, 0.9);
    for (let at = 0; at < 800; at += 30) {
      drawLine(page, [at, 0], [at, 799], 2, 0.5);
      drawLine(page, [0, at], [799, at], 2, 0.5);
    }
    expect(findGrid(photograph(page, camera))).toBeUndefined();
  });

  test.each([
    ['left', [400 + 190, 400]],
    ['top', [400, 400 + 190]],
    ['right', [400 - 190, 400]],
    ['bottom', [400, 400 - 190]],
  ] as const)('that touches the %s edge of the picture', (_, [x, y]) => {
    const cut = { ...square, corners: lookAt([x, y], 640, 640, 0) };
    expect(findGrid(photograph(printed(4, 4), cut))).toBeUndefined();
  });

  test('in a frame, in a row of boxes, in a 0, and on an empty page', () => {
    const page = blankPage(800, 800, 0.9);
    expect(findGrid(photograph(page, camera))).toBeUndefined();
    expect(findGrid(photograph(printed(1, 1), camera))).toBeUndefined();
    expect(findGrid(photograph(printed(1, 5), camera))).toBeUndefined();
    for (let i = 0; i < 60; i++) {
      const at = (turn: number): Point => [400 + 130 * Math.cos(turn), 400 + 200 * Math.sin(turn)];
      drawLine(page, at((i * Math.PI) / 30), at(((i + 1) * Math.PI) / 30), 10, 0.1);
    }
    expect(findGrid(photograph(page, camera))).toBeUndefined();
  });

  test('where rules stand at uneven distances', () => {
    const page = blankPage(800, 800, 0.9);
    for (const at of [0, 0.12, 0.47, 0.66, 1]) {
      drawLine(page, [left, top + side * at], [left + side, top + side * at], 3, 0.3);
      drawLine(page, [left + side * at, top], [left + side * at, top + side], 3, 0.3);
    }
    expect(findGrid(photograph(page, camera))).toBeUndefined();
  });
});
