import type { LabelledSet } from './labelled-set.ts';
import { hasIdxPart, openMnistPart } from './mnist.ts';
import { openPictureDirectory, type PictureDirectoryOptions } from './picture-directory.ts';

/**
 * Opens the set that a person names for an evaluation: `mnist` (its test half), a directory of IDX files (the test
 * half, or the training half where there is no other), or a directory `DIR/<label>/*.png`. Labelled pages are another thing: see
 * `labelsFileOf` and `openLabelledPages`.
 *
 * Throws what `openMnist` and `openPictureDirectory` throw.
 */
export async function openSet(name: string, options: PictureDirectoryOptions = {}): Promise<LabelledSet> {
  if (name === 'mnist') return openMnistPart('test');
  for (const part of ['test', 'train'] as const)
    if (hasIdxPart(name, part)) return openMnistPart(part, { directory: name });
  return openPictureDirectory(name, options);
}
