import { decode } from './decode.ts';
import { inverted, resample } from './grey.ts';

const side = 28;
/** The light above which a pixel is ink, after inverting. */
const inkThreshold = 50;

/**
 * The plain mode, for comparison only: the whole picture squeezed to 28×28, inverted, and binarised at 50. No search
 * for digits, no aspect, no centre. Gives [784], 0 or 255. Throws as `preparePicture` does.
 */
export async function preparePlain(bytes: Uint8Array): Promise<Uint8Array> {
  const { grey } = await decode(bytes);
  const area = { x: 0, y: 0, width: grey.width, height: grey.height };
  const ink = resample(inverted(grey), area, side, side);
  return Uint8Array.from(ink, (level) => (level > inkThreshold ? 255 : 0));
}
