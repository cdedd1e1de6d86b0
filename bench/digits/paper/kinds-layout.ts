/** How digits stand: how many, touching, of mixed size, in close lines and columns, cut, turned, on a note, in a grid, tiny. */
import {
  type Colour,
  createLayer,
  drawLine,
  type Point,
  perspective,
  Sheet,
  stamp,
  turned,
} from './canvas.ts';
import {
  between,
  draftLine,
  encode,
  type Kind,
  type Made,
  photograph,
  type Scene,
  scan,
  white,
} from './kind.ts';
import { type Line, someDigits, stackLines, writeLine } from './page.ts';

/** Several lines of one hand as a clean scan. */
function scanLines(scene: Scene, texts: readonly string[], below: number): Promise<Made> {
  const { random, hands } = scene;
  const hand = hands.any(random);
  const height = Math.round(between(random, 32, 52));
  const lines = texts.map((text) => writeLine(hand, random, text, { height }));
  return scanLayer(texts, lines, height, below);
}

function scanLayer(
  texts: readonly string[],
  lines: readonly Line[],
  height: number,
  below: number,
): Promise<Made> {
  const layer = stackLines(lines, Math.round(below * height), Math.round(0.5 * height));
  const digits = texts.join('').replaceAll(/\D/g, '');
  const sheet = new Sheet(layer.width, layer.height, white).ink(layer, [0.08, 0.08, 0.1]);
  return scan({ digits, text: digits }, sheet);
}

const counts = [1, 8, 20, 60];
const lengths: Kind = {
  name: 'clean, many digits',
  strengths: counts.map(String),
  draw(scene, strength) {
    const count = counts[strength]!;
    const text = someDigits(scene.random, count);
    const texts = text.match(/.{1,10}/g)!;
    return scanLines(scene, texts, 1.7);
  },
};

/** One line of 1 to 8 digits on white, as the exam has it. */
const short: Kind = {
  name: 'clean, up to 8 digits',
  strengths: ['1–3', '4–6', '7–8'],
  draw(scene, strength) {
    const [least, span] = [
      [1, 3],
      [4, 3],
      [7, 2],
    ][strength]! as [number, number];
    return scanLines(scene, [someDigits(scene.random, least + scene.random.below(span))], 1);
  },
};

const gaps = [0, -0.06, -0.12, -0.2];
const touching: Kind = {
  name: 'touching pair',
  strengths: gaps.map((gap) => `${100 * gap} %`),
  draw(scene, strength) {
    const style = { gap: gaps[strength]!, isEven: true };
    const draft = draftLine(scene, { text: someDigits(scene.random, 2), style });
    return scan(draft, draft.sheet.ink(draft.layer, draft.ink));
  },
};

const mixed: Kind = {
  name: 'mixed sizes',
  strengths: ['1.3 ×', '1.7 ×', '2.2 ×'],
  draw(scene, strength) {
    const { random } = scene;
    const text = someDigits(random, 4);
    const tall = random.below(4);
    const sizes = [0, 1, 2, 3].map((i) => (i === tall ? [1.3, 1.7, 2.2][strength]! : 1));
    const draft = draftLine(scene, { text, style: { sizes, height: Math.round(between(random, 32, 48)) } });
    return photograph(draft, draft.sheet.ink(draft.layer, draft.ink), random);
  },
};

const closeLines: Kind = {
  name: 'close lines',
  strengths: ['gap 15 %', 'gap 5 %', 'touching, −5 %'],
  draw(scene, strength) {
    const texts = [3, 4, 3].map((count) => someDigits(scene.random, count));
    return scanLines(scene, texts, [1.15, 1.05, 0.95][strength]!);
  },
};

const columns: Kind = {
  name: 'columns',
  strengths: ['2', '3', '4'],
  draw(scene, strength) {
    const { random, hands } = scene;
    const hand = hands.any(random);
    const height = Math.round(between(random, 28, 40));
    const layer = createLayer((strength + 2) * 4 * height, 8 * height);
    const texts: string[] = [];
    for (let row = 0; row < 4; row++)
      for (let column = 0; column < strength + 2; column++) {
        texts.push(someDigits(random, 2));
        const { layer: cell } = writeLine(hand, random, texts.at(-1)!, { height });
        stamp(layer, cell, (0.5 + 4 * column) * height, (0.2 + 1.8 * row) * height);
      }
    const digits = texts.join('');
    return scan(
      { digits, text: digits },
      new Sheet(layer.width, layer.height, white).ink(layer, [0.1, 0.1, 0.15]),
    );
  },
};

const cut: Kind = {
  name: 'cut by the edge',
  strengths: ['touching', '4 % cut', '10 % cut'],
  async draw(scene, strength) {
    const { random } = scene;
    const draft = draftLine(scene);
    const { boxes, height, layer, sheet, ink } = draft;
    const share = [0, 0.04, 0.1][strength]! * height;
    const side = random.below(4);
    const left = side === 0 ? boxes[0]![0] + share : 0;
    const right = side === 1 ? boxes.at(-1)![0] + boxes.at(-1)![2] - share : layer.width;
    const top = side === 2 ? Math.min(...boxes.map(([, y]) => y)) + share : 0;
    const foot = boxes[0]![1] + boxes[0]![3];
    const bottom = side === 3 ? foot - share : layer.height;
    sheet.ink(layer, ink);
    const part = sheet.warp(
      Math.round(right) - Math.round(left),
      Math.round(bottom) - Math.round(top),
      (x, y) => [x + Math.round(left), y + Math.round(top)],
      draft.paper,
    );
    return photograph(draft, part, random);
  },
};

/** A line seen from another direction. */
function rotated(name: string, degrees: readonly number[], bothWays: boolean): Kind {
  return {
    name,
    strengths: degrees.map((angle) => `${angle}°`),
    draw(scene, strength) {
      // 3, 4 and 7 read as nothing else upside down: with one of them there is one right direction.
      const text = `${someDigits(scene.random, 3 + scene.random.below(3))}${[3, 4, 7][scene.random.below(3)]}`;
      const draft = draftLine(scene, { text });
      const sign = bothWays && scene.random.next() < 0.5 ? -1 : 1;
      const sheet = turned(draft.sheet.ink(draft.layer, draft.ink), sign * degrees[strength]!, draft.paper);
      return photograph(draft, sheet, scene.random);
    },
  };
}

const notePapers: readonly Colour[] = [
  [0.98, 0.9, 0.35],
  [0.97, 0.97, 0.95],
  [0.75, 0.9, 0.97],
];

const note: Kind = {
  name: 'note on a dark table',
  strengths: ['mild', 'plain', 'strong'],
  draw(scene, strength) {
    const { random } = scene;
    const draft = draftLine(scene, { beside: 0.8, above: 0.6 });
    const { layer } = draft;
    const sheet = new Sheet(layer.width, layer.height, notePapers[random.below(3)]!).ink(layer, draft.ink);
    const slant = [0.04, 0.09, 0.15][strength]!;
    const [width, height] = [Math.round(layer.width * 1.9), Math.round(layer.height * 2.2)];
    const shake = () => slant * layer.height * random.normal();
    const corner = (x: number, y: number): Point => [x * width + shake(), y * height + shake()];
    const { back } = perspective([
      corner(0.25, 0.28),
      corner(0.75, 0.28),
      corner(0.75, 0.72),
      corner(0.25, 0.72),
    ]);
    const wood: Colour = [0.16, 0.14, 0.12];
    const photo = sheet.warp(
      width,
      height,
      (x, y) => {
        const [u, v] = back(x, y);
        return [u * sheet.width, v * sheet.height];
      },
      wood,
    );
    const glow = between(random, 0.75, 1);
    photo.light((x) => glow + (1 - glow) * (x / width));
    return photograph(draft, photo, random, { noise: 0.02 });
  },
};

const tiny: Kind = {
  name: 'tiny in 12 megapixels',
  strengths: ['60 px', '45 px', '30 px'],
  isSlow: true,
  draw(scene, strength) {
    const { random } = scene;
    const draft = draftLine(scene, {
      style: { height: [60, 45, 30][strength]! },
      text: someDigits(random, 4),
    });
    const photo = new Sheet(4000, 3000, draft.paper);
    const layer = createLayer(4000, 3000);
    stamp(layer, draft.layer, between(random, 0.2, 0.7) * 4000, between(random, 0.2, 0.7) * 3000);
    return photograph(draft, photo.ink(layer, draft.ink), random, { blur: 0.6, noise: 0.015 });
  },
};

/** A page of 60 digits of 110 pixels in ten lines, photographed with 12 megapixels. */
export async function largePhotograph({ random, hands }: Scene): Promise<Made> {
  const hand = hands.any(random);
  const layer = createLayer(4000, 3000);
  const texts = Array.from({ length: 10 }, () => someDigits(random, 6));
  for (const [i, text] of texts.entries())
    stamp(layer, writeLine(hand, random, text, { height: 110 }).layer, 900, 200 + 260 * i);
  const photo = new Sheet(4000, 3000, [0.95, 0.94, 0.9]).ink(layer, [0.12, 0.14, 0.3]);
  photo.light((x, y) => 0.75 + 0.25 * (x / 8000 + y / 6000));
  return photograph({ digits: texts.join(''), text: texts.join('') }, photo, random, { blur: 0.8 });
}

const sudoku: Kind = {
  name: 'sudoku',
  strengths: ['scan', 'thick lines', 'photograph'],
  async draw(scene, strength) {
    const { random, hands } = scene;
    const hand = hands.any(random);
    const cell = Math.round(between(random, 44, 60));
    const side = 9 * cell + 2 * cell;
    const [lines, ink] = [createLayer(side, side), createLayer(side, side)];
    for (let i = 0; i <= 9; i++) {
      const pen = (i % 3 === 0 ? 0.07 : 0.03) * cell * (strength === 1 ? 1.8 : 1);
      const at = cell * (1 + i);
      drawLine(
        lines,
        [
          [at, cell],
          [at, 10 * cell],
        ],
        pen,
      );
      drawLine(
        lines,
        [
          [cell, at],
          [10 * cell, at],
        ],
        pen,
      );
    }
    const filled = Array.from({ length: 81 }, () => (random.next() < 0.4 ? 1 + random.below(9) : 0));
    for (const [i, digit] of filled.entries()) {
      if (digit === 0) continue;
      const glyph = hand.digit(digit, Math.round(cell * between(random, 0.5, 0.68)));
      const x = cell * (1 + (i % 9)) + (cell - glyph.width) / 2 + 0.06 * cell * random.normal();
      const y = cell * (1 + Math.floor(i / 9)) + (cell - glyph.height) / 2 + 0.06 * cell * random.normal();
      stamp(ink, glyph, x, y);
    }
    const page = new Sheet(side, side, [0.97, 0.96, 0.94])
      .ink(lines, [0.15, 0.15, 0.17])
      .ink(ink, [0.15, 0.2, 0.45]);
    const digits = filled.filter(Boolean).join('');
    const shake = () => (strength === 2 ? 0.05 : 0) * side * (random.next() - 0.5);
    const corner = (x: number, y: number): Point => [x * side + shake(), y * side + shake()];
    const { forth, back } = perspective([corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)]);
    const seen =
      strength === 2
        ? page.warp(
            side,
            side,
            (x, y) => {
              const [u, v] = back(x, y);
              return [u * side, v * side];
            },
            [0.3, 0.27, 0.24],
          )
        : page;
    if (strength === 2) seen.light((x, y) => 0.7 + 0.3 * ((x + y) / (2 * side)));
    const made = await photograph({ digits, text: digits }, seen, random);
    const cells = filled.flatMap((digit, i) => {
      const at = (x: number, y: number) => forth((1 + (i % 9) + x) / 11, (1 + Math.floor(i / 9) + y) / 11);
      return [{ digit, corners: [at(0, 0), at(1, 0), at(1, 1), at(0, 1)] }];
    });
    return { ...made, cells };
  },
};

/** A clean line as JPEG of a quality. */
const jpeg: Kind = {
  name: 'JPEG quality',
  strengths: ['90', '50', '20'],
  draw(scene, strength) {
    const draft = draftLine(scene);
    const quality = [90, 50, 20][strength]!;
    return photograph(draft, draft.sheet.ink(draft.layer, draft.ink), scene.random, { quality, noise: 0.02 });
  },
};

const blurred: Kind = {
  name: 'blur',
  strengths: ['3 % of the height', '6 %', '10 %'],
  draw(scene, strength) {
    const draft = draftLine(scene);
    const blur = [0.03, 0.06, 0.1][strength]! * draft.height;
    const sheet = draft.sheet.ink(draft.layer, draft.ink).noise(scene.random, 0.01);
    return encode(sheet, draft, (picture) => picture.blur(blur).jpeg({ quality: 88 }));
  },
};

export const layoutKinds: readonly Kind[] = [
  short,
  lengths,
  touching,
  mixed,
  closeLines,
  columns,
  cut,
  rotated('turned', [90, 180, 270], false),
  rotated('leaning', [5, 12, 20], true),
  note,
  sudoku,
  jpeg,
  blurred,
  tiny,
];
