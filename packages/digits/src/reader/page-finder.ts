import { openDetector } from '../detect/detector.ts';
import { findMarksIn } from '../detect/find-marks.ts';
import { decodeForPlane, type Plane, planeOf } from '../detect/plane.ts';
import type { ModelCard } from '../model/model-card.ts';
import { openModelFile } from '../model/model-file.ts';
import type { Grey } from '../prepare/grey.ts';
import { isCutOut, prepareGrey } from '../prepare/prepare-picture.ts';
import type { PreparedPicture } from '../prepare/prepared.ts';
import { type CutPage, cutDigits, type PageWeights, weightsOf } from './page-reading.ts';

/** A detector at work for a reader, which closes it. */
export interface PageFinder {
  readonly card: ModelCard;
  /** The weights of a reading of its marks. */
  readonly weights: PageWeights;
  /**
   * Decodes a picture and cuts its digits out. A picture of at most 72 × 72 pixels that is not wider than a digit holds one that was cut out already:
   * rules prepare it, in a twentieth of the time. Throws as `preparePicture` does.
   */
  find(bytes: Uint8Array, signal: AbortSignal): Promise<CutPage | PreparedPicture>;
  close(): Promise<void>;
}

/** Opens the detector of a model file. Throws `DIGITS_MODEL_MISSING` and `DIGITS_MODEL_DAMAGED`. */
export async function openPageFinder(file: string, threads: number): Promise<PageFinder> {
  const { bytes: graph, card } = await openModelFile(file);
  const detector = await openDetector(graph, { threads, name: file });
  return {
    card,
    weights: weightsOf(card),
    async find(bytes, signal) {
      const raster = await decodeForPlane(bytes, { signal });
      const { fullWidth: width, fullHeight: height } = raster;
      if (isCutOut(width, height)) return prepareGrey(bytesOf(planeOf(raster)), width, height);
      return cutDigits(await findMarksIn(raster, detector, { signal }), signal);
    },
    close: () => detector.close(),
  };
}

/** The levels of a plane as the rules take them. */
function bytesOf({ width, height, data }: Plane): Grey {
  return { width, height, data: Uint8Array.from(data, (level) => Math.round(255 * level)) };
}
