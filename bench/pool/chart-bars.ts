import { colour, element, linearScale, logScale, plot, svg, words } from './chart.ts';

/** Groups of bars, one bar a series; the y axis is logarithmic when `y.min` is given. */
export interface BarChart {
  readonly title: string;
  readonly x: { readonly label: string; readonly groups: readonly string[] };
  readonly y: { readonly label: string; readonly min?: number; readonly max: number };
  /** `values[i]` belongs to `x.groups[i]`. A bar beyond the axis is cut and its number written on it. */
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
}

/** Draws the bars side by side within each group. */
export function barChart({ title, x, y, series }: BarChart): string {
  const { left, top, width, height } = plot;
  const bottom = top + height;
  const up = y.min === undefined ? linearScale(y.max, bottom, top) : logScale(y.min, y.max, bottom, top);
  const groupWidth = width / x.groups.length;
  const barWidth = (groupWidth * 0.8) / series.length;
  const bars = series.flatMap(({ values }, i) =>
    values.map((value, group) => {
      const at = left + groupWidth * (group + 0.1) + barWidth * i;
      const highest = up.at(Math.min(value, y.max));
      const box = { x: at, y: highest, width: barWidth * 0.92, height: bottom - highest };
      const bar = element('rect', { ...box, fill: colour(i) });
      const number = words(at + barWidth / 2, top - 4, value.toPrecision(3), 'middle', { 'font-size': 10 });
      return value > y.max ? bar + number : bar;
    }),
  );
  const names = x.groups.map((name, group) =>
    words(left + groupWidth * (group + 0.5), bottom + 18, name, 'middle', { fill: '#7d8590' }),
  );
  return svg(
    {
      title,
      legend: series.map(({ name }) => name),
      x: { label: x.label },
      y: { label: y.label, scale: up },
    },
    [...bars, ...names].join(''),
  );
}
