import type { Reading } from '@inkwire/wire/hub';
import { pictureUrl, preparedUrl } from '../api.ts';

/** Photographs above this many pixels are shown by their digits: smaller to load, and legible at this size. */
const largePicture = 1_500_000;
const shownDigits = 3;

/** A reading's picture, as a small slip of paper. */
export function ReadingThumbnail({ reading: { id, width, height, digits } }: { reading: Reading }) {
  if (width * height > largePicture) {
    return (
      <span class="slip" data-digits>
        {digits.slice(0, shownDigits).map((_, index) => (
          <img key={index} src={preparedUrl(id, index)} alt="" decoding="async" />
        ))}
      </span>
    );
  }
  return (
    <span class="slip">
      <img src={pictureUrl(id)} alt="" decoding="async" data-tiny={width < 120 && height < 120} />
    </span>
  );
}
