import type { Reading } from '@inkwire/wire/hub';
import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { InkSurface } from '../ink/ink-surface.ts';
import { type Nib, pressKey } from '../ink/keyboard-pen.ts';
import type { Stroke } from '../ink/stroke.ts';
import { DigitBoxes } from '../reading/digit-boxes.tsx';
import { theme } from '../theme.ts';
import { words } from '../words/language.ts';
import { Invitation } from './invitation.tsx';
import { outcome } from './keep-readings.ts';
import { listenToPen } from './pen-events.ts';
import { placeOverInk } from './placement.ts';
import { addStroke, liveStroke, penWidth, penWidths, preview, strokes } from './sheet-ink.ts';

/** CSS pixels that an arrow key moves the nib. */
const nibStep = 14;

/** The written sheet: the canvas, the boxes over the ink, and the nib of whoever writes with the keyboard. */
export function InkCanvas({ scale, hidden }: { scale: Signal<number>; hidden: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const surface = useRef<InkSurface | undefined>(undefined);
  const nib = useSignal<Nib | undefined>(undefined);

  useEffect(() => {
    const target = canvas.current!;
    const made = new InkSurface(target, (value) => void (scale.value = value));
    surface.current = made;
    const stopListening = listenToPen(target, () => made.scale);
    return () => {
      stopListening();
      made.destroy();
    };
  }, []);

  useSignalEffect(() => surface.current?.show(strokes.value, liveStroke.value));
  useSignalEffect(() => {
    theme.value;
    surface.current?.repaint();
  });

  function onKeyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { clientWidth, clientHeight } = canvas.current!;
    const sheet = { width: clientWidth / scale.value, height: clientHeight / scale.value };
    const start: Nib = { x: sheet.width / 2, y: sheet.height / 3, points: undefined };
    const step = pressKey(nib.value ?? start, event.key, sheet, nibStep / scale.value);
    if (!step) return;
    event.preventDefault();
    const width = penWidths[penWidth.value] / scale.value;
    outcome.value = {};
    nib.value = step.nib;
    liveStroke.value = step.nib.points && { points: step.nib.points, width };
    if (step.finished) addStroke({ ...step.finished, width });
  }

  function onBlur(): void {
    nib.value = undefined;
    liveStroke.value = undefined;
  }

  const { reading, ink } = preview.value;
  const isEmpty = strokes.value.length === 0 && !liveStroke.value;
  return (
    <div class="ink" hidden={hidden}>
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it takes arrow keys and the space bar, as an application does. */}
      <canvas
        ref={canvas}
        class="ink-canvas"
        id="sheet"
        tabIndex={0}
        role="application"
        aria-label={words.value.sheet.label}
        aria-describedby="sheet-help"
        onKeyDown={onKeyDown}
        onBlur={onBlur}
      />
      <p id="sheet-help" hidden>
        {words.value.sheet.help}
      </p>
      {isEmpty && <Invitation />}
      {reading && !isEmpty && <InkBoxes reading={reading} ink={ink} scale={scale.value} />}
      {nib.value && (
        <span
          class="nib"
          data-down={nib.value.points !== undefined}
          style={{ left: `${nib.value.x * scale.value}px`, top: `${nib.value.y * scale.value}px` }}
        />
      )}
    </div>
  );
}

/** The boxes, where the hub's picture of the ink lies on the sheet; pale while newer ink is being read. */
function InkBoxes({ reading, ink, scale }: { reading: Reading; ink: readonly Stroke[]; scale: number }) {
  const place = placeOverInk(reading, ink);
  const isStale = ink.at(-1) !== (liveStroke.value ?? strokes.value.at(-1));
  const px = (units: number): string => `${units * scale}px`;
  return (
    <div
      class="ink-boxes"
      data-stale={isStale}
      style={{ left: px(place.left), top: px(place.top), width: px(place.width), height: px(place.height) }}
    >
      <DigitBoxes reading={reading} />
    </div>
  );
}
