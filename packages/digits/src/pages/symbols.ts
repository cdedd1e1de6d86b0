/** Writing that no reader of digits should read: letters, words, signs. */
import type { Random } from '@inkwire/base';
import { chance, oneOf } from './chance.ts';
import type { GlyphHand } from './hand.ts';
import { drawFigure, type Figure } from './separators.ts';
import { parseTemplate, type Template, traceTemplate } from './template.ts';
import { drawWarp, warpTrace } from './warp.ts';

/** Deviation of each joint, in heights. */
const looseness = 0.02;

/**
 * Draws a letter or a sign by its name, as that hand writes, among digits of a height (pixels). Throws a RangeError for an
 * unknown name.
 */
export function drawSymbol(name: string, random: Random, height: number, hand: GlyphHand): Figure {
  const templates = symbols.get(name);
  if (!templates) throw new RangeError(`Expected \`name\` to be a symbol, got \`${name}\``);
  const traces = traceTemplate(oneOf(random, templates), random, looseness);
  const warp = drawWarp(random, hand);
  // Templates stand on y = 1; a hand's lean leaves the middle of a line where it is.
  const standing = traces.map((trace) =>
    warpTrace(trace, warp, 0, 0.5).map((place, i) => (i % 2 === 0 ? place : place - 0.5)),
  );
  return drawFigure(standing, random, height, hand.nib, 0.13);
}

/** Names of one word's letters: all small, all capital, or small after a capital. */
export function drawWord(random: Random): string[] {
  const length = 1 + random.below(7);
  const [first, rest] = oneOf(random, [
    [capitals, capitals],
    [capitals, small],
    [small, small],
  ] as const);
  return Array.from({ length }, (_, k) => oneOf(random, k === 0 ? first : rest));
}

/**
 * Names of a longer word's letters. Up to half of them could be mistaken for digits if they stood alone, but the others show
 * what they are: each second one at least looks like no digit.
 */
export function drawLongWord(random: Random): string[] {
  const isCapital = chance(random, 0.3);
  const [clear, alike] = isCapital ? [capitals, alikeCapitals] : [small, alikeSmall];
  let mayBeAlike = chance(random, 0.4);
  return Array.from({ length: 4 + random.below(7) }, (_, k) => {
    const isAlike = mayBeAlike && chance(random, 0.6);
    mayBeAlike = !isAlike;
    const isFirst = k === 0 && chance(random, 0.3);
    return oneOf(random, isAlike ? (isFirst ? alikeCapitals : alike) : isFirst ? capitals : clear);
  });
}

/** The name of any currency's sign. */
export function drawCurrency(random: Random): string {
  return oneOf(random, currencies);
}

/** The name of any other sign. */
export function drawSign(random: Random): string {
  return oneOf(random, signs);
}

/** A template list for each name. */
function parseAll(texts: Readonly<Record<string, readonly string[]>>): Map<string, readonly Template[]> {
  return new Map(Object.entries(texts).map(([name, list]) => [name, list.map(parseTemplate)]));
}

/** Letters that look like no digit, even alone. */
const capitalTemplates = parseAll({
  A: ['0,100 28,0! 56,100 ; 10,64 46,64', '0,100 24,20 40,0 48,30 54,100 ; 4~10,60 60,58'],
  E: ['52,0 4,0! 2,100! 54,100 ; 4,50 40,50', '48,12 24,0 8,18 30,46 6,66 8,92 34,100 52,86'],
  F: ['4,0 0,100 ; 0~4,0~4 54,-2~4 ; 4,46~52 40,46~50'],
  C: ['52,14 30,0 6,24 4,74 28,100 54,86', '48,8 24,2 2,40 8,86 34,100 58,82'],
  H: ['2,0 0,100 ; 52,0 50,100 ; 2,50 52,46~52'],
  K: ['2,0 0,100 ; 50,0 4,54! 54,100', '2,0 0,100 ; 48,0 6,50 18,50 52,100'],
  L: ['4,0 0,100! 60,98~102'],
  M: ['0,100 6,0! 36,60! 66,0! 72,100', '0,100 12,10 18,0 36,70! 56,0 64,10 72,100'],
  N: ['0,100 2,0! 52,100! 54,0', '0,100 8,0! 46,100! 56,0'],
  P: ['4,0 0,100 ; 2,2 40,2 46,26 34,46 4,50'],
  R: ['4,0 0,100 ; 2,4 40,0 48,26 34,46 4,50! 50,100'],
  T: ['-2~4,0~4 62,0 ; 30,0 28~34,100'],
  U: ['2,0 4,76 26,100 50,78 54,0', '2,0 0,70 22,100 44,80 48,0! 48,86 58,98'],
  V: ['0,0 26,100! 56,0'],
  W: ['0,0 16,100! 36,30! 54,100! 74,0', '0,0 10,80 22,96 36,40! 46,90 60,96 76,0'],
  X: ['2,0 52,100 ; 54,0 0,100'],
  Y: ['0,0 28,48! 56,0 ; 28,48 26,100'],
});
const smallTemplates = parseAll({
  c: ['34,58 20,48 4,64 4,88 20,100 36,92', '32,54 14,48 2,72 12,98 34,96'],
  d: ['38,54 16,48 2,72 10,98 28,96 40,60 ; 46,0 40,90 48,98'],
  e: ['2,76 34,70 34,54 18,46 4,62 4,86 20,100 40,90'],
  f: ['36,6 24,0 16,20 12,100 ; 0,44 34,42'],
  h: ['4,0 2,100! 8,60 24,50 34,62 34~38,100', '4,60 18,10 10,0 4,30 2,100! 10,62 26,50 34,66 34,94 42,98'],
  k: ['4,0 0,100 ; 34,46 4,76! 38,100'],
  m: ['2,48 0,100! 8,58 20,48 26,62 26,100! 34,58 46,48 52,62 52~56,100'],
  n: ['2,48 0,100! 10,56 26,48 34,62 34~38,100'],
  p: ['4,48 2,130 ; 4,56 20,48 36,62 30,90 6,92'],
  r: ['2,48 0,100! 8,60 20,48 32,50'],
  t: ['16,14 12,84 20,98 34,92 ; 0,42 32,40'],
  u: ['2,50 4,88 16,100 30,90 34,50! 34,92 42,98'],
  v: ['0,48 16,100! 36,46'],
  w: ['0,48 10,98! 24,60! 36,98! 50,46'],
  x: ['0,48 34,100 ; 36,46 -2,100'],
});
/** Letters that a digit could be mistaken for. */
const alikeCapitalTemplates = parseAll({
  B: ['4,0 0,100 ; 2,2 36,6 34,40 6,48 44,56 40,92 0,98'],
  D: ['4,0 0,100 ; 0,2 36,8 54,44 40,88 0,100'],
  G: ['54,14 30,0 4,30 6,80 34,100 54,80 54,56! 34,56'],
  I: ['4,0 2,100', '20,0 18,100 ; 4,0 36,0 ; 2,100 34,100'],
  J: ['36,0 36,80 20,100 2,84'],
  O: ['o 30,0 4,24 4,76 30,100 56,74 56,26'],
  Q: ['o 30,0 4,24 4,76 30,100 56,74 56,26 ; 36,76 64,104'],
  S: ['50,10 28,0 8,20 26,46 50,72 30,100 2,88'],
  Z: ['2,2 54,2! 2,98! 58,98'],
});
const alikeSmallTemplates = parseAll({
  a: [
    'o 18,50 2,66 4,92 18,100 32,84 32,60 ; 34,50 34,92 44,98',
    '6,58 20,48 32,60 32,96! 30,76 12,74 4,90 16,100 32,88',
  ],
  b: ['4,0 2,98! 6,60 24,50 38,70 30,96 4,96'],
  g: ['34,56 16,48 2,66 10,88 28,84 36,52! 36,110 20,126 2,116'],
  i: ['4,50 4,92 12,98 ; 4,26 6,30'],
  j: ['14,50 14,110 4,124 -6,116 ; 14,26 16,30'],
  l: ['4,0 2,90 12,98', '4,70 22,12 12,0 4,30 4,90 14,98', '4,0 0,100'],
  o: ['o 18,48 2,62 4,90 18,100 34,86 34,60'],
  q: ['34,54 16,48 2,66 10,92 28,90 36,52! 36,126'],
  s: ['32,56 18,48 6,58 18,72 32,84 18,100 2,92'],
  y: ['2,50 10,84 28,84 34,50! 34,108 20,126 2,116', '2,48 18,88! 36,48 8,126'],
  z: ['2,50 34,50! 2,98! 38,98'],
});
const currencyTemplates = parseAll({
  $: [
    '48,18 26,8 6,20 14,42 40,54 50,74 28,92 2,82 ; 28,-6~2 24,98~108',
    '50,16! 28,6! 6,16! 6,38! 52,58! 52,78! 28,92! 4,78 ; 28,-10~4 28,98~112',
    '50,14 26,4 6,18 14,42 42,54 50,76 28,96 2,86 ; 22,-8~0 18,100~110 ; 34,-8~0 30,100~110',
  ],
  '€': ['56,10 34,0 12,22 8,70 26,98 54,90 ; -4,40 42,38 ; -4,60 38,58'],
  '£': ['50,12 32,0 16,16 20,54 16,88 2,98 10,88 30,96 54,92~98 ; 2,52 38,50'],
  Fr: ['4,0 0,100 ; 0,2 50,0 ; 4,48 36,46 ; 50,54 48,100! 56,66 70,54 76,58'],
});
const signTemplates = parseAll({
  '%': ['64,0 4,100 ; o 12,2 2,14 12,28 22,14 ; o 56,72 44,86 56,100 68,86'],
  '+': ['26,26 26,78 ; 0,52 52,52'],
  '=': ['0,40 50,38~42 ; 0,60~66 50,60~66'],
  '#': ['20,10 8,92 ; 48,10 36,92 ; 2,36 58,36 ; 0,66 56,66'],
  '*': ['24,20 24,68 ; 4,30 44,58 ; 44,30 4,58'],
  '(': ['22~30,-10 2,30 2,70 22~30,110'],
  ')': ['0,-10 22~28,30 22~28,70 0,110'],
  '?': ['2,22 12,2 36,2 44,24 24,46 22,70 ; 20,94 22,98'],
  arrow: ['0,50~56 84~110,46~56 ; 66,30 90~110,50! 66,70'],
  tick: ['0,56~64 20~26,96! 64~84,0~16'],
});

const symbols = new Map([
  ...capitalTemplates,
  ...smallTemplates,
  ...alikeCapitalTemplates,
  ...alikeSmallTemplates,
  ...currencyTemplates,
  ...signTemplates,
]);
const capitals = [...capitalTemplates.keys()];
const small = [...smallTemplates.keys()];
const alikeCapitals = [...alikeCapitalTemplates.keys()];
const alikeSmall = [...alikeSmallTemplates.keys()];
const currencies = [...currencyTemplates.keys()];
const signs = [...signTemplates.keys()];

/** All that `drawSymbol` draws. */
export const symbolNames: readonly string[] = [...symbols.keys()];
