/**
 * A reading of pen strokes. Strokes are objects, so that ink which touches does not join digits. Every group of strokes that
 * may be a digit is drawn alone and read; the cheapest groups that hold each stroke once are the digits.
 *
 *     strokes ─separators apart─▶ candidate groups ─each drawn alone─▶ answer of the digit network
 *             ─cheapest cover─▶ digits and separators ─arranged─▶ reading
 */
import { setImmediate } from 'node:timers/promises';
import type { ModelCard } from '../model/model-card.ts';
import { around, type Edges, sizeOf } from '../prepare/boxes.ts';
import { clutterOf } from '../prepare/clutter.ts';
import { expectAtMost, mostDigits } from '../prepare/find-digits.ts';
import { prepareAlone, type StrokeDigits, type StrokeSheet } from '../prepare/prepare-strokes.ts';
import type { PreparedDigit } from '../prepare/prepared.ts';
import { candidateGroups } from '../strokes/candidate-groups.ts';
import { isSlashLike, type Separator, separatorsOf } from '../strokes/separators.ts';
import { type StrokeShape, shapeOf } from '../strokes/stroke-shape.ts';
import type { Answer } from './batcher.ts';
import { slash, withoutLoneSlashes } from './lone-slashes.ts';
import { composeMarks, nameDigits, type ReadMark } from './mark-reading.ts';
import type { ReadPicture } from './reading.ts';
import type { Candidate, Cover, StrokeCandidates } from './stroke-cover.ts';

/** A stroke smaller than this, over the writing's height, is no digit by itself. */
const smallestDigit = 0.3;
/** Drawings of more strokes than this are not searched… */
const mostStrokes = 512;
/** …nor are those of more candidates: most take half a millisecond to draw, large ones two. */
const mostCandidates = 768;
/** This many are drawn before other work of the event loop has its turn. */
const drawnAtOnce = 64;

/**
 * Draws everything that may be a digit: about two candidates a stroke, at most six. Undefined for a tangle and for
 * more strokes than are searched. Rejects with the signal's reason.
 */
export async function strokeCandidates(
  sheet: StrokeSheet,
  signal: AbortSignal,
): Promise<StrokeCandidates | undefined> {
  const { strokes, height } = sheet.drawing;
  if (strokes.length > mostStrokes || height === 0) return undefined;
  const shapes = strokes.map(shapeOf);
  const separators = separatorsOf(shapes, height);
  const apart = new Set(separators.flatMap((separator) => separator.strokes));
  const found = candidateGroups(
    shapes.filter((shape) => !apart.has(shape)),
    height,
  );
  if (!found || found.groups.length > mostCandidates) return undefined;
  const { order, groups, heights } = found;
  const candidates: Candidate[] = [];
  for (const [i, group] of groups.entries()) {
    if (i > 0 && i % drawnAtOnce === 0) {
      await setImmediate();
      signal.throwIfAborted();
    }
    const members = group.strokes.map((place) => order[place]!);
    candidates.push({ ...group, shapes: members, ...drawn(sheet, members) });
  }
  return { sheet, count: order.length, candidates, separators, heights };
}

function drawn(sheet: StrokeSheet, members: readonly StrokeShape[]): StrokeDigits {
  const { strokes, height } = sheet.drawing;
  const isSpeck = members.length === 1 && sizeOf(members[0]!) < smallestDigit * height;
  if (isSpeck) return { digits: [], groups: [] };
  return prepareAlone(
    sheet,
    members.map(({ index }) => strokes[index]!),
  );
}

/**
 * The reading of a drawing from its cover and the network's answer for the digits of all candidates, in their order; undefined
 * when none of its strokes is a digit. Throws DIGITS_NONE_FOUND for more than 512 digits.
 */
export function composeStrokeReading(
  { sheet, separators }: StrokeCandidates,
  { groups: cover, certainty }: Cover,
  answer: Answer,
  card: Pick<ModelCard, 'unsureBelow' | 'familiarAbove'>,
): ReadPicture | undefined {
  const read = cover.filter(({ digits }) => digits.length > 0);
  if (read.length === 0) return undefined;
  expectAtMost(
    mostDigits,
    read.reduce((sum, { digits }) => sum + digits.length, 0),
  );
  const marks = withoutLoneSlashes([
    ...separators.map((separator) => markOf(separator, sheet)),
    ...read.flatMap(({ digits, rows, shapes }) => {
      const isSlash = shapes.length === 1 && isSlashLike(shapes[0]!);
      // The answer says which digit it is.
      return digits.map((digit, i): ReadMark => {
        return { ...placed(digit.box), kind: isSlash ? slash : 0, digit, row: rows[i]! };
      });
    }),
  ]);
  const clutter = clutterOf(
    read.flatMap(({ groups }) => groups),
    {
      specks: cover.length - read.length,
      doubt: 0,
      lineLength: sheet.drawing.length * sheet.canvas.scale,
    },
  );
  const { width, height } = sheet.kept;
  const evidence = {
    width,
    height,
    clutter,
    confidenceOf: (reading: ReadPicture) => reading.confidence * certainty,
  };
  return composeMarks(nameDigits(marks, answer), answer, evidence, card);
}

function markOf({ kind, strokes }: Separator, { kept }: StrokeSheet): ReadMark {
  const edges: Edges = around(strokes);
  return {
    kind,
    x: ((edges.left + edges.right) / 2 - kept.originX) * kept.scale,
    y: ((edges.top + edges.bottom) / 2 - kept.originY) * kept.scale,
    width: (edges.right - edges.left) * kept.scale + kept.pen,
    height: (edges.bottom - edges.top) * kept.scale + kept.pen,
  };
}

const placed = ([x, y, width, height]: PreparedDigit['box']) => ({
  x: x + width / 2,
  y: y + height / 2,
  width,
  height,
});
