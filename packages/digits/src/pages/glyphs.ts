import type { Random } from '@inkwire/base';
import { digitBytes, type LabelledSet, pictureSide } from '../data/labelled-set.ts';
import type { Coverage } from './ink.ts';
export interface Glyph extends Coverage {
  readonly digit: number;
}
export interface GlyphSource {
  draw(random: Random, height: number): Glyph;
}
export function createGlyphs(set: LabelledSet): GlyphSource {
  return {
    draw(random, height): Glyph {
      const i = random.below(set.count);
      const px = set.images.subarray(i * digitBytes, (i + 1) * digitBytes);
      let [l, t, r, b] = [28, 28, 0, 0];
      for (let y = 0; y < 28; y++)
        for (let x = 0; x < 28; x++)
          if (px[y * pictureSide + x]! > 60) {
            l = Math.min(l, x);
            t = Math.min(t, y);
            r = Math.max(r, x + 1);
            b = Math.max(b, y + 1);
          }
      const s = height / (b - t);
      const width = Math.max(3, Math.round((r - l) * s * (0.75 + 0.5 * random.next())));
      const h = Math.round(height);
      const shear = 0.15 * random.normal();
      const pad = Math.ceil((Math.abs(shear) * h) / 2);
      const coverage = new Float32Array((width + 2 * pad) * h);
      const at = (x: number, y: number) => (x < 0 || y < 0 || x >= 28 || y >= 28 ? 0 : px[y * 28 + x]! / 255);
      const th = 0.25 + 0.5 * random.next();
      const k = 5 + 9 * random.next();
      for (let y = 0; y < h; y++)
        for (let x = 0; x < width + 2 * pad; x++) {
          const v = t + ((y + 0.5) / h) * (b - t) - 0.5;
          const u = l + ((x + 0.5 - pad + shear * (y - h / 2)) / width) * (r - l) - 0.5;
          const [iu, iv] = [Math.floor(u), Math.floor(v)];
          const [fu, fv] = [u - iu, v - iv];
          const g =
            (1 - fv) * ((1 - fu) * at(iu, iv) + fu * at(iu + 1, iv)) +
            fv * ((1 - fu) * at(iu, iv + 1) + fu * at(iu + 1, iv + 1));
          const c = 1 / (1 + Math.exp(-k * (g - th)));
          coverage[y * (width + 2 * pad) + x] = c < 0.08 ? 0 : c;
        }
      return { digit: set.labels[i]!, width: width + 2 * pad, height: h, coverage };
    },
  };
}
