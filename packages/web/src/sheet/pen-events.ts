import { createPen, type Touchdown } from '../ink/pen.ts';
import type { InkPoint } from '../ink/stroke.ts';
import { outcome } from './keep-readings.ts';
import { addStroke, liveStroke, penWidth, penWidths } from './sheet-ink.ts';

/** Lets pointers write on the canvas; `scale()` is CSS pixels a sheet unit. Returns how to stop. */
export function listenToPen(canvas: HTMLCanvasElement, scale: () => number): () => void {
  const pen = createPen();
  const listening = new AbortController();

  const pointOf = (event: PointerEvent, edge: DOMRect): InkPoint => ({
    x: (event.clientX - edge.left) / scale(),
    y: (event.clientY - edge.top) / scale(),
    pressure: event.pointerType === 'pen' && event.pressure > 0 ? event.pressure : undefined,
    time: event.timeStamp,
  });

  function down(event: PointerEvent): void {
    if (event.button !== 0) return;
    const point = pointOf(event, canvas.getBoundingClientRect());
    if (!pen.down(touchdownOf(event), point, penWidths[penWidth.value] / scale())) return;
    canvas.setPointerCapture(event.pointerId);
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    outcome.value = {};
    liveStroke.value = pen.stroke;
  }

  function move(event: PointerEvent): void {
    const edge = canvas.getBoundingClientRect();
    // Everything the hand did since the last frame, not only where it is now.
    const events = event.getCoalescedEvents?.() ?? [];
    const points = (events.length > 0 ? events : [event]).map((each) => pointOf(each, edge));
    if (pen.move(event.pointerId, points)) liveStroke.value = pen.stroke;
  }

  function up(event: PointerEvent): void {
    const stroke = pen.up(event.pointerId);
    if (!stroke) return;
    liveStroke.value = undefined;
    addStroke(stroke);
  }

  function cancel(event: PointerEvent): void {
    if (pen.cancel(event.pointerId)) liveStroke.value = undefined;
  }

  const options = { signal: listening.signal };
  canvas.addEventListener('pointerdown', down, options);
  canvas.addEventListener('pointermove', move, options);
  canvas.addEventListener('pointerup', up, options);
  canvas.addEventListener('pointercancel', cancel, options);
  // A person who writes with a pointer needs no focus ring; keys go to the page, and a phone's keyboard goes away.
  canvas.addEventListener('mousedown', (event) => event.preventDefault(), options);
  // `touch-action: none` stops scrolling everywhere but in Safari's long press and magnifier.
  canvas.addEventListener('touchstart', (event) => event.preventDefault(), { ...options, passive: false });
  canvas.addEventListener('contextmenu', (event) => event.preventDefault(), options);
  return () => listening.abort();
}

function touchdownOf(event: PointerEvent): Touchdown {
  const type = event.pointerType === 'pen' || event.pointerType === 'touch' ? event.pointerType : 'mouse';
  return { id: event.pointerId, type, time: event.timeStamp, contact: Math.max(event.width, event.height) };
}
