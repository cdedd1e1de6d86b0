import { dismiss, notices } from '../notices.ts';
import { textOf } from '../readings/reading-list.ts';
import {
  pauseRemovals,
  removals,
  removeNow,
  resumeRemovals,
  undoRemoval,
} from '../readings/remove-reading.ts';
import { words } from '../words/language.ts';
import { CloseIcon } from './icons.tsx';

const shownRemovals = 3;

/** Slips at the foot of the page: what was just removed and can be called back, and what went wrong. */
export function Notices() {
  const { removed, undo, dismiss: dismissLabel } = words.value.readings;
  return (
    <div
      class="notices"
      role="status"
      onPointerEnter={pauseRemovals}
      onPointerLeave={resumeRemovals}
      onFocusIn={pauseRemovals}
      onFocusOut={resumeRemovals}
    >
      {notices.value.map(({ key, problem }) => (
        <div key={`problem-${key}`} class="notice" data-problem>
          <span>{words.value.problem[problem.kind].title}</span>
          <button type="button" class="tool" aria-label={dismissLabel} onClick={() => dismiss(key)}>
            <CloseIcon />
          </button>
        </div>
      ))}
      {removals.value.slice(-shownRemovals).map((reading) => (
        <div key={reading.id} class="notice">
          <span>{removed(textOf(reading))}</span>
          <button type="button" class="quiet-button" onClick={() => undoRemoval(reading)}>
            {undo}
          </button>
          <button type="button" class="tool" aria-label={dismissLabel} onClick={() => removeNow(reading)}>
            <CloseIcon />
          </button>
        </div>
      ))}
    </div>
  );
}
