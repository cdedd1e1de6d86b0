/** Sheets of what the kinds look like, for a person to look at. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type OverlayOptions } from 'sharp';
import type { Kind, Made } from './kind.ts';

const tile = { width: 320, height: 200, gap: 8 };

/** Writes DIR/KIND.png: a row for each strength with the pictures in `made`, on grey. */
export async function writeSamples(
  directory: string,
  kind: Kind,
  made: readonly (readonly Made[])[],
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const composed: OverlayOptions[] = [];
  for (const [row, pictures] of made.entries())
    for (const [column, { bytes }] of pictures.entries())
      composed.push({
        input: await sharp(bytes).resize(tile.width, tile.height, { fit: 'inside' }).png().toBuffer(),
        left: tile.gap + column * (tile.width + tile.gap),
        top: tile.gap + row * (tile.height + tile.gap),
      });
  const columns = Math.max(...made.map((row) => row.length));
  const sheet = {
    width: tile.gap + columns * (tile.width + tile.gap),
    height: tile.gap + made.length * (tile.height + tile.gap),
    channels: 3,
    background: '#9aa0a6',
  } as const;
  await sharp({ create: sheet })
    .composite(composed)
    .png()
    .toFile(join(directory, `${kind.name.replaceAll(/\W+/g, '-')}.png`));
}
