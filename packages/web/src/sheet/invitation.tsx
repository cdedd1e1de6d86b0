import { words } from '../words/language.ts';
import { hasWritten } from './sheet-ink.ts';

/** The text of an empty sheet; until something has been written, with a number that writes itself in pencil. */
export function Invitation() {
  const { invitation, orDrop, orChoose } = words.value.sheet;
  return (
    <div class="invitation" aria-hidden="true">
      {!hasWritten.value && <Pencil />}
      <p class="invitation-words">{invitation}</p>
      <p class="invitation-more">
        <span class="invitation-drop">{orDrop}</span>
        <span class="invitation-choose">{orChoose}</span>
      </p>
    </div>
  );
}

function Pencil() {
  return (
    <svg
      class="invitation-pencil"
      aria-hidden="true"
      viewBox="0 0 240 110"
      fill="none"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path pathLength="1" d="M22 34c3-14 30-20 36-4 5 15-14 28-38 58 16-9 30 4 46-6" />
      <path pathLength="1" d="M112 20c-8 20-18 36-24 50 16 0 34-2 46-5" />
      <path pathLength="1" d="M126 40c-4 18-8 34-12 54" />
      <path pathLength="1" d="M162 26c14-2 34-4 50-8-14 22-26 46-33 76" />
      <path pathLength="1" d="M176 58c10-1 20-3 30-5" />
    </svg>
  );
}
