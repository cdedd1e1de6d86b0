import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Problem } from '../problem.ts';
import { words } from '../words/language.ts';

interface ProblemNoteProps {
  problem: Problem;
  /** The time at which it is tried again by itself, on the clock of `Date.now`. */
  retryAt?: number | undefined;
  onRetry?: (() => void) | undefined;
}

/** A note about a problem: its meaning, its remedy, and the code for support. */
export function ProblemNote({ problem, retryAt, onRetry }: ProblemNoteProps) {
  const { title, advice } = words.value.problem[problem.kind];
  return (
    <div class="problem" role="alert" data-kind={problem.kind}>
      <p class="problem-title">{title}</p>
      <p class="problem-advice">
        {advice} {retryAt !== undefined && <Countdown until={retryAt} />}
      </p>
      <p class="problem-foot">
        {onRetry && (
          <button type="button" class="quiet-button" onClick={onRetry}>
            {words.value.problem.retryNow}
          </button>
        )}
        <code>{problem.code}</code>
      </p>
    </div>
  );
}

function Countdown({ until }: { until: number }) {
  const left = useSignal(secondsUntil(until));
  useEffect(() => {
    left.value = secondsUntil(until);
    const timer = setInterval(() => void (left.value = secondsUntil(until)), 500);
    return () => clearInterval(timer);
  }, [until]);
  return <span aria-live="off">{words.value.problem.retryIn(left.value)}</span>;
}

const secondsUntil = (until: number): number => Math.max(1, Math.ceil((until - Date.now()) / 1000));
