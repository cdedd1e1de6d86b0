/** What a kind of page is, and what most kinds begin with: a line of digits on a sheet of paper. */
import type { Random } from '@inkwire/base';
import sharp, { type Sharp } from 'sharp';
import { type Colour, type Layer, type Point, Sheet } from './canvas.ts';
import type { Hand, Hands } from './hands.ts';
import { type Box, type Line, type LineStyle, padded, someDigits, writeLine } from './page.ts';

/** A picture of the bench and what it says. */
export interface Made {
  readonly bytes: Uint8Array;
  /** Digits only, in reading order. Empty where none are written. */
  readonly digits: string;
  /** With separators, where there are some. */
  readonly written?: string;
  /** Cells of a grid with their digits (0 = empty) and corners, in pixels of the picture. */
  readonly cells?: readonly { readonly digit: number; readonly corners: readonly Point[] }[];
}

/** A source of chance, and of handwriting. */
export interface Scene {
  readonly random: Random;
  readonly hands: Hands;
}

/** A defect of paper or writing, in some strengths from light to heavy. */
export interface Kind {
  readonly name: string;
  readonly strengths: readonly string[];
  /** Drawn a tenth as often as the others: it takes seconds. */
  readonly isSlow?: boolean;
  draw(scene: Scene, strength: number): Promise<Made>;
}

const papers: readonly Colour[] = [
  [0.98, 0.97, 0.95],
  [0.96, 0.95, 0.91],
  [0.99, 0.99, 0.99],
  [0.93, 0.94, 0.95],
];
const inks: readonly Colour[] = [
  [0.1, 0.1, 0.12],
  [0.12, 0.17, 0.42],
  [0.16, 0.2, 0.5],
  [0.22, 0.22, 0.25],
];
export const white: Colour = [1, 1, 1];

const oneOf = <T>(all: readonly T[], random: Random): T => all[random.below(all.length)]!;

/** A number between two. */
export const between = (random: Random, low: number, high: number): number =>
  low + (high - low) * random.next();

/** A line of digits on a sheet, before its defect. */
export interface Draft {
  readonly text: string;
  readonly digits: string;
  readonly hand: Hand;
  /** Of the digits, in pixels. */
  readonly height: number;
  /** As large as the sheet. */
  readonly layer: Layer;
  readonly boxes: readonly Box[];
  readonly sheet: Sheet;
  readonly ink: Colour;
  readonly paper: Colour;
}

/** How a draft differs from the usual: 3 to 6 digits of 36 to 68 pixels, with paper around them. */
export interface DraftOptions {
  readonly hand?: Hand;
  readonly text?: string;
  readonly style?: Partial<LineStyle>;
  /** Paper beside and above the line, as shares of the digits' height. Default 0.7 and 0.5. */
  readonly beside?: number;
  readonly above?: number;
}

export function draftLine({ random, hands }: Scene, options: DraftOptions = {}): Draft {
  const hand = options.hand ?? hands.any(random);
  const text = options.text ?? someDigits(random, 3 + random.below(4));
  const height = options.style?.height ?? Math.round(between(random, 36, 68));
  const line = writeLine(hand, random, text, { ...options.style, height });
  return { ...sheetFor(line, random, options), text, digits: text.replaceAll(/\D/g, ''), hand, height };
}

function sheetFor(line: Line, random: Random, { beside = 0.7, above = 0.5 }: DraftOptions) {
  const [x, y] = [Math.round(beside * line.height), Math.round(above * line.height)];
  const layer = padded(line.layer, x, y);
  const boxes = line.boxes.map(([left, top, w, h]): Box => [left + x, top + y, w, h]);
  const [paper, ink] = [oneOf(papers, random), oneOf(inks, random)];
  return { layer, boxes, paper, ink, sheet: new Sheet(layer.width, layer.height, paper) };
}

/** The draft as it is when its ink lies on its paper, photographed: a little noise, JPEG. */
export function photograph(
  { digits, text }: Pick<Draft, 'digits' | 'text'>,
  sheet: Sheet,
  random: Random,
  { quality = 88, noise = 0.012, blur = 0.5 } = {},
): Promise<Made> {
  return encode(sheet.noise(random, noise), { digits, text }, (picture) =>
    (blur > 0 ? picture.blur(blur) : picture).jpeg({ quality }),
  );
}

/** A sheet as a clean PNG. */
export function scan({ digits, text }: Pick<Draft, 'digits' | 'text'>, sheet: Sheet): Promise<Made> {
  return encode(sheet, { digits, text }, (picture) => picture.png());
}

/** A sheet as the file that `format` makes of it. */
export async function encode(
  { data, width, height }: Sheet,
  { digits, text }: Pick<Draft, 'digits' | 'text'>,
  format: (picture: Sharp) => Sharp,
): Promise<Made> {
  const bytes = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) bytes[i] = Math.round(255 * Math.min(1, Math.max(0, data[i]!)));
  const picture = sharp(bytes, { raw: { width, height, channels: 3 } });
  const written = text === digits ? {} : { written: text };
  return { bytes: await format(picture).toBuffer(), digits, ...written };
}
