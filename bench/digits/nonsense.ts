/**
 * How often the reader is sure of what is no digit: drawings of kinds that its training drew too (with another seed and by
 * another hand), of kinds that it never saw, and printed letters. Letters that anyone would read as a digit (O, l, I, S, Z, s,
 * o, z, q, g) are left out. Beside them: how many of the validation digits it is unsure of, which is what the caution costs.
 */
import { createRandom, type Random } from '@inkwire/base';
import { DigitsError, openMnistPart, openReader, type Picture, splitTraining } from '@inkwire/digits';
import sharp from 'sharp';
import { printTable, saveResults } from '../report.ts';

type Points = [number, number][];

const drawings: Record<string, (random: Random) => Points[]> = {
  'wandering line': ({ next }) => {
    let [x, y, heading] = [50, 50, 2 * Math.PI * next()];
    return [
      Array.from({ length: 60 + Math.floor(120 * next()) }, (): [number, number] => {
        heading += (next() - 0.5) * 1.6;
        x += 5 * Math.cos(heading);
        y += 5 * Math.sin(heading);
        if (x < 0 || x > 100 || y < 0 || y > 100) heading += 2;
        return [x, y];
      }),
    ];
  },
  zigzag: ({ next }) => {
    const turns = 8 + Math.floor(20 * next());
    return [
      Array.from({ length: turns }, (_, i): [number, number] => [
        (100 * i) / turns + 10 * next(),
        (i % 2 ? 10 : 90) + 20 * next(),
      ]),
    ];
  },
  'crossing lines': ({ next }) =>
    Array.from({ length: 6 + Math.floor(10 * next()) }, () => [
      [100 * next(), 100 * next()],
      [100 * next(), 100 * next()],
    ]),
  'smooth knot (never seen)': ({ next }) => {
    const knots = Array.from({ length: 8 + Math.floor(6 * next()) }, () => [100 * next(), 100 * next()]);
    const points: Points = [];
    for (let i = 1; i < knots.length - 2; i++)
      for (let t = 0; t < 1; t += 0.1) points.push([catmullRom(knots, i, 0, t), catmullRom(knots, i, 1, t)]);
    return [points];
  },
  'spiral (never seen)': ({ next }) => {
    const [turns, wide] = [2.5 + 4 * next(), 0.6 + 0.6 * next()];
    return [
      Array.from({ length: Math.floor(turns * 31) }, (_, i): [number, number] => {
        const t = i / 5;
        return [wide * t * Math.cos(t), t * Math.sin(t)];
      }),
    ];
  },
  'hatching (never seen)': ({ next }) => [
    ...Array.from(
      { length: 5 + Math.floor(6 * next()) },
      (_, i): Points => [
        [12 * i, 10 * next()],
        [12 * i + 20 * next(), 100 - 10 * next()],
      ],
    ),
    ...Array.from(
      { length: 5 },
      (_, i): Points => [
        [0, 20 * i],
        [100, 20 * i + 10 * next()],
      ],
    ),
  ],
};

/** The Catmull–Rom spline through knots i and i + 1, coordinate `axis`, at t from 0 to 1. */
function catmullRom(knots: number[][], i: number, axis: number, t: number): number {
  const [a, b, c, d] = [-1, 0, 1, 2].map((offset) => knots[i + offset]![axis]!) as [
    number,
    number,
    number,
    number,
  ];
  const curve = 2 * a - 5 * b + 4 * c - d;
  return 0.5 * (2 * b + (c - a) * t + curve * t * t + (3 * b - a - 3 * c + d) * t ** 3);
}

const letters = 'ABCDEFGHJKLMNPQRTUVWXYabcdefhijkmnprtuvwxy';

async function printedLetters(): Promise<Picture[]> {
  const pictures = [...letters].flatMap((letter) =>
    ['sans-serif', 'serif'].map(async (font) => {
      const text = `<text x="25" y="100" font-size="90" font-family="${font}">${letter}</text>`;
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="140"><rect width="120" height="140" fill="white"/>${text}</svg>`;
      return { bytes: await sharp(Buffer.from(svg)).png().toBuffer() };
    }),
  );
  return Promise.all(pictures);
}

/** 300 drawings of each kind, and each letter in two fonts of the system. */
export async function nonsense(): Promise<void> {
  await using reader = await openReader();
  const shareSure = async (pictures: readonly Picture[]): Promise<number> => {
    let sure = 0;
    for (const picture of pictures) {
      try {
        if (!(await reader.read(picture)).unsure) sure++;
      } catch (error) {
        if (!(error instanceof DigitsError && error.code === 'DIGITS_NONE_FOUND')) throw error;
      }
    }
    return sure / pictures.length;
  };

  const random = createRandom(2026);
  const sure: Record<string, number> = {};
  for (const [kind, draw] of Object.entries(drawings))
    sure[kind] = await shareSure(Array.from({ length: 300 }, () => ({ strokes: draw(random) })));
  sure['printed letters'] = await shareSure(await printedLetters());
  const { validation } = await splitTraining(await openMnistPart('train'));
  const digits = Array.from({ length: validation.count }, (_, i) => ({
    pixels: validation.images.subarray(i * 784, (i + 1) * 784),
  }));
  const unsureDigits = 1 - (await shareSure(digits));

  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  printTable(
    ['what is shown', 'the reader is sure of'],
    Object.entries(sure).map(([kind, share]) => [kind, percent(share)]),
  );
  console.log(`Of the validation digits it is unsure of ${percent(unsureDigits)}.\n`);
  saveResults('digits-nonsense', 'npm run bench -- digits --only nonsense', { sure, unsureDigits });
}
