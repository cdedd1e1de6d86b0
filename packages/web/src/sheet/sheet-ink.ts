import { computed, effect, signal } from '@preact/signals';
import { api } from '../api.ts';
import { recall, remember } from '../browser-storage.ts';
import { beginHistory, change, redo, undo } from '../ink/history.ts';
import type { Stroke } from '../ink/stroke.ts';
import { createPreviewer } from './preview.ts';

/** The ink on the sheet, and what it says. */
const history = signal(beginHistory<readonly Stroke[]>([]));

export const strokes = computed(() => history.value.present);
export const canUndo = computed(() => history.value.past.length > 0);
export const canRedo = computed(() => history.value.future.length > 0);

/** Whether there ever was ink on this sheet. */
export const hasWritten = computed(() => history.value.past.length + history.value.future.length > 0);

/** The stroke that is being written; replaced whole whenever it grows. */
export const liveStroke = signal<Stroke | undefined>(undefined);

export const addStroke = (stroke: Stroke): void => turn(change(history.value, [...strokes.value, stroke]));
export const undoInk = (): void => turn(undo(history.value));
export const redoInk = (): void => turn(redo(history.value));
export function clearInk(): void {
  if (strokes.value.length > 0) turn(change(history.value, []));
}

function turn(next: typeof history.value): void {
  history.value = next;
}

const previewer = createPreviewer(api.read);
export const { preview, retry: retryPreview } = previewer;

/** Reads whatever is on the sheet, stroke by stroke as it is written; called once. */
export function readInkAsWritten(): void {
  effect(() => previewer.want(strokes.value));
}

/** Widths of the pen, in CSS pixels at the moment of writing. */
export const penWidths = { fine: 5, medium: 8, broad: 13 } as const;
export type PenWidth = keyof typeof penWidths;

const recalled = recall('pen');
export const penWidth = signal<PenWidth>(
  recalled && Object.hasOwn(penWidths, recalled) ? (recalled as PenWidth) : 'medium',
);

export function choosePenWidth(width: PenWidth): void {
  penWidth.value = width;
  remember('pen', width);
}
