import type { InkPoint, Stroke } from './stroke.ts';

/** The pen of a person who writes with the keyboard: a nib that arrow keys move and the space bar puts down and lifts. */
export interface Nib {
  readonly x: number;
  readonly y: number;
  /** The stroke under way while the nib is down. */
  readonly points: readonly InkPoint[] | undefined;
}

export interface NibStep {
  readonly nib: Nib;
  /** The stroke that this key finished. */
  readonly finished?: Pick<Stroke, 'points'>;
}

/** As fast as a calm hand, so that the line gets its full width. */
const stepMs = 60;
const directions: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Moves the nib for a key, on a sheet of this size; undefined for keys that do not move it. */
export function pressKey(
  nib: Nib,
  key: string,
  sheet: { width: number; height: number },
  step: number,
): NibStep | undefined {
  if (key === ' ')
    return nib.points ? { nib: lift(nib), finished: { points: nib.points } } : { nib: putDown(nib) };
  if (key === 'Escape' && nib.points) return { nib: lift(nib) };
  const direction = directions[key];
  if (!direction) return undefined;
  const x = within(nib.x + direction[0] * step, sheet.width);
  const y = within(nib.y + direction[1] * step, sheet.height);
  if (!nib.points) return { nib: { x, y, points: undefined } };
  const time = nib.points.at(-1)!.time + stepMs;
  return { nib: { x, y, points: [...nib.points, { x, y, time, pressure: undefined }] } };
}

const lift = ({ x, y }: Nib): Nib => ({ x, y, points: undefined });
const putDown = ({ x, y }: Nib): Nib => ({ x, y, points: [{ x, y, time: 0, pressure: undefined }] });
const within = (value: number, size: number): number => Math.min(size, Math.max(0, value));
