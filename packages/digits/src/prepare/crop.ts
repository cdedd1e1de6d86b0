import type { Labelled } from './components.ts';
import { type Grey, histogramOf, percentile, resample } from './grey.ts';
import type { Group } from './grouping.ts';
import { moveEdge, strokeWidth } from './thickness.ts';

export const T = { fine: 4, margin: 12, gain: 2, lo: 1.9, hi: 3.4, box: 0.3, pull: 1, level: 0.8 };

const side = 28;
const digitSide = 20;

export function cropDigit(ink: Grey, labelled: Labelled, group: Group): Uint8Array {
  const longer = Math.max(group.right - group.left, group.bottom - group.top);
  const scale = (digitSide * T.fine) / longer;
  const reach = T.margin / scale;
  const own = ownInk(ink, labelled, group, Math.ceil(reach) + 2);
  const width = Math.ceil(own.area.width * scale);
  const height = Math.ceil(own.area.height * scale);
  let fine = resample(own, { x: 0, y: 0, width: width / scale, height: height / scale }, width, height);
  for (let i = 0; i < fine.length; i++)
    fine[i] = Math.min(1, Math.max(0, (fine[i]! / own.level - 0.5) * T.gain + 0.5));
  const stroke = strokeWidth(fine, width, height) / T.fine;
  const target = Math.min(T.hi, Math.max(T.lo, stroke));
  const by = ((target - stroke) / 2) * T.fine * T.pull;
  if (Math.abs(by) > 0.2) fine = moveEdge(fine, width, height, by);
  return place(fine, width, height);
}

function ownInk(ink: Grey, { labels }: Labelled, group: Group, margin: number) {
  const x0 = group.left - margin;
  const y0 = group.top - margin;
  const width = group.right + margin - x0;
  const height = group.bottom + margin - y0;
  const data = new Uint8Array(width * height);
  const levels = new Uint32Array(256);
  const own = new Set(group.labels);
  for (let y = Math.max(0, y0); y < Math.min(ink.height, y0 + height); y++)
    for (let x = Math.max(0, x0); x < Math.min(ink.width, x0 + width); x++) {
      const i = y * ink.width + x;
      const label = labels[i]!;
      if (label !== 0 && !own.has(label)) continue;
      data[(y - y0) * width + x - x0] = ink.data[i]!;
      if (label !== 0) levels[ink.data[i]!]!++;
    }
  return {
    width,
    height,
    data,
    area: { x: x0, y: y0, width, height },
    level: Math.max(1, percentile(levels, T.level)),
  };
}

function place(ink: Float32Array, width: number, height: number): Uint8Array {
  let left = width,
    top = height,
    right = 0,
    bottom = 0,
    mass = 0,
    massX = 0,
    massY = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const level = ink[y * width + x]!;
      if (level === 0) continue;
      mass += level;
      massX += level * (x + 0.5);
      massY += level * (y + 0.5);
      if (level < T.box) continue;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      if (y >= bottom) bottom = y + 1;
    }
  const step = Math.max(right - left, bottom - top) / digitSide;
  const size = side * step;
  let x = massX / mass - size / 2,
    y = massY / mass - size / 2;
  x = Math.min(left, Math.max(right - size, x));
  y = Math.min(top, Math.max(bottom - size, y));
  const small = resample({ width, height, data: ink }, { x, y, width: size, height: size }, side, side);
  return Uint8Array.from(small, (level) => Math.round(Math.min(1, Math.max(0, level)) * 255));
}
void histogramOf;
