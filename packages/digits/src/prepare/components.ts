import type { Piece } from './boxes.ts';

/** A connected piece of ink. */
export interface Component extends Piece {
  /** The label of its pixels, from 1. */
  readonly label: number;
  /** The number of its holes, from its Euler number (Gray 1971, bit quads, 8-connected). */
  readonly holes: number;
}

/** A mask's components and, for each pixel, whose it is (0 = paper). */
export interface Labelled {
  readonly width: number;
  readonly height: number;
  /** [height × width] */
  readonly labels: Int32Array;
  /** Labels go from 1 to this, also those of pieces that are no longer among the components. */
  readonly lastLabel: number;
  readonly components: readonly Component[];
}

/** Finds the 8-connected components of a mask (1 = ink) in two passes with union–find. */
export function labelComponents(mask: {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}): Labelled {
  const { width, height, data } = mask;
  const labels = new Int32Array(width * height);
  const parents = [0];
  const find = (label: number): number => {
    while (parents[label] !== label) label = parents[label] = parents[parents[label]!]!;
    return label;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (data[i] === 0) continue;
      let label = x > 0 ? labels[i - 1]! : 0;
      if (y > 0) {
        // Of the three above, the middle one touches the other two: where it is ink it alone decides.
        const middle = labels[i - width]!;
        if (middle !== 0) label = label === 0 ? middle : union(parents, find(label), find(middle));
        else {
          const left = x > 0 ? labels[i - width - 1]! : 0;
          const right = x + 1 < width ? labels[i - width + 1]! : 0;
          if (left !== 0) label = label === 0 ? left : union(parents, find(label), find(left));
          if (right !== 0) label = label === 0 ? right : union(parents, find(label), find(right));
        }
      }
      if (label === 0) parents.push((label = parents.length));
      labels[i] = label;
    }
  }
  const components = measure(width, height, labels, numberRoots(parents, find));
  return { width, height, labels, lastLabel: components.length, components };
}

function union(parents: number[], a: number, b: number): number {
  const root = Math.min(a, b);
  parents[a] = root;
  parents[b] = root;
  return root;
}

/** Numbers the roots from 1 and gives each provisional label its final one. */
function numberRoots(parents: number[], find: (label: number) => number): Int32Array {
  const numbers = new Int32Array(parents.length);
  let count = 0;
  for (let label = 1; label < parents.length; label++) {
    const root = find(label);
    numbers[label] = root === label ? ++count : numbers[root]!;
  }
  return numbers;
}

/** Replaces provisional labels by final ones and measures each component. An outline is its cracks times π/4. */
function measure(width: number, height: number, labels: Int32Array, numbers: Int32Array): Component[] {
  const count = numbers.reduce((a, b) => Math.max(a, b), 0);
  const left = new Int32Array(count + 1).fill(width);
  const top = new Int32Array(count + 1).fill(height);
  const right = new Int32Array(count + 1);
  const bottom = new Int32Array(count + 1);
  const area = new Int32Array(count + 1);
  const cracks = new Int32Array(count + 1);
  const quads = new Int32Array(count + 1);
  for (let i = 0; i < labels.length; i++) labels[i] = numbers[labels[i]!]!;
  for (let y = 0; y <= height; y++)
    for (let x = 0; x <= width; x++) {
      const i = y * width + x;
      const d = x < width && y < height ? labels[i]! : 0;
      const c = x > 0 && y < height ? labels[i - 1]! : 0;
      const b = x < width && y > 0 ? labels[i - width]! : 0;
      const a = x > 0 && y > 0 ? labels[i - width - 1]! : 0;
      if (d !== 0) {
        area[d]!++;
        if (x < left[d]!) left[d] = x;
        if (x >= right[d]!) right[d] = x + 1;
        if (y < top[d]!) top[d] = y;
        bottom[d] = y + 1;
      }
      if ((c === 0) !== (d === 0)) cracks[c + d]!++;
      if ((b === 0) !== (d === 0)) cracks[b + d]!++;
      const ink = +(a !== 0) + +(b !== 0) + +(c !== 0) + +(d !== 0);
      if (ink === 0 || ink === 4) continue;
      const label = a || b || c || d;
      if (ink === 1) quads[label]!++;
      else if (ink === 3) quads[label]!--;
      else if ((a !== 0) === (d !== 0)) quads[label]! -= 2;
    }
  return Array.from({ length: count }, (_, i) => ({
    label: i + 1,
    left: left[i + 1]!,
    top: top[i + 1]!,
    right: right[i + 1]!,
    bottom: bottom[i + 1]!,
    area: area[i + 1]!,
    outline: (cracks[i + 1]! * Math.PI) / 4,
    holes: 1 - quads[i + 1]! / 4,
  }));
}
