/** Ink that is no digit, separators, faint and coloured ink, broken strokes, styles that MNIST lacks. */
import sharp from 'sharp';
import { type Colour, createLayer, drawLine, type Layer, type Point, Sheet, stamp } from './canvas.ts';
import { type PenHand, penGlyph } from './hands.ts';
import { between, type Draft, draftLine, type Kind, photograph, type Scene, white } from './kind.ts';
import { ruling } from './kinds-paper.ts';
import { someDigits } from './page.ts';
import { currencyStrokes, letterNames, letterStrokes } from './symbols.ts';

/** A kind that draws more ink on the layer of a line. */
function marked(
  name: string,
  strengths: readonly string[],
  mark: (draft: Draft, scene: Scene, strength: number) => void,
  beside = 2.2,
): Kind {
  return {
    name,
    strengths,
    draw(scene, strength) {
      const draft = draftLine(scene, { beside });
      mark(draft, scene, strength);
      return photograph(draft, draft.sheet.ink(draft.layer, draft.ink), scene.random);
    },
  };
}

const crossedOut = marked(
  'crossed-out digit',
  ['a line', 'a cross', 'a scribble'],
  ({ layer, boxes, height, hand }, { random }, strength) => {
    const glyph = hand.digit(random.below(10), height);
    const [x, y] = [boxes[0]![0] - glyph.width - 0.4 * height, boxes[0]![1] + boxes[0]![3] - height];
    stamp(layer, glyph, x, y);
    const [left, right] = [x - 0.12 * height, x + glyph.width + 0.12 * height];
    const pen = 0.08 * height;
    if (strength < 2)
      drawLine(
        layer,
        [
          [left, y + 0.55 * height],
          [right, y + 0.42 * height],
        ],
        pen,
      );
    if (strength === 1)
      for (const [from, to] of [
        [0.1, 0.9],
        [0.9, 0.1],
      ] as const)
        drawLine(
          layer,
          [
            [left, y + from * height],
            [right, y + to * height],
          ],
          pen,
        );
    if (strength === 2) {
      const zigzag = Array.from(
        { length: 11 },
        (_, i): Point => [
          left + ((right - left) * i) / 10,
          y + height * (i % 2 ? between(random, 0.7, 1) : between(random, 0, 0.3)),
        ],
      );
      drawLine(layer, zigzag, pen);
    }
  },
);

const letters = marked(
  'letters beside',
  ['1', '2', '3'],
  ({ layer, boxes, height }, { random }, strength) => {
    let x = boxes[0]![0] - 0.45 * height;
    for (let i = 0; i <= strength; i++) {
      const name = letterNames[random.below(letterNames.length)]!;
      const glyph = penGlyph(letterStrokes(name, random), Math.round(0.95 * height), 0.09);
      x -= glyph.width + 0.15 * height;
      stamp(layer, glyph, x, boxes[0]![1] + 0.05 * height);
    }
  },
  4,
);

const currency = marked(
  'currency sign',
  ['$', '€', '£'],
  ({ layer, boxes, height }, { random }, strength) => {
    const glyph = penGlyph(currencyStrokes(strength, random), height, 0.08);
    stamp(layer, glyph, boxes[0]![0] - glyph.width - 0.3 * height, boxes[0]![1]);
  },
);

const underline = marked(
  'underline',
  ['below', 'double', 'touching the feet'],
  ({ layer, boxes, height }, { random }, strength) => {
    const [left, right] = [boxes[0]![0] - 0.2 * height, boxes.at(-1)![0] + boxes.at(-1)![2] + 0.2 * height];
    const foot = boxes[0]![1] + boxes[0]![3];
    const offsets = [[0.15], [0.12, 0.24], [-0.02]][strength]!;
    for (const offset of offsets)
      drawLine(
        layer,
        [
          [left, foot + (offset + 0.02 * random.normal()) * height],
          [right, foot + (offset + 0.02) * height],
        ],
        0.07 * height,
      );
  },
  0.9,
);

/** A number with a separator in it, or a minus before it. */
function separator(mark: string, name: string): Kind {
  return {
    name,
    strengths: ['small', 'usual', 'large'],
    draw(scene, strength) {
      const { random } = scene;
      const [before, after] = [someDigits(random, 1 + random.below(3)), someDigits(random, 2)];
      const text = mark === '-' && random.next() < 0.5 ? `-${before}${after}` : `${before}${mark}${after}`;
      const draft = draftLine(scene, { text, style: { separators: [0.65, 1, 1.5][strength]! } });
      return photograph(draft, draft.sheet.ink(draft.layer, draft.ink), random);
    },
  };
}

/** Ink of one colour on paper of one. */
function coloured(
  name: string,
  strengths: readonly string[],
  colours: (strength: number, draft: Draft) => { ink: Colour; paper?: Colour; pattern?: boolean },
  noise = 0.012,
): Kind {
  return {
    name,
    strengths,
    draw(scene, strength) {
      const draft = draftLine(scene);
      const { ink, paper = draft.paper, pattern } = colours(strength, draft);
      const sheet = new Sheet(draft.layer.width, draft.layer.height, paper);
      const step = 0.5 * draft.height;
      if (pattern)
        sheet.ink(
          ruling(sheet.width, sheet.height, scene.random, { step, down: true }),
          [0.45, 0.6, 0.85],
          0.6,
        );
      return photograph(draft, sheet.ink(draft.layer, ink), scene.random, { noise });
    },
  };
}

const pencil = coloured(
  'pencil',
  ['30 % contrast', '15 % contrast', '8 % contrast'],
  (strength, { paper: [r, g, b] }) => {
    const left = 1 - [0.3, 0.15, 0.08][strength]!;
    return { ink: [r * left, g * left, b * left] };
  },
  0.008,
);

const marker = coloured('yellow marker', ['amber', 'yellow', 'pale'], (strength) => ({
  paper: white,
  ink: (
    [
      [1, 0.75, 0.1],
      [1, 0.9, 0.2],
      [1, 0.95, 0.55],
    ] as const
  )[strength]!,
}));

const onSquares = coloured('coloured on squared paper', ['blue', 'red', 'green'], (strength) => ({
  pattern: true,
  ink: (
    [
      [0.15, 0.25, 0.7],
      [0.85, 0.15, 0.2],
      [0.15, 0.55, 0.3],
    ] as const
  )[strength]!,
}));

const transparent: Kind = {
  name: 'on transparency',
  strengths: ['black', 'white', 'white, half transparent'],
  async draw(scene, strength) {
    const { layer, digits } = draftLine(scene);
    const { width, height } = layer;
    const pixels = new Uint8Array(width * height * 4);
    for (let i = 0; i < layer.data.length; i++) {
      const ink = strength === 0 ? 0 : 255;
      pixels.set([ink, ink, ink, 255 * layer.data[i]! * (strength === 2 ? 0.5 : 1)], 4 * i);
    }
    return {
      digits,
      bytes: await sharp(pixels, { raw: { width, height, channels: 4 } })
        .png()
        .toBuffer(),
    };
  },
};

/** A hand that changes the strokes of another. */
function changedHand(hand: PenHand, change: (strokes: Point[][], digit: number) => Point[][]): PenHand {
  const strokes = (digit: number) => change(hand.strokes(digit), digit);
  return { pen: hand.pen, strokes, digit: (digit, height) => penGlyph(strokes(digit), height, hand.pen) };
}

const broken: Kind = {
  name: 'broken strokes',
  strengths: ['1 gap', '3 gaps', '6 gaps'],
  draw(scene, strength) {
    const { random, hands } = scene;
    const gaps = [1, 3, 6][strength]!;
    const hand = changedHand(hands.pen(random), (strokes) => {
      const length = strokes.reduce((sum, stroke) => sum + lengthOf(stroke), 0);
      const starts = Array.from(
        { length: gaps },
        (_, i) => ((i + between(random, 0.25, 0.75)) * length) / gaps,
      );
      return breakStrokes(strokes, starts, 0.2);
    });
    const draft = draftLine(scene, { hand });
    return photograph(draft, draft.sheet.ink(draft.layer, draft.ink), random);
  },
};

const lengthOf = (stroke: readonly Point[]) =>
  stroke.reduce(
    (sum, [x, y], i) => (i === 0 ? 0 : sum + Math.hypot(x - stroke[i - 1]![0], y - stroke[i - 1]![1])),
    0,
  );

/** Strokes without what lies within `gap` of a start, both measured along the ink. */
function breakStrokes(strokes: readonly Point[][], starts: readonly number[], gap: number): Point[][] {
  const parts: Point[][] = [];
  let along = 0;
  for (const stroke of strokes) {
    let part: Point[] = [];
    for (const [i, [x, y]] of stroke.entries()) {
      const before = stroke[i - 1] ?? ([x, y] as const);
      const steps = Math.max(1, Math.ceil(Math.hypot(x - before[0], y - before[1]) / 0.02));
      for (let step = 1; step <= steps; step++) {
        const share = step / steps;
        along += Math.hypot(x - before[0], y - before[1]) / steps;
        const isGap = starts.some((start) => along >= start && along < start + gap);
        if (!isGap) part.push([before[0] + share * (x - before[0]), before[1] + share * (y - before[1])]);
        else if (part.length > 0) {
          parts.push(part);
          part = [];
        }
      }
    }
    if (part.length > 0) parts.push(part);
  }
  return parts;
}

/** Each style on the digit that has it; the others are as the hand writes them. */
const styleOf: readonly { readonly digit: number; change(strokes: Point[][]): Point[][] }[] = [
  {
    digit: 0,
    change(strokes) {
      const right = Math.max(...strokes.flat().map(([x]) => x));
      return [
        ...strokes,
        [
          [right * 1.02, 0.03],
          [Math.max(0, right * 0.02), 0.97],
        ],
      ];
    },
  },
  {
    digit: 7,
    change(strokes) {
      const right = Math.max(...strokes.flat().map(([x]) => x));
      return [
        ...strokes,
        [
          [right * 0.2, 0.52],
          [right, 0.48],
        ],
      ];
    },
  },
  {
    digit: 1,
    change: () => [
      [
        [0, 0.35],
        [0.3, 0],
        [0.3, 1],
      ],
      [
        [0.08, 1],
        [0.55, 1],
      ],
    ],
  },
  {
    digit: 4,
    change: () => [
      [
        [0.15, 0],
        [0, 0.6],
        [0.6, 0.6],
      ],
      [
        [0.48, 0.2],
        [0.44, 1],
      ],
    ],
  },
];

const styles: Kind = {
  name: 'styles',
  strengths: ['slashed 0', 'crossed 7', '1 with flag and foot', 'open 4'],
  draw(scene, strength) {
    const { random, hands } = scene;
    const { digit, change } = styleOf[strength]!;
    const hand = changedHand(hands.pen(random), (strokes, drawn) =>
      drawn === digit ? change(strokes) : strokes,
    );
    const text = someDigits(random, 4);
    const at = random.below(4);
    const draft = draftLine(scene, { hand, text: `${text.slice(0, at)}${digit}${text.slice(at + 1)}` });
    return photograph(draft, draft.sheet.ink(draft.layer, draft.ink), random);
  },
};

/** Words of letters alone, as ink. */
export function wordsOf(scene: Scene, height: number, count: number): Layer {
  const { random } = scene;
  const glyphs = Array.from({ length: count }, () =>
    penGlyph(letterStrokes(letterNames[random.below(letterNames.length)]!, random), height, 0.09),
  );
  const layer = createLayer(
    glyphs.reduce((sum, glyph) => sum + glyph.width + Math.ceil(0.25 * height), 2 * height),
    3 * height,
  );
  let x = height;
  for (const glyph of glyphs) {
    stamp(layer, glyph, x, height);
    x += glyph.width + 0.25 * height;
  }
  return layer;
}

export const inkKinds: readonly Kind[] = [
  crossedOut,
  letters,
  currency,
  underline,
  separator('.', 'decimal point'),
  separator(',', 'decimal comma'),
  separator('-', 'minus and dash'),
  separator('/', 'slash'),
  separator(':', 'colon'),
  pencil,
  marker,
  onSquares,
  transparent,
  broken,
  styles,
];
