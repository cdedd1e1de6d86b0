/** Paper that is not blank: rules, forms, margins, shadows, stamps, the writing on its back. */
import type { Random } from '@inkwire/base';
import {
  type Colour,
  createLayer,
  drawLine,
  type Layer,
  mirrored,
  type Point,
  type Sheet,
  stamp,
} from './canvas.ts';
import { penGlyph } from './hands.ts';
import { between, type Draft, draftLine, type Kind, photograph, type Scene } from './kind.ts';
import { someDigits, writeLine } from './page.ts';
import { letterNames, letterStrokes } from './symbols.ts';

/** How dark a printed pattern is: light, plain, as dark as ink. */
const darkness = [0.25, 0.55, 0.95];
const darknessNames = ['light', 'plain', 'as dark as ink'];
const prints: readonly Colour[] = [
  [0.45, 0.6, 0.85],
  [0.5, 0.5, 0.55],
  [0.2, 0.25, 0.4],
];

/** Lines across, down, or dots where they would cross, `step` pixels apart and perhaps leaning. */
export function ruling(
  width: number,
  height: number,
  random: Random,
  { step, across = true, down = false, dots = false, lean = 0 }: RulingOptions,
): Layer {
  const layer = createLayer(width, height);
  const pen = Math.max(1, step * between(random, 0.025, 0.05));
  const [dx, dy] = [step * random.next(), step * random.next()];
  const slope = Math.tan((lean * Math.PI) / 180);
  for (let y = dy - width * Math.abs(slope); y < height + width * Math.abs(slope); y += step) {
    if (across && !dots)
      drawLine(
        layer,
        [
          [0, y],
          [width, y + slope * width],
        ],
        pen,
      );
    if (dots)
      for (let x = dx; x < width; x += step) drawLine(layer, [[x, y + slope * x]], Math.max(1.5, 2 * pen));
  }
  if (down)
    for (let x = dx - height * Math.abs(slope); x < width + height * Math.abs(slope); x += step)
      drawLine(
        layer,
        [
          [x, 0],
          [x - slope * height, height],
        ],
        pen,
      );
  return layer;
}

interface RulingOptions {
  readonly step: number;
  readonly across?: boolean;
  readonly down?: boolean;
  readonly dots?: boolean;
  /** Degrees. */
  readonly lean?: number;
}

function ruled(name: string, pattern: (draft: Draft, random: Random) => RulingOptions): Kind {
  return {
    name,
    strengths: darknessNames,
    draw(scene, strength) {
      const draft = draftLine(scene, { above: 0.8 });
      const { sheet, layer, height } = draft;
      const lines = ruling(layer.width, layer.height, scene.random, pattern(draft, scene.random));
      const colour = prints[strength === 2 ? 2 : scene.random.below(2)]!;
      sheet.ink(lines, colour, darkness[strength]!).ink(layer, draft.ink);
      return photograph(draft, sheet, scene.random, { blur: Math.min(0.6, height / 90) });
    },
  };
}

/** Boxes around each digit, or a comb beneath them, which the writing crosses. */
function boxed(name: string, isComb: boolean): Kind {
  return {
    name,
    strengths: darknessNames,
    draw(scene, strength) {
      const { random } = scene;
      const draft = draftLine(scene, { style: { gap: 0.3 } });
      const { boxes, layer, height, sheet } = draft;
      const lines = createLayer(layer.width, layer.height);
      // The frame is smaller than the writing, so that some of it crosses the frame.
      const top = boxes[0]![1] + height * between(random, 0, 0.12);
      const bottom = boxes[0]![1] + height * between(random, 0.92, 1.02);
      const edges = [boxes[0]![0] - 0.08 * height];
      for (const [i, [x, , w]] of boxes.entries()) {
        const next = boxes[i + 1];
        edges.push(next ? (x + w + next[0]) / 2 + 0.05 * height * random.normal() : x + w + 0.06 * height);
      }
      const pen = Math.max(1.2, 0.035 * height);
      const side = isComb ? bottom - 0.35 * height : top;
      for (const x of edges)
        drawLine(
          lines,
          [
            [x, side],
            [x, bottom],
          ],
          pen,
        );
      const rails = isComb ? [bottom] : [top, bottom];
      for (const y of rails)
        drawLine(
          lines,
          [
            [edges[0]!, y],
            [edges.at(-1)!, y],
          ],
          pen,
        );
      sheet.ink(lines, prints[strength === 2 ? 2 : 1]!, darkness[strength]!).ink(layer, draft.ink);
      return photograph(draft, sheet, random);
    },
  };
}

/** A kind whose defect is a light or a colour over the sheet with its ink. */
function lit(
  name: string,
  strengths: readonly string[],
  change: (sheet: Sheet, scene: Scene, strength: number, draft: Draft) => void,
): Kind {
  return {
    name,
    strengths,
    draw(scene, strength) {
      const draft = draftLine(scene, { beside: 1.5, above: 0.8 });
      draft.sheet.ink(draft.layer, draft.ink);
      change(draft.sheet, scene, strength, draft);
      return photograph(draft, draft.sheet, scene.random);
    },
  };
}

const smooth = (t: number) => Math.min(1, Math.max(0, t)) ** 2 * (3 - 2 * Math.min(1, Math.max(0, t)));

const darkMargin = lit('dark margin', ['3 %', '7 %', '12 %'], (sheet, { random }, strength) => {
  const width = [0.03, 0.07, 0.12][strength]! * sheet.width;
  const isLeft = random.next() < 0.5;
  const soft = between(random, 1, 0.4 * width + 2);
  sheet.light((x) => 0.06 + 0.94 * smooth(((isLeft ? x : sheet.width - x) - width) / soft + 1));
});

const shadow = lit('shadow', ['25 %', '45 %', '65 %'], (sheet, { random }, strength) => {
  const depth = [0.25, 0.45, 0.65][strength]!;
  const [edge, lean] = [between(random, 0.25, 0.75) * sheet.width, between(random, -0.8, 0.8)];
  const soft = between(random, 4, 0.5 * sheet.height);
  sheet.light((x, y) => 1 - depth * smooth((x - edge + lean * (y - sheet.height / 2)) / soft + 0.5));
});

const tableEdge = lit(
  'edge of a table',
  ['a corner', 'a side', 'two sides'],
  (sheet, { random }, strength, draft) => {
    const wood: Colour = [
      between(random, 0.15, 0.4),
      between(random, 0.12, 0.28),
      between(random, 0.08, 0.2),
    ];
    const room = 0.8 * draft.height;
    const lean = between(random, -0.06, 0.06);
    const grain = (y: number) => 0.9 + 0.1 * Math.sin(y / 3 + 4 * Math.sin(y / 17));
    sheet.paint((x, y) => {
      const isLeft = x < room * (1 + lean * (y / sheet.height));
      const isBelow = y > sheet.height - 0.4 * room + lean * x;
      const isCorner = x + (sheet.height - y) < 1.2 * room;
      const isTable = strength === 0 ? isCorner : isLeft || (strength === 2 && isBelow);
      return isTable ? [wood[0] * grain(y), wood[1] * grain(y), wood[2] * grain(y)] : undefined;
    });
  },
);

const rubberStamp = lit('rubber stamp', ['faint', 'plain', 'dark'], (sheet, { random }, strength, draft) => {
  const layer = createLayer(sheet.width, sheet.height);
  const radius = draft.height * between(random, 0.9, 1.3);
  const [x, y] = [between(random, 0.2, 0.8) * sheet.width, between(random, 0.4, 0.6) * sheet.height];
  for (const share of [1, 0.86]) {
    const ring = Array.from({ length: 41 }, (_, i): Point => {
      const angle = (2 * Math.PI * i) / 40;
      return [x + share * radius * Math.cos(angle), y + share * radius * Math.sin(angle)];
    });
    drawLine(layer, ring, 0.05 * draft.height);
  }
  const word = Array.from({ length: 3 }, () => letterNames[random.below(letterNames.length)]!);
  for (const [i, name] of word.entries()) {
    const glyph = penGlyph(letterStrokes(name, random), Math.round(0.4 * radius), 0.1);
    stamp(layer, glyph, x + (i - 1.5) * 0.42 * radius, y - 0.2 * radius);
  }
  const colour: Colour = random.next() < 0.5 ? [0.75, 0.15, 0.2] : [0.25, 0.2, 0.6];
  sheet.ink(layer, colour, [0.25, 0.45, 0.7][strength]!);
});

const bleedThrough: Kind = {
  name: 'writing on the back',
  strengths: ['12 %', '22 %', '35 %'],
  draw(scene, strength) {
    const { random, hands } = scene;
    const draft = draftLine(scene);
    const back = writeLine(hands.any(random), random, someDigits(random, 4), { height: draft.height });
    const behind = createLayer(draft.layer.width, draft.layer.height);
    stamp(behind, mirrored(back.layer), between(random, -0.2, 0.3) * draft.layer.width, 0.3 * draft.height);
    draft.sheet.ink(behind, draft.ink, [0.12, 0.22, 0.35][strength]!).ink(draft.layer, draft.ink);
    return photograph(draft, draft.sheet, random, { blur: 0.7 });
  },
};

export const paperKinds: readonly Kind[] = [
  ruled('ruled paper', ({ height }, random) => ({ step: height * between(random, 0.5, 1.2) })),
  ruled('squared paper', ({ height }, random) => ({ step: height * between(random, 0.3, 0.8), down: true })),
  ruled('dotted paper', ({ height }, random) => ({ step: height * between(random, 0.3, 0.6), dots: true })),
  boxed('boxes of a form', false),
  boxed('comb of a form', true),
  darkMargin,
  shadow,
  tableEdge,
  rubberStamp,
  bleedThrough,
];
