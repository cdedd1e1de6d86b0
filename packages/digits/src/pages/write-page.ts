import type { Random } from '@inkwire/base';
import { chance } from './chance.ts';
import type { GlyphSource } from './glyphs.ts';
import { writeNumbers, writeWords } from './lines.ts';
import type { PageSize } from './mark.ts';
import { scribble, showThrough } from './other-ink.ts';
import { writeSingle, writeTable } from './single-digits.ts';
import { writeUnfit } from './unfit-digits.ts';
import { type Writing, WrittenPage } from './written-page.ts';

/** Writes a page: lines, a table of single digits, one large digit, digits of an unfit size, words, or nothing. */
export function writePage(glyphs: GlyphSource, random: Random, size: PageSize): Writing {
  const page = new WrittenPage(glyphs, random, size);
  const kind = random.next();
  if (kind < 0.7) writeNumbers(page);
  else if (kind < 0.78) writeTable(page);
  else if (kind < 0.83) writeSingle(page);
  else if (kind < 0.91) writeUnfit(page, 58, 240);
  else if (kind < 0.94) writeUnfit(page, 4, 8);
  else if (kind < 0.97) writeWords(page);
  if (chance(random, kind < 0.94 ? 0.25 : 0.7)) scribble(page);
  if (chance(random, 0.05)) showThrough(page);
  return page;
}
