import { readFile } from 'node:fs/promises';
import { messageOf } from '@inkwire/base';
import { z } from 'zod';
import { markKinds } from '../detect/detector-maps.ts';
import { writingHeight } from '../prepare/boxes.ts';
import { readingOrder } from '../prepare/reading-order.ts';
import { type LabelledMark, quoted, type StatedPage, setError } from './labelled-page.ts';
import { expectSize, unreadable } from './text-records.ts';

/*
 * COCO's detection format (https://cocodataset.org/#format-data), the part that boxes need:
 *
 *   { "images":      [{ "id": 1, "file_name": "a.png" }],
 *     "annotations": [{ "image_id": 1, "category_id": 5, "bbox": [x, y, width, height] }],
 *     "categories":  [{ "id": 5, "name": "4" }] }
 */
const id = z.union([z.number(), z.string()]);
const coco = z.object({
  images: z.array(z.object({ id, file_name: z.string() })),
  annotations: z.array(
    z.object({
      image_id: id,
      category_id: id,
      bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]),
    }),
  ),
  categories: z.array(z.object({ id, name: z.string() })),
});

type Coco = z.infer<typeof coco>;
type Id = z.infer<typeof id>;

/**
 * The pages of a COCO file whose categories are named after digits (or after a separator, `. , - / :`). A page's text is its
 * marks in reading order; an image without annotations is a page without digits. Categories that no annotation has may be
 * named as they like.
 *
 * Throws `DIGITS_SET_INVALID`, naming file and entry; `DIGITS_SET_TOO_LARGE` above `maxBytes`; `DIGITS_SET_MISSING`.
 */
export async function readCoco(
  file: string,
  options: { readonly maxBytes: number; readonly signal?: AbortSignal | undefined },
): Promise<StatedPage[]> {
  await expectSize(file, options.maxBytes);
  const set = parse(file, await textOf(file, options.signal));
  const marks = marksByImage(file, set);
  return set.images.map(({ id, file_name }, i) => {
    const inOrder = orderMarks(marks.get(id)!);
    return {
      name: file_name,
      text: inOrder.text,
      marks: inOrder.marks,
      place: `${file}, images[${i}]`,
    };
  });
}

async function textOf(file: string, signal: AbortSignal | undefined): Promise<string> {
  try {
    return await readFile(file, { encoding: 'utf8', signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unreadable(file, error);
  }
}

function parse(file: string, text: string): Coco {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw setError(file, `not JSON: ${messageOf(error)}`);
  }
  const parsed = coco.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw setError(`${file}, ${z.core.toDotPath(path) || 'the whole'}`, message);
}

function marksByImage(file: string, { images, annotations, categories }: Coco): Map<Id, LabelledMark[]> {
  const names = new Map(categories.map(({ id, name }) => [id, name.trim()]));
  const marks = new Map<Id, LabelledMark[]>();
  for (const [i, { id }] of images.entries()) {
    if (marks.has(id)) throw setError(`${file}, images[${i}]`, `a second image with the id ${id}`);
    marks.set(id, []);
  }
  for (const [i, { image_id, category_id, bbox }] of annotations.entries()) {
    const place = `${file}, annotations[${i}]`;
    const found = marks.get(image_id);
    if (found === undefined) throw setError(place, `there is no image with the id ${image_id}`);
    const name = names.get(category_id);
    if (name === undefined) throw setError(place, `there is no category with the id ${category_id}`);
    if (name.length !== 1 || !markKinds.includes(name))
      throw setError(place, `the category ${quoted(name)} is none of 0 to 9 and . , - / :`);
    found.push({ mark: name, box: bbox });
  }
  return marks;
}

/** Marks in reading order, and what they say: a space between two words, a line break between two lines. */
function orderMarks(marks: readonly LabelledMark[]): { text: string; marks: LabelledMark[] } {
  const edges = marks.map(({ mark, box: [left, top, width, height] }, index) => {
    return { index, mark, left, top, right: left + width, bottom: top + height };
  });
  const lines = readingOrder(edges, writingHeight(edges));
  return {
    text: lines
      .map((words) => words.map((word) => word.map(({ mark }) => mark).join('')).join(' '))
      .join('\n'),
    marks: lines.flat(2).map(({ index }) => marks[index]!),
  };
}
