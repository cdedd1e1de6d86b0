import type { Random } from '@inkwire/base';
import { digitKinds } from '../detect/detector-maps.ts';
import { between } from './chance.ts';
import type { Glyph, GlyphSource } from './glyphs.ts';
import { drawHabits, type Habits } from './habits.ts';
import { type Bounds, type Coverage, createCanvas, stamp } from './ink.ts';
import type { Mark, PageSize } from './mark.ts';
import type { BaseLine } from './paper.ts';

/** Ink, and how dark it is as a share of the writing's. */
export interface Layer extends Coverage {
  readonly darkness: number;
}

/** The layers of a page's writing. */
export interface Writing {
  readonly marks: readonly Mark[];
  /** Ink of the marks. */
  readonly marked: Coverage;
  /** Ink of other things: letters, crossings-out, strokes of nothing, digits that the edge cuts. */
  readonly other: Coverage;
  /** Digits too large or too small to be found at this size of the page: other levels of the pyramid find them. */
  readonly unfit?: Coverage | undefined;
  /** Ink of other darkness, under the writing: what shows through from the back, stamps, boxes of a form. */
  readonly under: readonly Layer[];
  /** The line that rules follow. */
  readonly line: BaseLine;
  /** Whether every digit of which something is seen is a mark. */
  readonly isComplete: boolean;
}

/** A page while it is written, and the hand that writes it. */
export class WrittenPage implements Writing {
  readonly random: Random;
  readonly size: PageSize;
  readonly hand: Habits;
  readonly marks: Mark[] = [];
  readonly marked: Coverage;
  readonly other: Coverage;
  unfit: Coverage | undefined;
  readonly under: Layer[] = [];
  readonly line: BaseLine;
  isComplete = true;
  readonly #glyphs: GlyphSource;

  constructor(glyphs: GlyphSource, random: Random, size: PageSize) {
    const hand = drawHabits(random);
    const { width, height } = size;
    this.#glyphs = glyphs;
    this.random = random;
    this.size = size;
    this.hand = hand;
    this.marked = createCanvas(width, height);
    this.other = createCanvas(width, height);
    const y = between(random, Math.min(hand.height, height * 0.6), height - 2);
    this.line = { x: width / 2, y, angle: hand.angle, digitHeight: hand.height };
  }

  /** Some digit in the hand of the page, or in any hand where hands are mixed. */
  drawDigit(height: number): Glyph {
    const { writer, mixed } = this.hand;
    return this.#glyphs.draw(this.random, height, mixed ? undefined : writer);
  }

  /** The height of the next digit, in pixels. */
  drawDigitHeight(): number {
    const { height, sizeSpread } = this.hand;
    return Math.min(46, Math.max(10, height * Math.exp(sizeSpread * this.random.normal())));
  }

  /**
   * Puts ink on the page, its centre on x, y. Ink of a kind that is mostly on the page is a mark. Ink without a kind, or
   * cut in two by the edge, is other writing.
   */
  place(ink: Coverage, kind: number | undefined, x: number, y: number): void {
    const { width, height } = this.size;
    const share = (centre: number, extent: number, end: number) =>
      Math.max(0, Math.min(end, centre + extent / 2) - Math.max(0, centre - extent / 2)) / extent;
    const seen = share(x, ink.width, width) * share(y, ink.height, height);
    if (kind === undefined || seen < 0.68) {
      if (kind !== undefined && kind < digitKinds && seen > 0) this.isComplete = false;
      stamp(this.other, ink, x, y, this.hand.angle);
      return;
    }
    const { bounds } = stamp(this.marked, ink, x, y, this.hand.angle);
    if (bounds.right > bounds.left) this.marks.push(markOf(kind, bounds));
  }
}

function markOf(kind: number, { left, top, right, bottom }: Bounds): Mark {
  return { kind, x: (left + right) / 2, y: (top + bottom) / 2, width: right - left, height: bottom - top };
}
