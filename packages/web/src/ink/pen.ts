import type { InkPoint, Stroke } from './stroke.ts';

/**
 * Decides which of the things that touch the sheet writes on it.
 *
 *   one pointer writes at a time; a second one is ignored until it is lifted
 *   a pen takes over from a finger that was there first: that was the hand coming down
 *   while a pen is about, fingers are the hand that holds it; so is any touch as broad as a palm
 *   a cancelled pointer draws no ink: the system has found out that it was a palm or a gesture
 */
export interface Touchdown {
  readonly id: number;
  readonly type: 'pen' | 'touch' | 'mouse';
  readonly time: number;
  /** The larger side of what touches, in CSS pixels; 0 or 1 where it is not known. */
  readonly contact: number;
}

export interface Pen {
  /** The stroke under way. */
  readonly stroke: Stroke | undefined;
  /** True when this pointer writes from now on. */
  down(touch: Touchdown, point: InkPoint, width: number): boolean;
  move(id: number, points: readonly InkPoint[]): boolean;
  /** The finished stroke, when this pointer was writing. */
  up(id: number): Stroke | undefined;
  cancel(id: number): boolean;
}

const palmContact = 60;
const penLingersMs = 1_500;

export function createPen(): Pen {
  let writing: { id: number; type: Touchdown['type']; points: InkPoint[]; width: number } | undefined;
  let penSeen = -Infinity;

  const isHand = (touch: Touchdown): boolean =>
    touch.type === 'touch' && (touch.contact > palmContact || touch.time - penSeen < penLingersMs);

  return {
    get stroke() {
      return writing && { points: writing.points, width: writing.width };
    },
    down(touch, point, width) {
      if (touch.type === 'pen') penSeen = touch.time;
      if (isHand(touch)) return false;
      const takesOver = touch.type === 'pen' && writing?.type === 'touch';
      if (writing && !takesOver) return false;
      writing = { id: touch.id, type: touch.type, points: [point], width };
      return true;
    },
    move(id, points) {
      if (writing?.id !== id) return false;
      for (const point of points) if (isApart(writing.points.at(-1)!, point)) writing.points.push(point);
      if (writing.type === 'pen') penSeen = writing.points.at(-1)!.time;
      return true;
    },
    up(id) {
      if (writing?.id !== id) return undefined;
      const { points, width } = writing;
      writing = undefined;
      return { points, width };
    },
    cancel(id) {
      if (writing?.id !== id) return false;
      writing = undefined;
      return true;
    },
  };
}

/** A hand that rests sends the same place over and over; the line needs it once. */
const isApart = (a: InkPoint, b: InkPoint): boolean => Math.hypot(a.x - b.x, a.y - b.y) >= 0.5;
