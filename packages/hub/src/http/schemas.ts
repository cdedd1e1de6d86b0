import type { Reading } from '@inkwire/wire/hub';
import { z } from 'zod';

/*
 * Every shape that a stranger sends or gets, once: what is validated is what is documented. A schema that is named in
 * `components` is referred to by that name in the OpenAPI document.
 */

const probability = z.number().min(0).max(1);

const digit = z.strictObject({
  digit: z.number().int().min(0).max(9),
  confidence: probability,
  box: z
    .tuple([z.number(), z.number(), z.number(), z.number()])
    .meta({ description: 'x, y, width, height in pixels of the upright picture' }),
  probabilities: z.array(probability).length(10).meta({ description: 'of the digits 0 … 9, calibrated' }),
});

const reading = z.strictObject({
  id: z.string().meta({ description: 'UUIDv7: ids sort by time. Empty when the reading is not kept' }),
  time: z.iso.datetime(),
  source: z.string(),
  text: z.string().meta({ description: 'words are joined by a space, lines by a line feed' }),
  written: z.string().meta({
    description: 'what stands there: as `text`, with its separators (`12,34`, `-828`, `11/08/2035`)',
  }),
  confidence: probability,
  unsure: z.boolean(),
  digits: z.array(digit),
  model: z.string().meta({ description: 'version of the model' }),
  corrected: z.string().nullable(),
  width: z.number(),
  height: z.number(),
  label: z.string().exactOptional().meta({ description: 'the true text, where it is known' }),
  cells: z
    .strictObject({
      rows: z.number().int().min(1),
      columns: z.number().int().min(1),
      texts: z
        .array(z.array(z.string()))
        .meta({ description: 'row by row; empty where nothing stands in a cell' }),
    })
    .exactOptional()
    .meta({ description: 'present only when a grid was found' }),
  detector: z
    .string()
    .exactOptional()
    .meta({ description: 'version of the detector that found the digits; absent where there was none' }),
}) satisfies z.ZodType<Reading>;

const problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string().meta({ description: 'stable; match this and never the words' }),
  detail: z.string().optional(),
});

const fileProblem = problem.extend({
  file: z
    .string()
    .nullable()
    .meta({ description: 'the name of the file, or null when the form itself ended early' }),
});

const readings = z.strictObject({
  readings: z.array(reading),
  problems: z
    .array(fileProblem)
    .optional()
    .meta({ description: 'the files of the form that could not be read' }),
});

const page = z.strictObject({ readings: z.array(reading), next: z.string().nullable() });

const strokes = z.strictObject({
  strokes: z
    .array(z.array(z.array(z.number()).min(2).max(3)))
    .min(1)
    .meta({
      description: 'each stroke a list of points [x, y] or [x, y, pressure 0…1], y downwards, in any unit',
    }),
});

const correction = z.strictObject({
  corrected: z
    .string()
    .max(1_000)
    .nullable()
    .meta({ description: 'what it says, or null to take that back' }),
});

const form = z.object({ file: z.array(z.string().meta({ format: 'binary' })) });

const figures = z.looseObject({
  set: z.string(),
  count: z.number(),
  correct: z.number(),
  accuracy: z.number(),
  interval: z.array(z.number()).length(2).meta({ description: '95 %, Wilson' }),
  confusion: z.array(z.array(z.number())).meta({ description: '[true digit][digit read]' }),
});

const model = z.looseObject({
  recipe: z.string(),
  version: z.string(),
  parameters: z.number().int(),
  figures: z.array(figures),
});

const weights = z.strictObject({
  recipe: z.literal('softmax'),
  accuracy: z.number().nullable(),
  weights: z.array(z.array(z.number()).length(784)).length(10),
});

const health = z.strictObject({
  status: z.literal('ok'),
  name: z.string(),
  version: z.string(),
  model: z.string(),
});

/** By the names that they have in the OpenAPI document. */
export const components = {
  Reading: reading,
  Readings: readings,
  ReadingsPage: page,
  Problem: problem,
  FileProblem: fileProblem,
  Strokes: strokes,
  Correction: correction,
  Pictures: form,
  Model: model,
  Weights: weights,
  Health: health,
} as const;

/** The name of a documented shape. */
export type ComponentName = keyof typeof components;
