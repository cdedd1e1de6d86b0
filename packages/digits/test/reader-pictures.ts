import { createRandom } from '@inkwire/base';
import sharp from 'sharp';

/** An SVG as the PNG that a screen or a scanner would give. */
export function picture(width: number, height: number, body: string, paper = 'white'): Promise<Uint8Array> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${paper}"/>${body}</svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}

/** Nothing but one colour. */
export function blank(colour: string, width = 200, height = 150): Promise<Uint8Array> {
  return sharp({ create: { width, height, channels: 4, background: colour } })
    .png()
    .toBuffer();
}

/** A digit of MNIST as someone would scan it: enlarged, dark on light. */
export function scanned(pixels: Uint8Array, side = 140): Promise<Uint8Array> {
  const paper = Buffer.from(pixels.map((ink) => 255 - ink));
  return sharp(paper, { raw: { width: 28, height: 28, channels: 1 } })
    .resize(side, side, { kernel: 'cubic' })
    .extend({ top: 20, bottom: 20, left: 20, right: 20, background: 'white' })
    .png()
    .toBuffer();
}

/** Several digits of MNIST in a row, with gaps between them. */
export async function scannedRow(digits: readonly Uint8Array[], side = 140): Promise<Uint8Array> {
  const parts = await Promise.all(digits.map((pixels) => scanned(pixels, side)));
  const tile = side + 40;
  return sharp({ create: { width: tile * digits.length, height: tile, channels: 3, background: 'white' } })
    .composite(parts.map((input, i) => ({ input: Buffer.from(input), left: i * tile, top: 0 })))
    .png()
    .toBuffer();
}

const words =
  'What is kept is a table what is live is a topic and the hub reads every number that people draw on its page'.split(
    ' ',
  );

/** A page of printed text. */
export function pageOfText(seed: number): Promise<Uint8Array> {
  const random = createRandom(seed);
  const lines = Array.from({ length: 14 }, (_, i) => {
    const line = Array.from({ length: 8 }, () => words[random.below(words.length)]).join(' ');
    return `<text x="60" y="${80 + 34 * i}" font-family="serif" font-size="22">${line}</text>`;
  });
  return picture(640, 640, lines.join(''));
}

/** A few handwritten-looking words, and no digit. */
export function wordsInItalics(seed: number): Promise<Uint8Array> {
  const random = createRandom(seed);
  const line = Array.from({ length: 3 }, () => words[random.below(words.length)]).join(' ');
  return picture(
    500,
    140,
    `<text x="20" y="90" font-family="serif" font-style="italic" font-size="52">${line}</text>`,
  );
}

/** A face drawn with a pen: a round head, eyes, a nose, a mouth and hair. */
export function face(seed: number): Promise<Uint8Array> {
  const random = createRandom(seed);
  const wobble = (value: number) => value + 10 * (random.next() - 0.5);
  const hair = Array.from({ length: 14 }, (_, i) => {
    const angle = Math.PI * (1.1 + 0.8 * (i / 13));
    const [x, y] = [200 + 130 * Math.cos(angle), 200 + 150 * Math.sin(angle)];
    return `<path d="M${x} ${y}L${wobble(x + 30 * Math.cos(angle))} ${wobble(y + 30 * Math.sin(angle))}"/>`;
  });
  return picture(
    400,
    420,
    `<g fill="none" stroke="#222" stroke-width="6" stroke-linecap="round"><ellipse cx="200" cy="210" rx="${wobble(130)}" ry="${wobble(150)}"/>
    <ellipse cx="${wobble(150)}" cy="170" rx="22" ry="14"/><circle cx="150" cy="170" r="7" fill="#222"/><ellipse cx="${wobble(250)}" cy="170" rx="22" ry="14"/><circle cx="250" cy="170" r="7" fill="#222"/>
    <path d="M200 190Q${wobble(180)} 240 205 250"/><path d="M140 290Q200 ${wobble(340)} 260 290"/>${hair.join('')}</g>`,
  );
}

/** A grey face as a camera sees one: light from one side, no ink anywhere. */
export function photographedFace(seed: number): Promise<Uint8Array> {
  const random = createRandom(seed);
  const x = 180 + random.below(40);
  return picture(
    400,
    420,
    `<defs><radialGradient id="g" cx="35%" cy="35%"><stop offset="0" stop-color="#f0d0b8"/><stop offset="1" stop-color="#7a5340"/></radialGradient><filter id="b"><feGaussianBlur stdDeviation="5"/></filter></defs>
    <ellipse cx="${x}" cy="210" rx="125" ry="160" fill="url(#g)" filter="url(#b)"/><path d="M${x - 130} 150Q${x} -20 ${x + 130} 150Q${x} 60 ${x - 130} 150" fill="#3a2618" filter="url(#b)"/>
    <g filter="url(#b)"><ellipse cx="${x - 45}" cy="180" rx="18" ry="9" fill="#40302a"/><ellipse cx="${x + 45}" cy="180" rx="18" ry="9" fill="#40302a"/><path d="M${x - 40} 290Q${x} 315 ${x + 40} 290" stroke="#8a3d3a" stroke-width="10" fill="none"/></g>`,
    '#8fa3b0',
  );
}

/** A scribble: a pen that wanders at random over the sheet. */
export function scribble(seed: number, points = 400): Promise<Uint8Array> {
  const random = createRandom(seed);
  let [x, y, angle] = [200, 150, 0];
  const path = Array.from({ length: points }, () => {
    angle += 1.1 * random.normal();
    x = Math.min(380, Math.max(20, x + 22 * Math.cos(angle)));
    y = Math.min(280, Math.max(20, y + 22 * Math.sin(angle)));
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  }).join('L');
  return picture(
    400,
    300,
    `<path d="M${path}" fill="none" stroke="#111" stroke-width="5" stroke-linejoin="round"/>`,
  );
}

/** Grey noise. */
export function noise(seed: number, side = 300): Promise<Uint8Array> {
  const random = createRandom(seed);
  const pixels = Buffer.from(Array.from({ length: side * side }, () => random.below(256)));
  return sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toBuffer();
}
