import { view } from '../view.ts';
import { clearSheet } from './clear-sheet.ts';
import { keep } from './keep-readings.ts';
import { choosePicture, pictures, shownPicture } from './pictures.ts';
import { redoInk, undoInk } from './sheet-ink.ts';

/** Keys that work wherever the focus is, save in a field, on a button or in a dialog. Called once. */
export function listenToKeys(target: Document): void {
  target.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || isBusyElsewhere(event, target)) return;
    if (act(event)) event.preventDefault();
  });
}

function act({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): boolean {
  const withCommand = (ctrlKey || metaKey) && !altKey;
  if (withCommand && key.toLowerCase() === 'z') return done(shiftKey ? redoInk : undoInk);
  if (withCommand && key.toLowerCase() === 'y') return done(redoInk);
  if (withCommand || altKey) return false;
  if (key === 'Enter') return done(() => void keep());
  if (key === 'Escape') return done(stepBack);
  return false;
}

/** From a close look to all pictures, from there to an empty sheet. */
function stepBack(): void {
  if (pictures.value.length > 1 && shownPicture.value) choosePicture(undefined);
  else clearSheet();
}

function done(action: () => void): true {
  action();
  return true;
}

function isBusyElsewhere({ target, key }: KeyboardEvent, page: Document): boolean {
  if (view.value === 'model' || page.querySelector('dialog[open]')) return true;
  if (!(target instanceof Element)) return false;
  if (target.closest('input:not([type=radio],[type=file]), textarea, select')) return true;
  return key === 'Enter' && target.closest('button, a, input, label') !== null;
}
