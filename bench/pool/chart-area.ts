import { colour, element, linearScale, plot, svg } from './chart.ts';

/** Areas stacked on each other over time, below an optional line. */
export interface AreaChart {
  readonly title: string;
  readonly x: { readonly label: string; readonly values: readonly number[] };
  readonly y: { readonly label: string; readonly max: number };
  /** `values[i]` belongs to `x.values[i]`. */
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
}

/** Draws who holds how much of something over time. */
export function areaChart({ title, x, y, series }: AreaChart): string {
  const { left, top, width, height } = plot;
  const first = x.values[0]!;
  const across = linearScale(x.values.at(-1)! - first, left, left + width);
  const up = linearScale(y.max, top + height, top);
  const below = x.values.map(() => 0);
  const areas = series.map(({ values }, i) => {
    const floor = [...below];
    for (const [at, value] of values.entries()) below[at]! += value;
    const point = (level: readonly number[]) => (at: number) =>
      `${across.at(x.values[at]! - first).toFixed(1)},${up.at(level[at]!).toFixed(1)}`;
    const places = [...x.values.keys()];
    const points = [...places.map(point(below)), ...places.reverse().map(point(floor))];
    return element('polygon', { points: points.join(' '), fill: colour(i), 'fill-opacity': 0.8 });
  });
  return svg(
    {
      title,
      legend: series.map(({ name }) => name),
      x: { label: x.label, scale: across },
      y: { label: y.label, scale: up },
    },
    areas.join(''),
  );
}
