/** The detector's targets, at one cell for 4 × 4 pixels. */
import { boxUnit, cellSide, markKinds } from '../detect/detector-maps.ts';
import type { MadeUpPage } from './page.ts';

/** The memory for the targets of one page: parts of a batch's arrays. */
export interface Targets {
  /** [15, h / 4, w / 4], 1 at a mark's centre, a Gaussian around it. */
  readonly heat: Float32Array;
  /** [4, h / 4, w / 4]: the centre's offset x and y in cells, log(width / 16), log(height / 32). */
  readonly box: Float32Array;
  /** [1, h / 4, w / 4]: 1 where `box` counts. */
  readonly at: Float32Array;
  /** [2, h / 4, w / 4]: ink of a mark, other writing. */
  readonly writing: Float32Array;
}

/** A Gaussian's deviation as a share of the box, and its least, in cells (Zhou, Wang and Krähenbühl 2019, section 3). */
const spread = { width: 0.16, height: 0.12, least: 0.7 };

/** Writes a page's targets. The arrays must be zero before. */
export function writeTargets(
  page: Pick<MadeUpPage, 'width' | 'height' | 'marks' | 'writing'>,
  { heat, box, at, writing }: Targets,
): void {
  const columns = page.width / cellSide;
  const rows = page.height / cellSide;
  const cells = columns * rows;
  for (const mark of page.marks) {
    const [x, y] = [mark.x / cellSide, mark.y / cellSide];
    const column = Math.min(columns - 1, Math.max(0, Math.floor(x)));
    const row = Math.min(rows - 1, Math.max(0, Math.floor(y)));
    const map = heat.subarray(mark.kind * cells, (mark.kind + 1) * cells);
    drawGaussian(map, { columns, rows, column, row }, mark.width / cellSide, mark.height / cellSide);
    const cell = row * columns + column;
    box[cell] = x - column;
    box[cells + cell] = y - row;
    box[2 * cells + cell] = Math.log(Math.max(2, mark.width) / boxUnit.width);
    box[3 * cells + cell] = Math.log(Math.max(2, mark.height) / boxUnit.height);
    at[cell] = 1;
  }
  for (let cell = 0; cell < cells; cell++) {
    const kind = page.writing[cell]!;
    if (kind > 0) writing[(kind - 1) * cells + cell] = 1;
  }
}

interface Place {
  readonly columns: number;
  readonly rows: number;
  readonly column: number;
  readonly row: number;
}

function drawGaussian(map: Float32Array, place: Place, width: number, height: number): void {
  const across = Math.max(spread.least, width * spread.width);
  const down = Math.max(spread.least, height * spread.height);
  const { columns, rows, column, row } = place;
  for (let y = Math.max(0, Math.ceil(row - 4 * down)); y <= Math.min(rows - 1, row + 4 * down); y++)
    for (
      let x = Math.max(0, Math.ceil(column - 4 * across));
      x <= Math.min(columns - 1, column + 4 * across);
      x++
    ) {
      const level = Math.exp(-((x - column) ** 2) / (2 * across ** 2) - (y - row) ** 2 / (2 * down ** 2));
      const cell = y * columns + x;
      if (level > map[cell]!) map[cell] = level;
    }
}

/** Arrays for the targets of `pages` pages of a size, and what one page's share of them is. */
export function createTargets(pages: number, width: number, height: number) {
  const cells = (width / cellSide) * (height / cellSide);
  const channels = { heat: markKinds.length, box: 4, at: 1, writing: 2 };
  const arrays = {
    heat: new Float32Array(pages * channels.heat * cells),
    box: new Float32Array(pages * channels.box * cells),
    at: new Float32Array(pages * channels.at * cells),
    writing: new Float32Array(pages * channels.writing * cells),
  };
  const share = (name: keyof typeof channels, page: number) =>
    arrays[name].subarray(page * channels[name] * cells, (page + 1) * channels[name] * cells);
  const targetsOf = (page: number): Targets => ({
    heat: share('heat', page),
    box: share('box', page),
    at: share('at', page),
    writing: share('writing', page),
  });
  return { ...arrays, targetsOf };
}
