import type { ComponentChildren } from 'preact';
import { CameraIcon, ClearIcon, PictureIcon, RedoIcon, SamplesIcon, UndoIcon } from '../frame/icons.tsx';
import { Tool } from '../frame/tool.tsx';
import { words } from '../words/language.ts';
import { clearSheet } from './clear-sheet.ts';
import { keeping, trySamples } from './keep-readings.ts';
import { pictures } from './pictures.ts';
import { receiveFiles } from './receive-pictures.ts';
import {
  canRedo,
  canUndo,
  choosePenWidth,
  type PenWidth,
  penWidth,
  penWidths,
  redoInk,
  strokes,
  undoInk,
} from './sheet-ink.ts';

/** The types that the hub reads, by name: a phone whose camera makes HEIC then gives JPEG. */
const pictureTypes = 'image/jpeg,image/png,image/webp,image/gif,image/tiff,image/avif';

/** Below the sheet: pens, second thoughts, and other ways to bring a number here. */
export function Toolbar() {
  const { tools, undo, redo, clear, samples, samplesHint } = words.value.sheet;
  const isBare = strokes.value.length === 0 && pictures.value.length === 0;
  const hasPictures = pictures.value.length > 0;
  return (
    <fieldset class="toolbar" aria-label={tools}>
      <div class="toolbar-part">
        <PenWidths />
      </div>
      <div class="toolbar-part">
        <Tool
          label={undo}
          aria-keyshortcuts="Control+Z"
          disabled={!canUndo.value || hasPictures}
          onClick={undoInk}
        >
          <UndoIcon />
        </Tool>
        <Tool
          label={redo}
          aria-keyshortcuts="Control+Shift+Z"
          disabled={!canRedo.value || hasPictures}
          onClick={redoInk}
        >
          <RedoIcon />
        </Tool>
        <Tool label={clear} aria-keyshortcuts="Escape" disabled={isBare} onClick={clearSheet}>
          <ClearIcon />
        </Tool>
      </div>
      <div class="toolbar-part toolbar-pictures">
        <FileTool label={words.value.sheet.picture} hint={words.value.sheet.pictureHint} multiple>
          <PictureIcon />
        </FileTool>
        <FileTool label={words.value.sheet.photograph} capture>
          <CameraIcon />
        </FileTool>
        <button
          type="button"
          class="tool tool-named"
          title={samplesHint}
          disabled={keeping.value}
          onClick={() => void trySamples(10)}
        >
          <SamplesIcon />
          <span>{samples}</span>
        </button>
      </div>
    </fieldset>
  );
}

function PenWidths() {
  const labels: Record<PenWidth, string> = words.value.sheet;
  return (
    <fieldset class="pens">
      <legend class="unseen">{words.value.sheet.penWidth}</legend>
      {(Object.keys(penWidths) as PenWidth[]).map((width) => (
        <label key={width} class="pen" title={labels[width]}>
          <input
            type="radio"
            name="pen"
            class="unseen"
            checked={penWidth.value === width}
            onChange={() => choosePenWidth(width)}
            aria-label={labels[width]}
          />
          <span
            class="pen-dot"
            style={{ inlineSize: `${penWidths[width] + 2}px`, blockSize: `${penWidths[width] + 2}px` }}
          />
        </label>
      ))}
    </fieldset>
  );
}

interface FileToolProps {
  label: string;
  hint?: string;
  multiple?: boolean;
  /** Asks for the camera; shown where there is a finger rather than a mouse. */
  capture?: boolean;
  children: ComponentChildren;
}

/** A file input that looks like a tool; the input itself takes the focus and the keys. */
function FileTool({ label, hint, multiple = false, capture = false, children }: FileToolProps) {
  function onChange(event: { currentTarget: HTMLInputElement }): void {
    receiveFiles(event.currentTarget.files);
    event.currentTarget.value = ''; // The same picture may be chosen again.
  }
  return (
    <label class={capture ? 'tool tool-named tool-capture' : 'tool tool-named'} title={hint ?? label}>
      <input
        type="file"
        class="unseen"
        accept={pictureTypes}
        multiple={multiple}
        {...(capture ? { capture: 'environment' as const } : {})}
        onChange={onChange}
      />
      {children}
      <span>{label}</span>
    </label>
  );
}
