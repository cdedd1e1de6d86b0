import { dismiss, notices } from '../notices.ts';
import { textOf } from '../readings/reading-list.ts';
import { callBack, hold, letGo, removals, resume } from '../readings/removing.ts';
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
      onPointerEnter={hold}
      onPointerLeave={resume}
      onFocusIn={hold}
      onFocusOut={resume}
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
          <button type="button" class="quiet-button" onClick={() => callBack(reading)}>
            {undo}
          </button>
          <button type="button" class="tool" aria-label={dismissLabel} onClick={() => letGo(reading)}>
            <CloseIcon />
          </button>
        </div>
      ))}
    </div>
  );
}
