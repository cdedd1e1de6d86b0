/** Lines of writing on a page: one, or several above each other. */
import { between, chance, oneOf } from './chance.ts';
import { Line } from './line.ts';
import { separatorKinds } from './separators.ts';
import { drawCurrency, drawLongWord, drawSign, drawWord } from './symbols.ts';
import type { WrittenPage } from './written-page.ts';

/** Writes lines of numbers. */
export function writeNumbers(page: WrittenPage): void {
  eachLine(page, (x, y) => writeLine(page, x, y));
}

/** Writes lines of words without any digit. */
export function writeWords(page: WrittenPage): void {
  const { random, size } = page;
  eachLine(page, (x, y) => {
    const line = new Line(page, x, y);
    const half = size.width / 2;
    line.along = between(random, -half - 10, 0);
    const draw = chance(random, 0.6) ? drawLongWord : drawWord;
    while (line.along < half) line.writeWord(draw(random));
  });
}

/** One line, or several above each other, close or far apart. */
function eachLine({ random, hand, line, size }: WrittenPage, write: (x: number, y: number) => void): void {
  const { height } = hand;
  if (chance(random, 0.35)) {
    write(line.x, line.y);
    return;
  }
  const spacing = height * (chance(random, 0.35) ? between(random, 0.92, 1.2) : between(random, 1.2, 2.4));
  const { x, y, angle } = line;
  for (let k = -5; k <= 5; k++) {
    const [lx, ly] = [x - Math.sin(angle) * spacing * k, y + Math.cos(angle) * spacing * k];
    if (ly < height * 0.4 || ly > size.height + height * 0.4) continue;
    if (k === 0 || chance(random, 0.85)) write(lx, ly + 0.05 * height * random.normal());
  }
}

/** From somewhere left to somewhere right along the base line through x, y. */
function writeLine(page: WrittenPage, x: number, y: number): void {
  const { random } = page;
  const half = page.size.width / 2;
  const start = chance(random, 0.7)
    ? between(random, -half, half * 0.3)
    : between(random, -half - 10, 6 - half);
  const most = chance(random, 0.7) ? 1 + random.below(8) : 30;
  const line = new Line(page, x, y);
  line.along = start;
  writeBefore(page, line);
  if (chance(random, 0.08)) writeDate(page, line);
  else writeDigits(page, line, most, half + 10);
  writeAfter(page, line);
}

/** Digits and separators, up to a number and a place along the line. */
function writeDigits({ random, hand }: WrittenPage, line: Line, most: number, end: number): void {
  for (let k = 0; k < most && line.along < end; k++) {
    if (chance(random, 0.045)) line.writeStruckOut();
    else line.writeDigit();
    if (chance(random, hand.separators)) {
      const usual = chance(random, 0.8);
      line.writeSeparator(usual ? hand.separator : oneOf(random, [...separatorKinds]));
    } else if (chance(random, 0.06)) line.along += hand.height * between(random, 0.3, 1.6);
  }
}

/** Three groups of digits between two separators of a kind: a date, a time. */
function writeDate({ random }: WrittenPage, line: Line): void {
  const separator = chance(random, 0.55) ? '/' : oneOf(random, [...separatorKinds]);
  for (let group = 0; group < 3; group++) {
    if (group > 0) line.writeSeparator(separator);
    for (let left = group === 2 && chance(random, 0.5) ? 4 : 1 + random.below(2); left > 0; left--)
      line.writeDigit();
  }
}

/** Writes in front of a number: a sign of a currency, a word, a minus, or nothing. */
function writeBefore({ random }: WrittenPage, line: Line): void {
  const kind = random.next();
  if (kind < 0.08) line.writeSymbol(drawCurrency(random));
  else if (kind < 0.1) line.writeSymbol(drawSign(random));
  else if (kind < 0.16) line.writeWord(drawWord(random));
  else if (kind < 0.19) line.writeWord(drawLongWord(random));
  else if (kind < 0.26) line.writeSeparator(chance(random, 0.7) ? '-' : '/');
}

/** Writes after a number: an equals sign, a dot and a dash, a sign, a word, or nothing. */
function writeAfter({ random }: WrittenPage, line: Line): void {
  const kind = random.next();
  if (kind < 0.025) line.writeSymbol('=');
  else if (kind < 0.05) {
    line.writeSeparator('.');
    line.writeSeparator('-');
  } else if (kind < 0.07) line.writeSymbol(drawSign(random));
  else if (kind < 0.09) line.writeSymbol(drawCurrency(random));
  else if (kind < 0.14) line.writeWord(drawWord(random));
  else if (kind < 0.17) line.writeWord(drawLongWord(random));
}
