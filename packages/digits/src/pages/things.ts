/** Things that are not writing, as a camera sees them: flat shapes with light on one side, one before the other. */
import type { Random } from '@inkwire/base';
import { between, chance, scaled } from './chance.ts';

/**
 * Puts up to four round or angular things on a sheet. `plane` [height × width], 0 = black, 1 = white. None is so dark that
 * ink on it could not be seen.
 */
export function placeThings(random: Random, plane: Float32Array, width: number, height: number): void {
  for (let left = 1 + random.below(4); left > 0; left--) placeThing(random, plane, width, height);
}

function placeThing(random: Random, plane: Float32Array, width: number, height: number): void {
  const [cx, cy] = [between(random, 0, width), between(random, 0, height)];
  const [rx, ry] = [scaled(random, 6, 120), scaled(random, 6, 120)];
  const angle = between(random, 0, Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  // 2 is an ellipse, more is a rectangle with round corners, 1 a rhombus.
  const power = chance(random, 0.6) ? 2 : scaled(random, 1, 12);
  const level = between(random, 0.25, 1);
  const light = between(random, 0, 0.35);
  const lit = between(random, 0, 2 * Math.PI);
  const [lx, ly] = [light * Math.cos(lit), light * Math.sin(lit)];
  const soft = scaled(random, 0.5, 6) / Math.min(rx, ry);
  // No point of it is farther from the middle than this, across or down.
  const reach = (rx + ry) * (1 + soft);
  for (let y = Math.max(0, Math.ceil(cy - reach)); y < Math.min(height, cy + reach); y++)
    for (let x = Math.max(0, Math.ceil(cx - reach)); x < Math.min(width, cx + reach); x++) {
      const u = (cos * (x - cx) + sin * (y - cy)) / rx;
      const v = (cos * (y - cy) - sin * (x - cx)) / ry;
      const out =
        power === 2 ? Math.sqrt(u * u + v * v) : (Math.abs(u) ** power + Math.abs(v) ** power) ** (1 / power);
      if (out > 1 + soft) continue;
      const share = Math.min(1, (1 + soft - out) / (2 * soft));
      const shade = Math.max(0.2, level * (1 + lx * u + ly * v));
      plane[y * width + x]! += share * (shade - plane[y * width + x]!);
    }
}
