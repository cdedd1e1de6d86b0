import { createHash } from 'node:crypto';
import { setError } from '../data/labelled-page.ts';
import { openLabelledPages } from '../data/labelled-pages.ts';
import type { LabelledSet } from '../data/labelled-set.ts';
import { cutPageDigits } from '../data/page-digits.ts';
import { openDetector } from '../detect/detector.ts';
import { findMarks } from '../detect/find-marks.ts';
import { bundledModel, openModelFile } from '../model/model-file.ts';
import { arrangeMarks } from '../reader/lines.ts';
import { cutDigits } from '../reader/page-reading.ts';

/** Digits that are trained on besides MNIST's. */
export interface ExtraDigits {
  readonly digits: LabelledSet;
  /** Of their pixels and labels: a run resumes with the same ones only. */
  readonly sha256: string;
}

/**
 * The digits of labelled pages, cut by their boxes; where a page has none the bundled detector finds them, and the page is used
 * when it finds as many as the text has. `missed` lists those that could not be cut.
 *
 * Throws what `openLabelledPages` and `cutPageDigits` throw, and `DIGITS_SET_INVALID` where no digit could be cut.
 */
export async function openExtraDigits(path: string, signal?: AbortSignal | undefined): Promise<ExtraDigits> {
  const pages = await openLabelledPages(path, { signal });
  const digits = pages.hasBoxes
    ? await cutPageDigits(pages, { signal })
    : await withFinder((find) => cutPageDigits(pages, { signal, find }), signal);
  if (digits.count === 0) throw setError(path, `no digit could be cut: ${digits.missed?.[0]?.reason}`);
  const sha256 = createHash('sha256').update(digits.images).update(digits.labels).digest('hex');
  return { digits, sha256 };
}

type Find = (bytes: Uint8Array) => Promise<Uint8Array[]>;

async function withFinder<T>(work: (find: Find) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const name = bundledModel('page');
  await using detector = await openDetector((await openModelFile(name)).bytes, { name });
  return await work(async (bytes) => {
    const { marks } = await cutDigits(
      await findMarks(bytes, detector, { ...(signal && { signal }) }),
      signal,
    );
    return arrangeMarks(marks)
      .lines.flat(2)
      .map(({ digit }) => digit!.pixels);
  });
}
