import { capsulesOf, traceCapsule } from './ink-shape.ts';
import { boundsOf, type Stroke, sheetWidth } from './stroke.ts';

/** The time in which ink dries from its wet colour to its own. */
const dryingMs = 900;
/** Room that is kept below the lowest ink when the sheet becomes flatter, in sheet units. */
const footRoom = 12;

/**
 * The canvas that ink is seen on. It knows strokes only as shapes, in sheet units; it draws them as large as the sheet
 * is on the screen, at the screen's own resolution, and lets fresh ink dry.
 *
 * Owned by the component that made it: `destroy()` ends its observer and its frames.
 */
export class InkSurface {
  readonly #canvas: HTMLCanvasElement;
  readonly #onScale: (scale: number) => void;
  readonly #shapes = new WeakMap<Stroke, Path2D>();
  readonly #wetUntil = new WeakMap<Stroke, number>();
  readonly #observer: ResizeObserver;
  #strokes: readonly Stroke[] = [];
  #live: Stroke | undefined;
  #scale = 1;
  #frame = 0;

  /** `onScale` receives the CSS pixels of a sheet unit, whenever that changes. */
  constructor(canvas: HTMLCanvasElement, onScale: (scale: number) => void) {
    this.#canvas = canvas;
    this.#onScale = onScale;
    this.#observer = new ResizeObserver(() => this.#paint(performance.now()));
    this.#observer.observe(canvas);
  }

  get scale(): number {
    return this.#scale;
  }

  /** The strokes on the sheet from now on; those that were not there before are wet. */
  show(strokes: readonly Stroke[], live: Stroke | undefined): void {
    const dry = !wantsMotion();
    const known = new Set(this.#strokes);
    // Ink that comes back by undoing is as dry as it was.
    const isWritten = strokes.length === this.#strokes.length + 1 && strokes.at(-2) === this.#strokes.at(-1);
    for (const stroke of strokes) {
      if (!dry && isWritten && !known.has(stroke)) this.#wetUntil.set(stroke, performance.now() + dryingMs);
    }
    this.#strokes = strokes;
    this.#live = live;
    this.repaint();
  }

  repaint(): void {
    this.#frame ||= requestAnimationFrame((time) => this.#paint(time));
  }

  destroy(): void {
    this.#observer.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  #paint(time: number): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const context = this.#fit();
    if (!context) return;
    const style = getComputedStyle(this.#canvas);
    const [ink, wet] = [style.getPropertyValue('--ink'), style.getPropertyValue('--ink-wet')];
    let drying = false;
    for (const stroke of this.#strokes) {
      const wetness = Math.max(0, ((this.#wetUntil.get(stroke) ?? 0) - time) / dryingMs);
      this.#fill(context, this.#shapeOf(stroke), ink, wet, Math.min(1, wetness));
      drying ||= wetness > 0;
    }
    if (this.#live) this.#fill(context, shape(this.#live), ink, wet, 1);
    if (drying) this.repaint();
  }

  #fill(context: CanvasRenderingContext2D, path: Path2D, ink: string, wet: string, wetness: number): void {
    context.fillStyle = ink;
    context.fill(path);
    if (wetness === 0) return;
    context.globalAlpha = wetness;
    context.fillStyle = wet;
    context.fill(path);
    context.globalAlpha = 1;
  }

  #shapeOf(stroke: Stroke): Path2D {
    let path = this.#shapes.get(stroke);
    if (!path) this.#shapes.set(stroke, (path = shape(stroke)));
    return path;
  }

  /** Gives the canvas the resolution of the screen and clears it; undefined while it is not laid out. */
  #fit(): CanvasRenderingContext2D | undefined {
    const { clientWidth, clientHeight } = this.#canvas;
    const context = this.#canvas.getContext('2d');
    if (!context || clientWidth === 0 || clientHeight === 0) return undefined;
    const density = Math.min(3, globalThis.devicePixelRatio || 1);
    const [width, height] = [Math.round(clientWidth * density), Math.round(clientHeight * density)];
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    this.#rescale(clientWidth, clientHeight);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.setTransform(density * this.#scale, 0, 0, density * this.#scale, 0, 0);
    return context;
  }

  /** The sheet is as wide as it looks; ink that would hang over the lower edge makes everything smaller. */
  #rescale(clientWidth: number, clientHeight: number): void {
    const bottom = (boundsOf(this.#strokes)?.bottom ?? 0) + footRoom;
    const scale = Math.min(clientWidth / sheetWidth, this.#live ? Infinity : clientHeight / bottom);
    if (this.#live || scale === this.#scale) return;
    this.#scale = scale;
    this.#onScale(scale);
  }
}

function shape(stroke: Stroke): Path2D {
  const path = new Path2D();
  for (const capsule of capsulesOf(stroke)) traceCapsule(path, capsule);
  return path;
}

const wantsMotion = (): boolean => !matchMedia('(prefers-reduced-motion: reduce)').matches;
