import type { ReliabilityBin } from './calibration.ts';
import { coordinate as at, drawing, percent, thousands } from './markup.ts';

const side = 240;
const left = 44;
const top = 10;
const countsTop = top + side + 34;
const countsHeight = 56;

/**
 * Draws a reliability diagram as an SVG: for each bin of confidence the share that was read correctly, against the
 * diagonal of perfect calibration; below it how many digits (or other `things`) fall into each bin, on a logarithmic scale.
 */
export function renderReliability(bins: readonly ReliabilityBin[], things = 'digits'): string {
  const x = (value: number) => at(left + side * value);
  const y = (value: number) => at(top + side * (1 - value));
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (tick) =>
      `<line class="grid" x1="${left}" x2="${left + side}" y1="${y(tick)}" y2="${y(tick)}"/>` +
      `<text x="${left - 8}" y="${y(tick)}" dy=".35em" text-anchor="end">${percent(tick, 0)}</text>`,
  );
  const diagonal = `<line class="grid" stroke-dasharray="4 3" style="stroke:var(--ink-muted)" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/>`;
  const filled = bins.filter(({ count }) => count > 0);
  const most = Math.log10(1 + Math.max(1, ...filled.map(({ count }) => count)));
  const bars = filled.map((bin) => {
    const width = at((bin.to - bin.from) * side - 2);
    const told = `${percent(bin.from, 0)} to ${percent(bin.to, 0)} sure: ${thousands(bin.count)} ${things}, ${percent(bin.accuracy)} correct, ${percent(bin.confidence)} sure on average`;
    const height = (countsHeight * Math.log10(1 + bin.count)) / most;
    // A bin of a few digits says little: it is drawn paler.
    const opacity = at(0.15 + 0.3 * Math.min(1, bin.count / 100));
    return (
      `<g class="blue"><title>${told}</title>` +
      `<rect x="${at(left + side * bin.from + 1)}" y="${y(bin.accuracy)}" width="${width}" height="${at(side * bin.accuracy)}" fill="currentColor" opacity="${opacity}"/>` +
      `<circle cx="${x(bin.confidence)}" cy="${y(bin.accuracy)}" r="3.5" fill="currentColor"/>` +
      `<rect x="${at(left + side * bin.from + 1)}" y="${at(countsTop + countsHeight - height)}" width="${width}" height="${at(height)}" fill="currentColor" opacity=".45"/></g>`
    );
  });
  const labels =
    `<text x="${x(0)}" y="${top + side + 20}">0 %</text><text x="${x(0.5)}" y="${top + side + 20}" text-anchor="middle">confidence</text><text x="${x(1)}" y="${top + side + 20}" text-anchor="end">100 %</text>` +
    `<text x="${left}" y="${countsTop + countsHeight + 16}">${things} in each bin, logarithmic</text>`;
  const floor = `<line class="grid" x1="${left}" x2="${left + side}" y1="${countsTop + countsHeight}" y2="${countsTop + countsHeight}"/>`;
  return drawing(
    left + side + 12,
    countsTop + countsHeight + 24,
    'Reliability: accuracy by confidence',
    ticks.join('') + diagonal + bars.join('') + floor + labels,
  );
}
