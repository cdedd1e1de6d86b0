// `node scripts/digit-styles.mjs`: draws docs/images/digit-styles.png, the constructed ways of writing digits.
import { fileURLToPath } from 'node:url';
import { createRandom } from '@inkwire/base';
import sharp from 'sharp';
import { ensureBuilt } from './build.mjs';

ensureBuilt();
const built = (module) => import(new URL(`../packages/digits/dist/pages/${module}.js`, import.meta.url));
const [{ drawStyle, styles }, { createHand }] = await Promise.all([built('styles'), built('hand')]);

const perStyle = 8;
const [height, cell, line] = [36, 54, 44];
const [columns, caption] = [2, 190];
const column = caption + perStyle * cell;
const width = columns * column;
const rows = Math.ceil(styles.length / columns);
const sheet = Buffer.alloc(width * rows * line, 255);
const captions = [];

for (const [k, style] of styles.entries()) {
  const left = Math.floor(k / rows) * column;
  const top = (k % rows) * line;
  const name = style.name === 'angular' ? `angular (${style.digit})` : style.name;
  captions.push(`<text x="${left + 12}" y="${top + line / 2 + 5}" font-size="15">${name}</text>`);
  for (let copy = 0; copy < perStyle; copy++) {
    const random = createRandom(perStyle * k + copy);
    const hand = { ...createHand(random), breaks: undefined };
    lay(drawStyle(style, random, height, hand), left + caption + copy * cell, top + 4);
  }
}

function lay(ink, left, top) {
  for (let y = 0; y < ink.height; y++)
    for (let x = 0; x < Math.min(ink.width, cell); x++)
      sheet[(top + y) * width + left + x] = Math.round(255 * (1 - ink.coverage[y * ink.width + x]));
}

const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${rows * line}" font-family="sans-serif">${captions.join('')}</svg>`;
await sharp(sheet, { raw: { width, height: rows * line, channels: 1 } })
  .composite([{ input: Buffer.from(text) }])
  .toColourspace('b-w')
  .png({ compressionLevel: 9, palette: true })
  .toFile(fileURLToPath(new URL('../docs/images/digit-styles.png', import.meta.url)));
