import sharp from 'sharp';

/** A picture as it is shown in a report. */
export interface Thumbnail {
  readonly jpeg: Uint8Array;
  /** Of the upright picture before it was reduced, in pixels: boxes refer to it. */
  readonly width: number;
  readonly height: number;
}

/** Longest side, in pixels. */
const side = 640;

/** A picture, upright, on white and reduced, or undefined where it cannot be decoded. */
export async function pageThumbnail(file: string): Promise<Thumbnail | undefined> {
  try {
    const { autoOrient } = await sharp(file).metadata();
    const jpeg = await sharp(file)
      .autoOrient()
      .flatten({ background: 'white' })
      .resize(side, side, { fit: 'inside', withoutEnlargement: true })
      .jpeg({ quality: 80 })
      .toBuffer();
    return { jpeg, ...autoOrient };
  } catch {
    return undefined;
  }
}
