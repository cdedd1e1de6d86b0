import { coordinate as at, drawing, percent, thousands } from './markup.ts';

/** One row of a run's `history.csv`. */
export interface HistoryRow {
  readonly step: number;
  readonly epoch: number;
  /** Of the training batches since the row before. */
  readonly loss: number;
  readonly learningRate: number;
  /** Accuracy on training pictures, where it was measured. */
  readonly train?: number | undefined;
  /** Accuracy on the validation set, where it was measured. */
  readonly validation?: number | undefined;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A panel's place on the sheet and the values at its edges. */
interface Panel {
  readonly left: number;
  readonly right: number;
  readonly title: string;
  readonly steps: number;
  readonly from: number;
  readonly to: number;
  readonly scale: (value: number) => number;
}

const width = 872;
const height = 280;
const top = 40;
const bottom = 236;
const maxPoints = 400;

/**
 * Draws a run's learning curve as an SVG: the loss on a logarithmic scale beside the accuracies on training (dashed)
 * and validation. A run of thousands of rows is thinned by means. An empty history gives an empty sheet.
 */
export function renderCurve(history: readonly HistoryRow[]): string {
  const steps = history.at(-1)?.step ?? 0;
  const body = steps === 0 ? '' : lossPanel(history, steps) + accuracyPanel(history, steps);
  return drawing(width, height, 'Learning curve: loss and accuracy by step', body);
}

function lossPanel(history: readonly HistoryRow[], steps: number): string {
  const points = thin(pointsOf(history, ({ loss }) => (loss > 0 ? loss : undefined)));
  if (points.length === 0) return '';
  const values = points.map(({ y }) => y);
  const [from, to] = spread(Math.log10(Math.min(...values)), Math.log10(Math.max(...values)), 0.1);
  const panel: Panel = { left: 44, right: 372, title: 'Loss', steps, from, to, scale: Math.log10 };
  return (
    axes(panel, logTicks(from, to), (value) => String(Number(value.toPrecision(2)))) +
    curve(panel, points, 'blue', '') +
    last(panel, points, 'blue', (value) => value.toPrecision(3))
  );
}

function accuracyPanel(history: readonly HistoryRow[], steps: number): string {
  const train = thin(pointsOf(history, (row) => row.train));
  const validation = thin(pointsOf(history, (row) => row.validation));
  const points = [...train, ...validation];
  if (points.length === 0) return '';
  // The first steps would flatten the rest: they may run out of the panel below.
  const settled = points.filter(({ x }) => x >= steps / 8).map(({ y }) => y);
  const [from, to] = spread(Math.min(...settled), Math.max(...settled), 0.002);
  const panel: Panel = {
    left: 488,
    right: 804,
    title: 'Accuracy',
    steps,
    from,
    to: Math.min(1, to),
    scale: (value) => value,
  };
  const ticks = linearTicks(from, panel.to);
  const decimals = panel.to - from < 0.03 ? 1 : 0;
  return (
    axes(panel, ticks, (value) => percent(value, decimals)) +
    curve(panel, train, 'red', ' faint') +
    curve(panel, validation, 'blue', '') +
    last(panel, validation.length > 0 ? validation : train, validation.length > 0 ? 'blue' : 'red', percent) +
    legend(panel, train.length > 0, validation.length > 0)
  );
}

function pointsOf(history: readonly HistoryRow[], value: (row: HistoryRow) => number | undefined): Point[] {
  return history.flatMap((row) => {
    const y = value(row);
    return y === undefined || !Number.isFinite(y) ? [] : [{ x: row.step, y }];
  });
}

/** Means of neighbours, so that no more than 400 points are drawn; the last point stays as it is. */
function thin(points: readonly Point[]): Point[] {
  const size = Math.ceil(points.length / maxPoints);
  if (size <= 1) return [...points];
  const thinned: Point[] = [];
  for (let i = 0; i < points.length - 1; i += size) {
    const group = points.slice(i, Math.min(i + size, points.length - 1));
    thinned.push({ x: mean(group.map(({ x }) => x)), y: mean(group.map(({ y }) => y)) });
  }
  return [...thinned, points.at(-1)!];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function spread(low: number, high: number, least: number): [number, number] {
  const margin = Math.max(least, 0.06 * (high - low));
  return [low - margin, high + margin];
}

function across(panel: Panel, step: number): number {
  return panel.left + ((panel.right - panel.left) * step) / panel.steps;
}

function down(panel: Panel, value: number): number {
  return bottom - ((bottom - top) * (panel.scale(value) - panel.from)) / (panel.to - panel.from);
}

function axes(panel: Panel, ticks: readonly number[], label: (value: number) => string): string {
  const lines = ticks.map((tick) => {
    const y = at(down(panel, tick));
    return (
      `<line class="grid" x1="${panel.left}" x2="${panel.right}" y1="${y}" y2="${y}"/>` +
      `<text x="${panel.left - 8}" y="${y}" dy=".35em" text-anchor="end">${label(tick)}</text>`
    );
  });
  const steps = [0, panel.steps / 2, panel.steps].map((step, i) => {
    const anchor = ['start', 'middle', 'end'][i];
    return `<text x="${at(across(panel, step))}" y="${bottom + 22}" text-anchor="${anchor}">${thousands(step)}${i === 2 ? ' steps' : ''}</text>`;
  });
  const clip = `<clipPath id="ink-${panel.title}"><rect x="${panel.left}" y="${top - 4}" width="${panel.right - panel.left + 4}" height="${bottom - top + 4}"/></clipPath>`;
  return `${clip}<text class="strong" x="${panel.left}" y="18" font-weight="600">${panel.title}</text>${lines.join('')}${steps.join('')}`;
}

function curve(panel: Panel, points: readonly Point[], colour: string, extra: string): string {
  if (points.length === 0) return '';
  const path = points.map(({ x, y }) => `${at(across(panel, x))} ${at(down(panel, y))}`).join('L');
  return `<path class="line ${colour}${extra}" clip-path="url(#ink-${panel.title})" d="M${path}"/>`;
}

function last(
  panel: Panel,
  points: readonly Point[],
  colour: string,
  label: (value: number) => string,
): string {
  const { x, y } = points.at(-1)!;
  const cx = at(across(panel, x));
  const cy = at(down(panel, y));
  return `<circle class="${colour}" cx="${cx}" cy="${cy}" r="3" fill="currentColor"/><text class="strong" x="${cx}" y="${cy}" dx="8" dy=".35em">${label(y)}</text>`;
}

function legend(panel: Panel, train: boolean, validation: boolean): string {
  const entries = [
    ...(validation ? [['blue', '', 'validation']] : []),
    ...(train ? [['red', ' faint', 'training']] : []),
  ];
  return entries
    .map(([colour, extra, name], i) => {
      const x = panel.right - 90 * (entries.length - i) + 20;
      return `<line class="line ${colour}${extra}" x1="${x}" x2="${x + 14}" y1="14" y2="14"/><text x="${x + 19}" y="18">${name}</text>`;
    })
    .join('');
}

/** 1, 2 and 5 times powers of ten between two exponents, or only the powers when there would be too many. */
function logTicks(from: number, to: number): number[] {
  const factors = to - from > 2.5 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(from); power <= to; power++)
    for (const factor of factors) {
      const tick = factor * 10 ** power;
      if (Math.log10(tick) >= from && Math.log10(tick) <= to) ticks.push(tick);
    }
  return ticks;
}

/** Round values between two numbers, four to nine of them. */
function linearTicks(from: number, to: number): number[] {
  const rough = (to - from) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [5, 2, 1].map((factor) => factor * power).find((candidate) => candidate <= rough)!;
  const ticks: number[] = [];
  for (let n = Math.ceil(from / step - 1e-9); n * step <= to + 1e-9; n++) ticks.push(n * step);
  return ticks;
}
