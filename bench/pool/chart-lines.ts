import { colour, element, linearScale, logScale, plot, svg } from './chart.ts';

/** Lines over time or over load; the y axis is logarithmic when `y.min` is given. */
export interface LineChart {
  readonly title: string;
  readonly x: { readonly label: string; readonly values: readonly number[] };
  readonly y: { readonly label: string; readonly min?: number; readonly max: number };
  /** `values[i]` belongs to `x.values[i]`; where it is undefined the line has a gap. */
  readonly series: readonly { readonly name: string; readonly values: readonly (number | undefined)[] }[];
}

/** Draws one line a series. */
export function lineChart({ title, x, y, series }: LineChart): string {
  const { left, top, width, height } = plot;
  const first = x.values[0]!;
  const across = linearScale(x.values.at(-1)! - first, left, left + width);
  const up =
    y.min === undefined ? linearScale(y.max, top + height, top) : logScale(y.min, y.max, top + height, top);
  const lines = series.map(({ values }, i) => {
    const path = values.map((value, at) => {
      if (value === undefined) return '';
      const move = values[at - 1] === undefined ? 'M' : 'L';
      const visible = Math.min(value, y.max);
      return `${move}${across.at(x.values[at]! - first).toFixed(1)},${up.at(visible).toFixed(1)}`;
    });
    return element('path', { d: path.join(''), fill: 'none', stroke: colour(i), 'stroke-width': 2 });
  });
  return svg(
    {
      title,
      legend: series.map(({ name }) => name),
      x: { label: x.label, scale: across },
      y: { label: y.label, scale: up },
    },
    lines.join(''),
  );
}
