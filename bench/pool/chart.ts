/**
 * What the charts have in common: an SVG with a title, a legend, and two axes. Its colours are of middle lightness on no
 * background, so that it reads on a light page and on a dark one.
 */

/** Where the plot itself lies, in pixels. */
export const plot = { left: 64, top: 58, width: 620, height: 250 } as const;
const size = { width: 720, height: 364 } as const;

const ink = '#7d8590';
const palette = ['#3b8eea', '#e5793a', '#2fa869', '#a371f7', '#d9a514', '#db61a2', '#5cc4c9', '#8a8f98'];

/** The colour of the nth series. */
export function colour(series: number): string {
  return palette[series % palette.length]!;
}

/** A mapping from numbers to pixels, and the numbers to write beside it. */
export interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Round steps of 1, 2 or 5 from 0 to `max`, onto pixels from `from` to `to`. */
export function linearScale(max: number, from: number, to: number): Scale {
  const rough = max / 5;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * magnitude).find((candidate) => candidate >= rough)!;
  const ticks = Array.from({ length: Math.floor(max / step + 1e-9) + 1 }, (_, i) => i * step);
  return { at: (value) => from + ((to - from) * value) / max, ticks };
}

/** Powers of ten and their 2 and 5 between `min` and `max`. */
export function logScale(min: number, max: number, from: number, to: number): Scale {
  const span = Math.log(max / min);
  const decades = Array.from({ length: 12 }, (_, i) => 10 ** (i - 4));
  const ticks = decades
    .flatMap((decade) => [decade, 2 * decade, 5 * decade])
    .filter((tick) => tick >= min * 0.999 && tick <= max * 1.001);
  const at = (value: number) =>
    from + ((to - from) * Math.log(Math.min(max, Math.max(min, value)) / min)) / span;
  return { at, ticks };
}

/** An element with attributes around its content. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content = '',
): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(pixels(value))}"`);
  return `<${name}${written.join('')}>${content}</${name}>`;
}

/** Words at a place; `anchor` as in SVG. */
export function words(x: number, y: number, content: string, anchor = 'middle', more = {}): string {
  return element('text', { x, y, 'text-anchor': anchor, ...more }, escaped(content));
}

/** What stands around a plot. */
export interface Frame {
  readonly title: string;
  readonly legend: readonly string[];
  readonly y: { readonly label: string; readonly scale: Scale };
  readonly x: { readonly label: string; readonly scale?: Scale };
}

/** The whole picture, the plot's content inside its frame. */
export function svg({ title, legend, x, y }: Frame, content: string): string {
  const { left, top, width, height } = plot;
  const bottom = top + height;
  const grid = y.scale.ticks.map((tick) => {
    const at = y.scale.at(tick);
    const line = element('line', { x1: left, x2: left + width, y1: at, y2: at, 'stroke-opacity': 0.25 });
    return line + words(left - 8, at + 4, tickLabel(tick), 'end', { stroke: 'none' });
  });
  const marks = (x.scale?.ticks ?? []).map((tick) =>
    words(x.scale!.at(tick), bottom + 18, tickLabel(tick), 'middle', { stroke: 'none' }),
  );
  const axis = element('line', { x1: left, x2: left + width, y1: bottom, y2: bottom });
  const middle = top + height / 2;
  const labels = [
    words(left + width / 2, bottom + 42, x.label),
    words(16, middle, y.label, 'middle', { transform: `rotate(-90 16 ${middle})` }),
    words(left, 22, title, 'start', { 'font-weight': 600, 'font-size': 15 }),
  ];
  const keys = legend.map((name, i) => {
    const at = left + legend.slice(0, i).reduce((sum, before) => sum + 30 + 7 * before.length, 0);
    return (
      element('rect', { x: at, y: 33, width: 11, height: 11, fill: colour(i) }) +
      words(at + 16, 43, name, 'start')
    );
  });
  const frame = element('g', { fill: ink }, labels.join('') + keys.join(''));
  const axes = element('g', { stroke: ink, fill: ink }, grid.join('') + marks.join('') + axis);
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${size.width} ${size.height}`,
    'font-family': 'system-ui, sans-serif',
    'font-size': 12,
    role: 'img',
    'aria-label': title,
  };
  return `${element('svg', attributes, `${axes}${content}${frame}`)}\n`;
}

function tickLabel(tick: number): string {
  return tick.toLocaleString('en-US', { maximumFractionDigits: 3 });
}

function pixels(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 100) / 100) : value;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
