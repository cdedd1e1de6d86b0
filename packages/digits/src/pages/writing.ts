/** The writing on a made-up page. */
import type { Random } from '@inkwire/base';
import { digitKinds, markKinds } from '../detect/detector-maps.ts';
import { between, chance, oneOf, scaled } from './chance.ts';
import { drawCrossingOut } from './crossing-out.ts';
import type { Glyph, GlyphSource } from './glyphs.ts';
import { drawHabits, type Habits } from './habits.ts';
import { type Bounds, type Coverage, createCanvas, drawPath, stamp } from './ink.ts';
import type { Mark, PageSize } from './mark.ts';
import type { BaseLine } from './paper.ts';
import { drawSeparator, type Figure, separatorKinds } from './separators.ts';
import { drawCurrency, drawSign, drawSymbol, drawWord } from './symbols.ts';

/** The layers of a page's writing. */
export interface Writing {
  readonly marks: Mark[];
  /** Ink of the marks. */
  readonly marked: Coverage;
  /** Ink of other things: letters, crossings-out, strokes of nothing, digits that the edge cuts. */
  readonly other: Coverage;
  /** Digits too large or too small to be found at this size of the page: other levels of the pyramid find them. */
  readonly unfit?: Coverage | undefined;
  /** Ink that shows through from the back, absent on most pages. */
  readonly behind?: Coverage | undefined;
  /** The line that rules follow. */
  readonly line: BaseLine;
  /** Whether every digit of which something is seen is a mark. */
  readonly isComplete: boolean;
}

/** Takes a distance along a line of writing to its place on the page. */
type Line = (along: number) => readonly [number, number];

/** Writes a page: lines, a table of single digits, one large digit, digits of an unfit size, words, or nothing. */
export function writePage(glyphs: GlyphSource, random: Random, size: PageSize): Writing {
  const hand = drawHabits(random);
  const page = new PageWriter(glyphs, random, size, hand);
  const kind = random.next();
  if (kind < 0.7) page.lines();
  else if (kind < 0.78) page.table();
  else if (kind < 0.83) page.single();
  else if (kind < 0.91) page.unfit(58, 240);
  else if (kind < 0.94) page.unfit(4, 8);
  else if (kind < 0.97) page.words();
  if (chance(random, kind < 0.94 ? 0.25 : 0.7)) page.scribble();
  if (chance(random, 0.05)) page.showThrough();
  return page.done();
}

class PageWriter {
  readonly #glyphs: GlyphSource;
  readonly #random: Random;
  readonly #size: PageSize;
  readonly #hand: Habits;
  readonly #marks: Mark[] = [];
  readonly #marked: Coverage;
  readonly #other: Coverage;
  #behind: Coverage | undefined;
  #unfit: Coverage | undefined;
  #line: BaseLine;
  #isComplete = true;

  constructor(glyphs: GlyphSource, random: Random, size: PageSize, hand: Habits) {
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
      unfit: this.#unfit,
      behind: this.#behind,
      line: this.#line,
      isComplete: this.#isComplete,
    };
  }

  /** Lines of numbers: one, or several above each other. */
  lines(): void {
    this.#eachLine((x, y) => this.#writeLine(x, y));
  }

  /** Lines of words without any digit. */
  words(): void {
    this.#eachLine((x, y) => {
      const line = this.#lineThrough(x, y);
      const half = this.#size.width / 2;
      for (let along = between(this.#random, -half - 10, 0); along < half; )
        along = this.#writeWord(drawWord(this.#random), along, line);
    });
  }

  /** One line, or several above each other, close or far apart. */
  #eachLine(write: (x: number, y: number) => void): void {
    const [random, { height }] = [this.#random, this.#hand];
    if (chance(random, 0.35)) {
      write(this.#line.x, this.#line.y);
      return;
    }
    const spacing = height * (chance(random, 0.35) ? between(random, 0.92, 1.2) : between(random, 1.2, 2.4));
    const { x, y, angle } = this.#line;
    for (let k = -5; k <= 5; k++) {
      const [lx, ly] = [x - Math.sin(angle) * spacing * k, y + Math.cos(angle) * spacing * k];
      if (ly < height * 0.4 || ly > this.#size.height + height * 0.4) continue;
      if (k === 0 || chance(random, 0.85)) write(lx, ly + 0.05 * height * random.normal());
    }
  }

  /** The base line through x, y, bent a little. */
  #lineThrough(x: number, y: number): Line {
    const { angle } = this.#hand;
    const bend = 0.0003 * this.#random.normal();
    return (along) => {
      const up = bend * along * along;
      return [
        x + along * Math.cos(angle) - up * Math.sin(angle),
        y + along * Math.sin(angle) + up * Math.cos(angle),
      ];
    };
  }

  /** From somewhere left to somewhere right along the base line through x, y. */
  #writeLine(x: number, y: number): void {
    const [random, hand] = [this.#random, this.#hand];
    const half = this.#size.width / 2;
    const start = chance(random, 0.7)
      ? between(random, -half, half * 0.3)
      : between(random, -half - 10, 6 - half);
    const most = chance(random, 0.7) ? 1 + random.below(8) : 30;
    const line = this.#lineThrough(x, y);
    let along = this.#writeBefore(start, line);
    for (let k = 0; k < most && along < half + 10; k++) {
      along = chance(random, 0.03) ? this.#strikeOut(along, line) : this.#writeDigit(along, line);
      if (chance(random, hand.separators)) {
        const usual = chance(random, 0.8);
        along = this.#writeSeparator(
          usual ? hand.separator : oneOf(random, [...separatorKinds]),
          along,
          line,
        );
      } else if (chance(random, 0.06)) along += hand.height * between(random, 0.3, 1.6);
    }
    this.#writeAfter(along, line);
  }

  /** Writes in front of a number: a sign of a currency, a word, a minus, or nothing. */
  #writeBefore(along: number, line: Line): number {
    const random = this.#random;
    const kind = random.next();
    if (kind < 0.05) return this.#writeSymbol(drawCurrency(random), along, line);
    if (kind < 0.07) return this.#writeSymbol(drawSign(random), along, line);
    if (kind < 0.13) return this.#writeWord(drawWord(random), along, line);
    if (kind < 0.21) return this.#writeSeparator(chance(random, 0.7) ? '-' : '/', along, line);
    return along;
  }

  /** Writes after a number: an equals sign, a dot and a dash, a sign, a word, or nothing. */
  #writeAfter(along: number, line: Line): void {
    const random = this.#random;
    const kind = random.next();
    if (kind < 0.025) this.#writeSymbol('=', along, line);
    else if (kind < 0.05) this.#writeSeparator('-', this.#writeSeparator('.', along, line), line);
    else if (kind < 0.07) this.#writeSymbol(drawSign(random), along, line);
    else if (kind < 0.08) this.#writeSymbol(drawCurrency(random), along, line);
    else if (kind < 0.14) this.#writeWord(drawWord(random), along, line);
  }

  #drawDigit(height: number): Glyph {
    const { writer, mixed } = this.#hand;
    return this.#glyphs.draw(this.#random, height, mixed ? undefined : writer);
  }

  #writeDigit(along: number, line: Line): number {
    const [random, hand] = [this.#random, this.#hand];
    const height = this.#digitHeight();
    const glyph = this.#drawDigit(height);
    const [x, y] = line(along + glyph.width / 2);
    const up = height / 2 + hand.lift * hand.height * random.normal();
    this.#place(glyph, glyph.digit, x + Math.sin(hand.angle) * up, y - Math.cos(hand.angle) * up);
    return along + glyph.width + Math.max(-0.25, hand.gap + hand.gapSpread * random.normal()) * height;
  }

  #digitHeight(): number {
    const { height, sizeSpread } = this.#hand;
    return Math.min(46, Math.max(10, height * Math.exp(sizeSpread * this.#random.normal())));
  }

  /** Ink of a kind that is mostly on the page is a mark; what has no kind, or the edge cuts in two, is other writing. */
  #place(ink: Coverage, kind: number | undefined, x: number, y: number): void {
    const { width, height } = this.#size;
    const share = (centre: number, extent: number, end: number) =>
      Math.max(0, Math.min(end, centre + extent / 2) - Math.max(0, centre - extent / 2)) / extent;
    const seen = share(x, ink.width, width) * share(y, ink.height, height);
    if (kind === undefined || seen < 0.68) {
      if (kind !== undefined && kind < digitKinds && seen > 0) this.#isComplete = false;
      stamp(this.#other, ink, x, y, this.#hand.angle);
      return;
    }
    const { bounds } = stamp(this.#marked, ink, x, y, this.#hand.angle);
    if (bounds.right > bounds.left) this.#marks.push(markOf(kind, bounds));
  }

  #writeSeparator(kind: string, along: number, line: Line): number {
    const [random, hand] = [this.#random, this.#hand];
    const ink = drawSeparator(kind, random, hand.height, hand.writer.nib);
    const before = hand.height * between(random, 0, 0.2);
    const end = this.#writeFigure(ink, markKinds.indexOf(kind), along + before, line);
    return end + hand.height * between(random, 0, 0.25);
  }

  /** A letter or a sign: no mark. */
  #writeSymbol(name: string, along: number, line: Line): number {
    const [random, hand] = [this.#random, this.#hand];
    const end = this.#writeFigure(drawSymbol(name, random, hand.height, hand.writer), undefined, along, line);
    return end + hand.height * between(random, 0.05, 0.2);
  }

  /** Letters, and a space after them. */
  #writeWord(letters: readonly string[], along: number, line: Line): number {
    const end = letters.reduce((at, letter) => this.#writeSymbol(letter, at, line), along);
    return end + this.#hand.height * between(this.#random, 0.1, 0.7);
  }

  #writeFigure(ink: Figure, kind: number | undefined, along: number, line: Line): number {
    const { angle, height } = this.#hand;
    const [x, y] = line(along + ink.width / 2);
    const up = ink.up * height;
    this.#place(ink, kind, x + Math.sin(angle) * up, y - Math.cos(angle) * up);
    return along + ink.width;
  }

  /** A digit that its writer crossed out: no mark. */
  #strikeOut(along: number, line: Line): number {
    const { angle, height, writer } = this.#hand;
    const glyph = this.#drawDigit(this.#digitHeight());
    const [x, y] = line(along + glyph.width / 2);
    const middle = y - glyph.height / 2;
    this.#place(glyph, undefined, x, middle);
    const crossing = drawCrossingOut(this.#random, glyph.width, glyph.height, writer.nib);
    stamp(this.#other, crossing, x, middle, angle);
    return along + glyph.width + height * 0.15;
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
        const glyph = this.#drawDigit(this.#digitHeight());
        const loose = 0.08 * hand.height;
        this.#place(glyph, glyph.digit, x + loose * random.normal(), y + loose * random.normal());
      }
  }

  /** One digit alone, up to the largest size. */
  single(): void {
    const random = this.#random;
    const glyph = this.#drawDigit(between(random, 20, 46));
    const { width, height } = this.#size;
    this.#place(glyph, glyph.digit, between(random, 12, width - 12), between(random, 22, height - 22));
  }

  /** Lines of digits of a height between two bounds, of which none is a mark. */
  unfit(least: number, most: number): void {
    const [random, { width, height }] = [this.#random, this.#size];
    this.#unfit = createCanvas(width, height);
    this.#isComplete = false;
    const tall = scaled(random, least, most);
    const drawnHeight = Math.min(48, Math.max(12, tall));
    const scale = tall / drawnHeight;
    const pitch = tall * between(random, 1.1, 2);
    // Used again and again: a page holds hundreds of tiny digits.
    const drawn = Array.from({ length: 16 }, () => this.#drawDigit(drawnHeight));
    for (let y = between(random, -0.3 * tall, 0.7 * tall); y < height + 0.4 * tall; y += pitch) {
      const words = chance(random, 0.5);
      for (let x = between(random, -tall, 0.5 * width); x < width + tall; ) {
        const glyph = oneOf(random, drawn);
        stamp(this.#unfit, glyph, x, y + 0.05 * tall * random.normal(), this.#hand.angle, scale);
        x += glyph.width * scale + tall * (words && chance(random, 0.2) ? 1 : between(random, -0.1, 0.3));
      }
    }
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
      drawPath(
        this.#other,
        path,
        Math.max(1, hand.writer.nib.width * hand.height) * between(random, 0.6, 1.3),
      );
    }
  }

  /** Digits of the other side, mirrored. */
  showThrough(): void {
    const [random, hand] = [this.#random, this.#hand];
    this.#behind = createCanvas(this.#size.width, this.#size.height);
    let x = between(random, -20, 40);
    const y = between(random, 10, this.#size.height);
    for (let k = 2 + random.below(6); k > 0; k--) {
      const glyph = this.#drawDigit(hand.height * between(random, 0.8, 1.4));
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
