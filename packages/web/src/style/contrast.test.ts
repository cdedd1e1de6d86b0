import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** WCAG 2.2, 1.4.3 and 1.4.11: text 4.5, and what has to be seen to use the page 3. */
const tokens = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const [day, night] = tokens.split('@media')[0]!.split(/(?=:root\[data-theme=)/);
const themes = { light: valuesIn(day!), dark: valuesIn(night!) };

const text = ['--text', '--text-soft', '--accent', '--doubt'];
const grounds = [
  '--desk',
  '--desk-light',
  '--desk-shade',
  '--paper',
  '--paper-light',
  '--paper-shade',
  '--field',
];

describe.each(['light', 'dark'] as const)('by %s', (theme) => {
  const colour = (name: string): string => themes[theme].get(name)!;

  it.each(text.flatMap((over) => grounds.map((ground) => [over, ground] as const)))(
    '%s is legible on %s',
    (over, ground) => {
      expect(contrast(colour(over), colour(ground))).toBeGreaterThanOrEqual(4.5);
    },
  );

  it('is legible on buttons', () => {
    expect(contrast(colour('--on-accent'), colour('--accent'))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(['--ink', '--ink-wet'])('%s is seen on paper', (ink) => {
    expect(contrast(colour(ink), colour('--paper'))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(Array.from({ length: 8 }, (_, seat) => `--series-${seat}`))('%s is seen on paper', (series) => {
    for (const ground of ['--paper-light', '--paper', '--paper-shade'])
      expect(contrast(colour(series), colour(ground)), ground).toBeGreaterThanOrEqual(3);
  });

  it('has fields whose edges are seen', () => {
    for (const ground of ['--desk', '--paper', '--desk-shade'])
      expect(contrast(colour('--field-line'), colour(ground)), ground).toBeGreaterThanOrEqual(3);
  });
});

function valuesIn(css: string): Map<string, string> {
  return new Map(
    [...css.matchAll(/(--[\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name, value]) => [name!, value!]),
  );
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
}

function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
