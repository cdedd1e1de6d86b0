import { createHash } from 'node:crypto';
import { setError } from '../data/labelled-page.ts';
import { openLabelledPages } from '../data/labelled-pages.ts';
import type { LabelledSet } from '../data/labelled-set.ts';
import { cutPageDigits } from '../data/page-digits.ts';

/** Digits that are trained on besides MNIST's. */
export interface ExtraDigits {
  readonly digits: LabelledSet;
  /** Of their pixels and labels: a run resumes with the same ones only. */
  readonly sha256: string;
}

/**
 * The digits of labelled pages, cut by their boxes. Boxes without ink are passed over.
 * Throws what `openLabelledPages` and `cutPageDigits` throw, and `DIGITS_SET_INVALID` where no box holds ink.
 */
export async function openExtraDigits(path: string, signal?: AbortSignal | undefined): Promise<ExtraDigits> {
  const digits = await cutPageDigits(await openLabelledPages(path, { signal }), { signal });
  if (digits.count === 0) throw setError(path, `no digit could be cut: ${digits.missed?.[0]?.reason}`);
  const sha256 = createHash('sha256').update(digits.images).update(digits.labels).digest('hex');
  return { digits, sha256 };
}
