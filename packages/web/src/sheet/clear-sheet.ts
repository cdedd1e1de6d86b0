import { announce } from '../announcement.ts';
import { words } from '../words/language.ts';
import { outcome } from './keep-readings.ts';
import { pictures, removePictures } from './pictures.ts';
import { clearInk } from './sheet-ink.ts';

/** Takes the pictures away, or else the ink; ink comes back with Undo. */
export function clearSheet(): void {
  outcome.value = {};
  if (pictures.value.length > 0) removePictures();
  else clearInk();
  announce(words.value.reading.announceCleared);
}
