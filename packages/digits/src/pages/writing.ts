/** What is written on a made-up page, and where. */
import type { Random } from '@inkwire/base';
import { between, chance, scaled } from './chance.ts';
import type { GlyphSource } from './glyphs.ts';
import { type Bounds, type Coverage, createCanvas, drawLine, drawPath, stamp } from './ink.ts';
import { type Mark, markClasses, type PageSize } from './mark.ts';
import type { BaseLine } from './paper.ts';

/** The layers of a page's writing. */
export interface Writing {
  readonly marks: Mark[];
  /** Ink of the marks. */
  readonly marked: Coverage;
  /** Ink of other things: letters, crossings-out, strokes of nothing, digits that the edge cuts. */
  readonly other: Coverage;
  /** What shows through from the back, absent on most pages. */
  readonly behind?: Coverage | undefined;
  /** The line that rules follow. */
  readonly line: BaseLine;
}

/** How one hand writes on this page. */
interface Hand {
  readonly height: number;
  readonly angle: number;
  /** Mean and deviation of the gaps between digits, in digit heights. */
  readonly gap: number;
  readonly gapSpread: number;
  readonly sizeSpread: number;
  readonly lift: number;
  /** How often a separator follows a digit, and mostly which. */
  readonly separators: number;
  readonly separator: string;
  readonly pen: number;
}

const separatorKinds = '.,-/:';

function drawHand(random: Random): Hand {
  const height = scaled(random, 13, 43);
  return {
    height,
    angle: chance(random, 0.75) ? 0.045 * random.normal() : between(random, -0.36, 0.36),
    gap: 0.12 + 0.14 * random.normal(),
    gapSpread: between(random, 0.02, 0.16),
    sizeSpread: chance(random, 0.1) ? 0.3 : between(random, 0.02, 0.15),
    lift: between(random, 0, 0.09),
    separators: chance(random, 0.45) ? between(random, 0.1, 0.5) : 0,
    separator: separatorKinds[random.below(separatorKinds.length)]!,
    pen: Math.max(1, height * scaled(random, 0.04, 0.16)),
  };
}

/** Writes a page: lines, a table of single digits, one large digit, or no digit at all. */
export function writePage(glyphs: GlyphSource, random: Random, size: PageSize): Writing {
  const hand = drawHand(random);
  const page = new PageWriter(glyphs, random, size, hand);
  const kind = random.next();
  if (kind < 0.78) page.lines();
  else if (kind < 0.87) page.table();
  else if (kind < 0.93) page.single();
  if (chance(random, kind < 0.93 ? 0.25 : 0.7)) page.scribble();
  if (chance(random, 0.05)) page.showThrough();
  return page.done();
}

class PageWriter {
  readonly #glyphs: GlyphSource;
  readonly #random: Random;
  readonly #size: PageSize;
  readonly #hand: Hand;
  readonly #marks: Mark[] = [];
  readonly #marked: Coverage;
  readonly #other: Coverage;
  #behind: Coverage | undefined;
  #line: BaseLine;

  constructor(glyphs: GlyphSource, random: Random, size: PageSize, hand: Hand) {
    this.#glyphs = glyphs;
    this.#random = random;
    this.#size = size;
    this.#hand = hand;
    this.#marked = createCanvas(size.width, size.height);
    this.#other = createCanvas(size.width, size.height);
    const y = between(random, Math.min(hand.height, size.height * 0.6), size.height - 2);
    this.#line = { x: size.width / 2, y, angle: hand.angle, digitHeight: hand.height };
  }

  done(): Writing {
    return {
      marks: this.#marks,
      marked: this.#marked,
      other: this.#other,
      behind: this.#behind,
      line: this.#line,
    };
  }

  /** One line, or several above each other, close or far apart. */
  lines(): void {
    const [random, { height }] = [this.#random, this.#hand];
    if (chance(random, 0.35)) {
      this.#writeLine(this.#line.x, this.#line.y);
      return;
    }
    const spacing = height * (chance(random, 0.35) ? between(random, 0.92, 1.2) : between(random, 1.2, 2.4));
    const { x, y, angle } = this.#line;
    for (let k = -5; k <= 5; k++) {
      const [lx, ly] = [x - Math.sin(angle) * spacing * k, y + Math.cos(angle) * spacing * k];
      if (ly < height * 0.4 || ly > this.#size.height + height * 0.4) continue;
      if (k === 0 || chance(random, 0.85)) this.#writeLine(lx, ly + 0.05 * height * random.normal());
    }
  }

  /** From somewhere left to somewhere right along the base line through x, y. */
  #writeLine(x: number, y: number): void {
    const [random, hand] = [this.#random, this.#hand];
    const half = this.#size.width / 2;
    const start = chance(random, 0.7)
      ? between(random, -half, half * 0.3)
      : between(random, -half - 10, 6 - half);
    const most = chance(random, 0.7) ? 1 + random.below(8) : 30;
    const bend = 0.001 * random.normal();
    const point = (along: number): [number, number] => {
      const up = bend * along * along * 0.3;
      return [
        x + along * Math.cos(hand.angle) - up * Math.sin(hand.angle),
        y + along * Math.sin(hand.angle) + up * Math.cos(hand.angle),
      ];
    };
    let along = start;
    if (chance(random, 0.08)) along = this.#writeSeparator(chance(random, 0.7) ? '-' : '/', along, point);
    for (let k = 0; k < most && along < half + 10; k++) {
      along = chance(random, 0.03) ? this.#strikeOut(along, point) : this.#writeDigit(along, point);
      if (chance(random, hand.separators)) {
        const usual = chance(random, 0.8);
        along = this.#writeSeparator(usual ? hand.separator : separatorKinds[random.below(5)]!, along, point);
      } else if (chance(random, 0.06)) along += hand.height * between(random, 0.3, 1.6);
    }
  }

  #writeDigit(along: number, point: (along: number) => [number, number]): number {
    const [random, hand] = [this.#random, this.#hand];
    const height = this.#digitHeight();
    const glyph = this.#glyphs.draw(random, height);
    const [x, y] = point(along + glyph.width / 2);
    const up = height / 2 + hand.lift * hand.height * random.normal();
    this.#place(glyph, glyph.digit, x + Math.sin(hand.angle) * up, y - Math.cos(hand.angle) * up);
    return along + glyph.width + Math.max(-0.25, hand.gap + hand.gapSpread * random.normal()) * height;
  }

  #digitHeight(): number {
    const { height, sizeSpread } = this.#hand;
    return Math.min(46, Math.max(10, height * Math.exp(sizeSpread * this.#random.normal())));
  }

  /** Ink that is mostly on the page is a mark; what the edge cuts in two is other writing. */
  #place(ink: Coverage, kind: number, x: number, y: number): void {
    const { width, height } = this.#size;
    const share = (centre: number, extent: number, end: number) =>
      Math.max(0, Math.min(end, centre + extent / 2) - Math.max(0, centre - extent / 2)) / extent;
    if (share(x, ink.width, width) * share(y, ink.height, height) < 0.68) {
      stamp(this.#other, ink, x, y, this.#hand.angle);
      return;
    }
    const { bounds } = stamp(this.#marked, ink, x, y, this.#hand.angle);
    if (bounds.right > bounds.left) this.#marks.push(markOf(kind, bounds));
  }

  #writeSeparator(kind: string, along: number, point: (along: number) => [number, number]): number {
    const [random, hand] = [this.#random, this.#hand];
    const ink = drawSeparator(kind, random, hand.height, hand.pen);
    const before = hand.height * between(random, 0, 0.2);
    const [x, y] = point(along + before + ink.width / 2);
    const up = ink.up * hand.height;
    this.#place(ink, markClasses.indexOf(kind), x + Math.sin(hand.angle) * up, y - Math.cos(hand.angle) * up);
    return along + before + ink.width + hand.height * between(random, 0, 0.25);
  }

  /** A digit that its writer crossed out: no mark. */
  #strikeOut(along: number, point: (along: number) => [number, number]): number {
    const [random, hand] = [this.#random, this.#hand];
    const glyph = this.#glyphs.draw(random, this.#digitHeight());
    const [x, cy] = point(along + glyph.width / 2);
    const y = cy - glyph.height / 2;
    stamp(this.#other, glyph, x, y, hand.angle);
    const [w, h] = [glyph.width / 2 + 3, glyph.height / 2];
    const jitter = () => 0.25 * h * random.normal();
    for (let k = 1 + random.below(4); k > 0; k--)
      drawLine(
        this.#other,
        [x - w + jitter() * 0.4, y + (chance(random, 0.5) ? h * between(random, -1, 1) : jitter())],
        [x + w + jitter() * 0.4, y + (chance(random, 0.5) ? h * between(random, -1, 1) : jitter())],
        hand.pen,
      );
    return along + glyph.width + hand.height * 0.15;
  }

  /** Single digits in rows and columns, as in the cells of a table; some cells are empty. */
  table(): void {
    const [random, hand] = [this.#random, this.#hand];
    const pitch = hand.height * between(random, 1.15, 2.2);
    const wide = pitch * between(random, 0.75, 1.5);
    const filled = between(random, 0.4, 1);
    const [ox, oy] = [between(random, 0, wide), between(random, 0, pitch)];
    for (let y = oy; y < this.#size.height + hand.height; y += pitch)
      for (let x = ox; x < this.#size.width + hand.height; x += wide) {
        if (!chance(random, filled)) continue;
        const glyph = this.#glyphs.draw(random, this.#digitHeight());
        const loose = 0.08 * hand.height;
        this.#place(glyph, glyph.digit, x + loose * random.normal(), y + loose * random.normal());
      }
  }

  /** One digit alone, up to the largest size. */
  single(): void {
    const random = this.#random;
    const glyph = this.#glyphs.draw(random, between(random, 20, 46));
    const { width, height } = this.#size;
    this.#place(glyph, glyph.digit, between(random, 12, width - 12), between(random, 22, height - 22));
  }

  /** Strokes that mean nothing. */
  scribble(): void {
    const [random, hand] = [this.#random, this.#hand];
    for (let k = 1 + random.below(3); k > 0; k--) {
      let [x, y] = [between(random, 0, this.#size.width), between(random, 0, this.#size.height)];
      let direction = between(random, 0, 2 * Math.PI);
      const reach = hand.height * scaled(random, 0.08, 0.5);
      const turn = between(random, 0.1, 1.2);
      const path: [number, number][] = [[x, y]];
      for (let step = 1 + random.below(9); step > 0; step--) {
        direction += turn * random.normal();
        x += reach * Math.cos(direction);
        y += reach * Math.sin(direction);
        path.push([x, y]);
      }
      drawPath(this.#other, path, hand.pen * between(random, 0.6, 1.3));
    }
  }

  /** Digits of the other side, mirrored. */
  showThrough(): void {
    const [random, hand] = [this.#random, this.#hand];
    this.#behind = createCanvas(this.#size.width, this.#size.height);
    let x = between(random, -20, 40);
    const y = between(random, 10, this.#size.height);
    for (let k = 2 + random.below(6); k > 0; k--) {
      const glyph = this.#glyphs.draw(random, hand.height * between(random, 0.8, 1.4));
      stamp(this.#behind, mirrored(glyph), x, y, 0.1 * random.normal());
      x += glyph.width * 1.2;
    }
  }
}

function mirrored({ width, height, coverage }: Coverage): Coverage {
  const result = new Float32Array(coverage.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) result[y * width + x] = coverage[y * width + width - 1 - x]!;
  return { width, height, coverage: result };
}

function markOf(kind: number, { left, top, right, bottom }: Bounds): Mark {
  return { kind, x: (left + right) / 2, y: (top + bottom) / 2, width: right - left, height: bottom - top };
}

/** A separator for digits of a height; `up` is how far its centre stands above the base line, in digit heights. */
function drawSeparator(
  kind: string,
  random: Random,
  height: number,
  pen: number,
): Coverage & { readonly up: number } {
  const dot = Math.max(1.6, Math.max(pen, height * scaled(random, 0.06, 0.16)));
  if (kind === '.')
    return {
      ...drawn(
        [
          [0, 0],
          [0.1, 0.1 * random.normal()],
        ],
        dot,
      ),
      up: between(random, -0.03, 0.08),
    };
  if (kind === ',') {
    const length = height * between(random, 0.15, 0.35);
    return {
      ...drawn(
        [
          [0.3 * length, 0],
          [0.35 * length, 0.5 * length],
          [0, length],
        ],
        Math.max(1.2, pen),
      ),
      up: -0.06,
    };
  }
  if (kind === '-') {
    const length = height * between(random, 0.2, 0.75);
    return {
      ...drawn(
        [
          [0, 0],
          [length, 0.08 * length * random.normal()],
        ],
        Math.max(1.2, pen),
      ),
      up: between(random, 0.3, 0.6),
    };
  }
  if (kind === '/') {
    const tall = height * between(random, 1.15, 1.8);
    return {
      ...drawn(
        [
          [tall * between(random, 0.25, 0.7), 0],
          [0, tall],
        ],
        Math.max(1.2, pen),
      ),
      up: between(random, 0.4, 0.55),
    };
  }
  const apart = height * between(random, 0.25, 0.55);
  const upper = drawn(
    [
      [0, 0],
      [0.1, 0],
    ],
    dot,
  );
  return { ...twoDots(upper, apart), up: between(random, 0.3, 0.5) };
}

function twoDots(dot: Coverage, apart: number): Coverage {
  const canvas = createCanvas(dot.width, dot.height + Math.ceil(apart));
  stamp(canvas, dot, dot.width / 2, dot.height / 2, 0);
  stamp(canvas, dot, dot.width / 2, canvas.height - dot.height / 2, 0);
  return canvas;
}

/** A path on a canvas of its own, tight to its ink. */
function drawn(points: readonly (readonly [number, number])[], thickness: number): Coverage {
  const margin = Math.ceil(thickness / 2) + 1;
  const [left, top] = [Math.min(...points.map(([x]) => x)), Math.min(...points.map(([, y]) => y))];
  const canvas = createCanvas(
    Math.ceil(Math.max(...points.map(([x]) => x)) - left) + 2 * margin,
    Math.ceil(Math.max(...points.map(([, y]) => y)) - top) + 2 * margin,
  );
  drawPath(
    canvas,
    points.map(([x, y]) => [x - left + margin, y - top + margin]),
    thickness,
  );
  return canvas;
}
