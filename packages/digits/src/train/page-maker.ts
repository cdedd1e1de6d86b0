import { createRandom, type Random } from '@inkwire/base';
import type { LabelledSet } from '../data/labelled-set.ts';
import { createGlyphs } from '../pages/glyphs.ts';
import type { PageSize } from '../pages/mark.ts';
import { drawPage, type MadeUpPage } from '../pages/page.ts';
import { createTargets, writeTargets } from '../pages/targets.ts';

/** Which pages a run sees. */
export interface PageStream {
  /** Another seed gives other pages. */
  readonly seed: number;
  /** Pages in a batch. */
  readonly batch: number;
  readonly size: PageSize;
}

/** Pages and their targets, as the training step takes them: each array holds one page after the other. */
export interface PageBatch {
  /** [batch, 1, height, width] */
  readonly plane: Float32Array;
  /** [batch, 15, height / 4, width / 4] */
  readonly heat: Float32Array;
  /** [batch, 4, …] */
  readonly box: Float32Array;
  /** [batch, 1, …] */
  readonly at: Float32Array;
  /** [batch, 2, …] */
  readonly writing: Float32Array;
}

/** Bits of a seed that are left beside a page's number of 32 bits. */
const seedBound = 2 ** 21;

/** The random numbers of one page, whichever pages were made before it. */
export function randomOfPage(seed: number, page: number): Random {
  return createRandom(createRandom(seed).below(seedBound) * 2 ** 32 + page);
}

/** Makes pages from digits. The content of a page depends on the seed and its number alone. */
export class PageMaker {
  readonly #stream: PageStream;
  readonly #glyphs: ReturnType<typeof createGlyphs>;

  constructor(digits: LabelledSet, stream: PageStream) {
    this.#stream = stream;
    this.#glyphs = createGlyphs(digits);
  }

  /** Page `number`, counted from 0. */
  page(number: number): MadeUpPage {
    return drawPage(this.#glyphs, randomOfPage(this.#stream.seed, number), this.#stream.size);
  }

  /** Batch `number`, counted from 0: the pages from number · batch on. */
  batch(number: number): PageBatch {
    const { batch, size } = this.#stream;
    const plane = new Float32Array(batch * size.width * size.height);
    const { targetsOf, ...targets } = createTargets(batch, size.width, size.height);
    for (let i = 0; i < batch; i++) {
      const page = this.page(number * batch + i);
      plane.set(page.plane, i * page.plane.length);
      writeTargets(page, targetsOf(i));
    }
    return { plane, ...targets };
  }
}
