import { announce } from '../announcement.ts';
import { words } from '../words/language.ts';
import { clearInk } from './ink.ts';
import { outcome } from './keeping.ts';
import { pictures, takeAway } from './pictures.ts';

/** Takes the pictures away, or else the ink; ink comes back with Undo. */
export function clearSheet(): void {
  outcome.value = {};
  if (pictures.value.length > 0) takeAway();
  else clearInk();
  announce(words.value.reading.announceCleared);
}
