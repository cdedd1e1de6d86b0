// `node scripts/reading-stages.mjs`: draws docs/images/reading-*.png, the stages that a picture of a note goes through.
import { fileURLToPath } from 'node:url';
import { createRandom } from '@inkwire/base';
import { bundledModel, openMnistPart, openModelFile, openReader } from '@inkwire/digits';
import sharp from 'sharp';
import { ensureBuilt } from './build.mjs';

ensureBuilt();
const built = (module) => import(new URL(`../packages/digits/dist/${module}.js`, import.meta.url));
const [
  { createGlyphs },
  { createHand },
  { createCanvas, drawLine, stamp },
  { drawSeparator, separatorKinds },
  { openDetector },
  { markKinds },
  { findMarksIn },
  { inputsOf, levelsOf },
  { decodeForPlane },
  { findSheet },
] = await Promise.all(
  [
    'pages/glyphs',
    'pages/hand',
    'pages/ink',
    'pages/separators',
    'detect/detector',
    'detect/detector-maps',
    'detect/find-marks',
    'detect/levels',
    'detect/plane',
    'detect/sheet',
  ].map(built),
);

const size = { width: 640, height: 330 };
const digitHeight = 52;
const note = await sharp(await writtenNote(['12,34', '-828', '11/08/2035']), {
  raw: { ...size, channels: 3 },
})
  .png()
  .toBuffer();
const table = { r: 66, g: 48, b: 38 };
const turned = await sharp(note).rotate(8, { background: table }).png().toBuffer();
const picture = await sharp(turned)
  .extend({ top: 30, bottom: 30, left: 30, right: 30, background: table })
  .jpeg({ quality: 88 })
  .toBuffer();

const { bytes: graph } = await openModelFile(bundledModel('page'));
const detector = await openDetector(graph);
const reader = await openReader();
const raster = await decodeForPlane(picture);
const page = await findMarksIn(raster, detector);
const { plane } = page;
const draw = (svg, width, height) =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif">${svg}</svg>`,
  );
const shownWidth = 560;
const save = (image, name) =>
  image
    .png({ compressionLevel: 9, palette: true })
    .toFile(fileURLToPath(new URL(`../docs/images/reading-${name}.png`, import.meta.url)));
const shown = async (image) => sharp(await image.png().toBuffer()).resize(shownWidth);

const corners = findSheet(raster)
  .quad.map((point) => point.join(','))
  .join(' ');
const outlined = draw(
  `<polygon points="${corners}" fill="none" stroke="#2fd36b" stroke-width="4"/>`,
  raster.width,
  raster.height,
);
await save(await shown(sharp(picture).composite([{ input: outlined }])), 'sheet');

const grey = () =>
  sharp(
    Uint8Array.from(plane.data, (level) => 255 * level),
    { raw: { width: plane.width, height: plane.height, channels: 1 } },
  ).toColourspace('srgb');
const heat = await heatOf(levelsOf(plane).find(({ scale }) => scale === 2));
await save(await shown(sharp(await grey().png().toBuffer()).composite([{ input: heat }])), 'heat');

const named = page.marks.map(({ kind, x, y, width, height }) => {
  const [left, top] = [x - width / 2, y - height / 2];
  return `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="none" stroke="#0a62d0" stroke-width="2"/>
    <text x="${left}" y="${top - 4}" font-size="22" fill="#c2185b">${markKinds[kind]}</text>`;
});
await save(
  await shown(
    sharp(await grey().png().toBuffer()).composite([
      { input: draw(named.join(''), plane.width, plane.height) },
    ]),
  ),
  'marks',
);

const reading = await reader.read({ bytes: picture });
const crops = reading.prepared;
const strip = sharp({
  create: { width: 60 * crops.length, height: 60, channels: 3, background: 'white' },
}).composite(
  await Promise.all(
    crops.map(async (pixels, i) => ({
      input: await sharp(pixels, { raw: { width: 28, height: 28, channels: 1 } })
        .resize(56, 56, { kernel: 'nearest' })
        .png()
        .toBuffer(),
      left: 60 * i + 2,
      top: 2,
    })),
  ),
);
await save(strip, 'crops');
console.log(`read as ${JSON.stringify(reading.written)}, confidence ${reading.confidence}`);
await Promise.all([reader.close(), detector.close()]);

/** Lines of numbers in one hand, blue on squared paper. */
async function writtenNote(lines) {
  const random = createRandom(11);
  const hand = { ...createHand(random), breaks: undefined };
  const glyphs = createGlyphs(await openMnistPart('train'));
  const [ink, squares] = [createCanvas(size.width, size.height), createCanvas(size.width, size.height)];
  for (let at = 20; at < size.width; at += 30) {
    drawLine(squares, [at, 0], [at, size.height], 1.5);
    drawLine(squares, [0, at], [size.width, at], 1.5);
  }
  for (const [k, text] of lines.entries()) {
    const baseLine = 95 + 88 * k;
    let x = 50 + 30 * k;
    for (const character of text) {
      const figure = separatorKinds.includes(character)
        ? drawSeparator(character, random, digitHeight, hand.nib)
        : { ...digitOf(Number(character)), up: 0.5 };
      stamp(ink, figure, x + figure.width / 2, baseLine - figure.up * digitHeight, 0);
      x += figure.width + 12;
    }
  }
  const [paper, blue, printed] = [
    [238, 236, 226],
    [38, 52, 120],
    [150, 176, 208],
  ];
  const laid = (under, over, share) => under + share * (over - under);
  return Uint8Array.from({ length: 3 * size.width * size.height }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / 3), i % 3];
    return laid(
      laid(paper[channel], printed[channel], squares.coverage[pixel]),
      blue[channel],
      ink.coverage[pixel],
    );
  });

  function digitOf(digit) {
    for (;;) {
      const glyph = glyphs.draw(random, digitHeight, hand);
      if (glyph.digit === digit) return glyph;
    }
  }
}

/** The best score of any digit at each place of a level, red over the plane. */
async function heatOf(level) {
  const colours = new Uint8Array(plane.width * plane.height * 4);
  for (const input of inputsOf(level)) {
    const { columns, rows, heat } = await detector.run(input.data, input.width, input.height);
    const cell = 4 * level.scale;
    for (let y = 0; y < plane.height; y++)
      for (let x = 0; x < plane.width; x++) {
        const column = Math.floor(x / cell - input.left / 4);
        const row = Math.floor(y / cell - input.top / 4);
        if (column < 0 || row < 0 || column >= columns || row >= rows) continue;
        let best = -Infinity;
        for (let kind = 0; kind < 10; kind++)
          best = Math.max(best, heat[(kind * rows + row) * columns + column]);
        colours.set([224, 32, 16, 230 / (1 + Math.exp(-best))], 4 * (y * plane.width + x));
      }
  }
  return sharp(colours, { raw: { width: plane.width, height: plane.height, channels: 4 } })
    .png()
    .toBuffer();
}
