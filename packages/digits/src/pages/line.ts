import { markKinds } from '../detect/detector-maps.ts';
import { between, chance } from './chance.ts';
import { drawCrossingOut } from './crossing-out.ts';
import { stamp } from './ink.ts';
import { drawLink, type PlacedInk } from './link.ts';
import { drawPen } from './pen.ts';
import { drawSeparator, type Figure } from './separators.ts';
import { drawSymbol } from './symbols.ts';
import type { WrittenPage } from './written-page.ts';

/** The widest pen of a stroke between two digits, heights. */
const widestLink = 0.12;

/** A line of writing, bent a little. Each thing is written where the one before it ends. */
export class Line {
  /** The distance of the pen from the middle of the line, in pixels: below 0 at its left. */
  along = 0;
  /** The digit that was written last, while the pen may still go on from it. */
  #last: PlacedInk | undefined;
  readonly #page: WrittenPage;
  readonly #x: number;
  readonly #y: number;
  readonly #bend: number;

  /** Through x, y. */
  constructor(page: WrittenPage, x: number, y: number) {
    this.#page = page;
    this.#x = x;
    this.#y = y;
    this.#bend = 0.0003 * page.random.normal();
  }

  writeDigit(): void {
    const { hand, random } = this.#page;
    const height = this.#page.drawDigitHeight();
    const glyph = this.#page.drawDigit(height);
    const [x, y] = this.#raised(
      this.#placeOf(glyph.width),
      height / 2 + hand.lift * hand.height * random.normal(),
    );
    this.#page.place(glyph, glyph.digit, x, y);
    const digit = { ink: glyph, x, y, angle: hand.angle };
    if (this.#last && chance(random, hand.links)) this.#link(this.#last, digit);
    this.#last = digit;
    const gap = Math.max(-0.25, hand.gap + hand.gapSpread * random.normal()) * height;
    this.along = this.along + glyph.width + gap;
  }

  /** A digit that its writer crossed out: no mark. */
  writeStruckOut(): void {
    this.#last = undefined;
    const { hand, random, other } = this.#page;
    const glyph = this.#page.drawDigit(this.#page.drawDigitHeight());
    const [x, y] = this.#placeOf(glyph.width);
    const middle = y - glyph.height / 2;
    this.#page.place(glyph, undefined, x, middle);
    const crossing = drawCrossingOut(random, glyph.width, glyph.height, hand.writer.nib);
    stamp(other, crossing, x, middle, hand.angle);
    this.along = this.along + glyph.width + hand.height * 0.15;
  }

  writeSeparator(kind: string): void {
    const { hand, random } = this.#page;
    const ink = drawSeparator(kind, random, hand.height, hand.writer.nib);
    this.along += hand.height * between(random, 0, 0.2);
    this.#writeFigure(ink, markKinds.indexOf(kind));
    this.along += hand.height * between(random, 0, 0.25);
  }

  /** A letter or a sign: no mark. */
  writeSymbol(name: string): void {
    const { hand, random } = this.#page;
    this.#writeFigure(drawSymbol(name, random, hand.height, hand.writer), undefined);
    this.along += hand.height * between(random, 0.05, 0.2);
  }

  /** Letters, and a space after them. */
  writeWord(letters: readonly string[]): void {
    for (const letter of letters) this.writeSymbol(letter);
    this.along += this.#page.hand.height * between(this.#page.random, 0.1, 0.7);
  }

  #link(from: PlacedInk, to: PlacedInk): void {
    const { hand, random, marked } = this.#page;
    drawLink(marked, from, to, random, drawPen(random, hand.writer.nib, hand.height, widestLink));
  }

  #writeFigure(ink: Figure, kind: number | undefined): void {
    this.#last = undefined;
    const [x, y] = this.#raised(this.#placeOf(ink.width), ink.up * this.#page.hand.height);
    this.#page.place(ink, kind, x, y);
    this.along += ink.width;
  }

  /** A place that far above another, away from the base line. */
  #raised([x, y]: readonly [number, number], up: number): readonly [x: number, y: number] {
    const { angle } = this.#page.hand;
    return [x + Math.sin(angle) * up, y - Math.cos(angle) * up];
  }

  /** The place on the page, on the base line, of the middle of a thing of that width. */
  #placeOf(width: number): readonly [x: number, y: number] {
    const { angle } = this.#page.hand;
    const along = this.along + width / 2;
    const up = this.#bend * along * along;
    return [
      this.#x + along * Math.cos(angle) - up * Math.sin(angle),
      this.#y + along * Math.sin(angle) + up * Math.cos(angle),
    ];
  }
}
