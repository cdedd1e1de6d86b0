import type { Random } from '@inkwire/base';
import { chance } from './chance.ts';
import type { GlyphSource } from './glyphs.ts';
import { writeNumbers, writeWords } from './lines.ts';
import type { PageSize } from './mark.ts';
import { doodle, rubberStamp, scribble, showThrough } from './other-ink.ts';
import { writeForm, writeSingle, writeTable } from './single-digits.ts';
import { writeUnfit } from './unfit-digits.ts';
import { type Writing, WrittenPage } from './written-page.ts';

/** The share of pages with digits. */
const numbers = 0.88;

/** Writes a page: lines, boxes of a form, a table of single digits, one large digit, digits of an unfit size, words, or nothing. */
export function writePage(glyphs: GlyphSource, random: Random, size: PageSize): Writing {
  const page = new WrittenPage(glyphs, random, size);
  const kind = random.next();
  if (kind < 0.59) writeNumbers(page);
  else if (kind < 0.64) writeForm(page);
  else if (kind < 0.72) writeTable(page);
  else if (kind < 0.77) writeSingle(page);
  else if (kind < 0.85) writeUnfit(page, 58, 240);
  else if (kind < numbers) writeUnfit(page, 4, 8);
  else if (kind < 0.95) writeWords(page);
  const isWithout = kind >= numbers;
  if (chance(random, isWithout ? 0.5 : 0.25)) scribble(page);
  if (chance(random, isWithout ? 0.5 : 0.05)) doodle(page);
  if (chance(random, 0.1)) showThrough(page);
  if (chance(random, 0.07)) rubberStamp(page);
  return page;
}

/** Writes numbers or one large digit, and nothing else. */
export function writeCleanPage(glyphs: GlyphSource, random: Random, size: PageSize): Writing {
  const page = new WrittenPage(glyphs, random, size);
  if (chance(random, 0.4)) writeSingle(page);
  else writeNumbers(page);
  return page;
}
