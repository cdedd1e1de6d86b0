import { z } from 'zod';

const share = z.number().min(0).max(1);
const count = z.number().int().min(0);

const figures = z.strictObject({
  set: z.string().min(1),
  count: count.min(1),
  correct: count,
  accuracy: share,
  interval: z.tuple([share, share]),
  confusion: z.array(z.array(count).length(10)).length(10),
  found: count.optional(),
});

const doubt = z.object({
  offset: z.number(),
  together: z.number().min(0),
  weakest: z.number().min(0),
  weakestMark: z.number().min(0),
  unreadInk: z.number().max(0),
  otherWriting: z.number().max(0),
});

const naming = z.object({ network: z.number().min(0), detector: z.number().min(0) });

/** The form of a card. Unknown keys are kept, so that an older program reads a newer model. */
export const modelCardSchema = z.looseObject({
  recipe: z.string().min(1),
  version: z.string().regex(/^[0-9a-f]{12}$/),
  parameters: count,
  seed: count,
  trained: z.iso.datetime({ offset: true }),
  command: z.string(),
  data: z.record(z.string(), z.string()),
  temperature: z.number().positive(),
  unsureBelow: share,
  unsureErrorRate: share,
  familiarAbove: z.number().optional(),
  secondLookBelow: share.optional(),
  marks: z.string().optional(),
  naming: naming.optional(),
  doubt: doubt.optional(),
  figures: z.array(figures.loose()),
});

/** The figures of a model on one set. */
export interface ModelFigures {
  readonly set: string;
  readonly count: number;
  readonly correct: number;
  readonly accuracy: number;
  /** Wilson's 95 % interval. */
  readonly interval: [number, number];
  /** [true digit][digit read] */
  readonly confusion: number[][];
  /** A detector's: everything that it took for a digit on the set's pages, of which `correct` were. */
  readonly found?: number | undefined;
}

/** The weights of the reasons for and against a reading (see reader/doubt.ts). All but `offset` have a fixed sign. */
export interface DoubtWeights {
  readonly offset: number;
  /** ≥ 0: of the log odds of the product of all confidences. */
  readonly together: number;
  /** ≥ 0: of the log odds of the weakest confidence. */
  readonly weakest: number;
  /** ≥ 0: of the log odds of the weakest mark's score. */
  readonly weakestMark: number;
  /** ≤ 0 */
  readonly unreadInk: number;
  /** ≤ 0 */
  readonly otherWriting: number;
}

/** The powers of the two opinions on which digit a mark is (see reader/naming.ts). Neither is below 0. */
export interface NamingWeights {
  /** Of the probabilities of the network of single digits. */
  readonly network: number;
  /** Of those of the detector. */
  readonly detector: number;
}

/** The description of a model inside its file: JSON under the key `inkwire` in the ONNX file's metadata_props. */
export interface ModelCard {
  readonly recipe: string;
  /** The first 12 hexadecimal digits of the SHA-256 of the file without metadata. */
  readonly version: string;
  readonly parameters: number;
  readonly seed: number;
  /** When training ended, ISO 8601. */
  readonly trained: string;
  /** The command that trains it again. */
  readonly command: string;
  /** Name of each file that it was trained on → SHA-256. */
  readonly data: Record<string, string>;
  /** The logits are divided by it before the softmax. */
  readonly temperature: number;
  /** A reading with a lower confidence is unsure. */
  readonly unsureBelow: number;
  /** The share of mistakes among validation digits that are not unsure, which `unsureBelow` was chosen for. */
  readonly unsureErrorRate: number;
  /**
   * A digit less familiar to the model than this (log Σ exp(logits)) is unsure: it may be no digit. Chosen on validation
   * digits by `chooseFamiliarAbove`; absent from a card, nothing is taken for strange.
   */
  readonly familiarAbove?: number | undefined;
  /** A digit with a lower probability is looked at again (evaluate/second-look.ts). Absent: one look is enough. */
  readonly secondLookBelow?: number | undefined;
  /** A detector's: the kinds of marks, in the order of its heat maps. Absent: the model reads single digits. */
  readonly marks?: string | undefined;
  /** A detector's: how much its opinion on a digit counts beside the digit network's. Absent: both count in full. */
  readonly naming?: NamingWeights | undefined;
  /** A detector's: how sure a reading is that it has a part in. Absent: as the digits' confidences say together. */
  readonly doubt?: DoubtWeights | undefined;
  readonly figures: readonly ModelFigures[];
}
