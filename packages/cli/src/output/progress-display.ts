/**
 * Shows how training goes. On a terminal one line is drawn over and over,
 *
 *     cnn  ━━━━━━━━━━━━━━━─────────────  52 %  step 1,560/3,000  loss 0.0213  52.1 steps/s  28 s left
 *
 * and reports worth keeping (an accuracy, every thousandth step) scroll by above it. Into a file or a pipe only whole
 * lines are written: the same reports, and one every ten seconds.
 */
import { type Clock, systemClock } from '@inkwire/base';
import { formatCount, formatDuration, formatPercent, formatRate } from './quantities.ts';

/** One report of a training run. */
export interface Progress {
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  readonly stepsPerSecond: number;
  readonly secondsLeft: number;
  readonly accuracy?:
    | { readonly train?: number | undefined; readonly validation?: number | undefined }
    | undefined;
}

/** The part of a stream that is used: `process.stderr`, or a recording of it. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Draws the reports that it is given. */
export interface ProgressDisplay {
  show(progress: Progress): void;
  /** Puts a line of its own above the bar. */
  say(line: string): void;
  /** Takes the bar away. */
  end(): void;
}

const redrawMs = 100;
const plainLineMs = 10_000;
const keptEverySteps = 1000;
const eraseLine = '\r\u001b[K';

/** Creates a display; `name` stands before the bar. */
export function createProgressDisplay(
  name: string,
  stream: ProgressStream = process.stderr,
  clock: Clock = systemClock,
): ProgressDisplay {
  const live = stream.isTTY === true;
  const everyMs = live ? redrawMs : plainLineMs;
  let shownAt = Number.NEGATIVE_INFINITY;
  let bar = '';

  const say = (line: string) => stream.write(live ? `${eraseLine}${line}\n${bar}` : `${line}\n`);
  return {
    say,
    show(progress) {
      const kept = isWorthKeeping(progress);
      if (kept) say(progressLine(progress));
      const due = clock.monotonic() - shownAt >= everyMs;
      if (!due && !kept) return;
      shownAt = clock.monotonic();
      if (live) stream.write(eraseLine + (bar = progressBar(name, progress, stream.columns || 80)));
      else if (!kept) say(progressLine(progress));
    },
    end() {
      if (live) stream.write(eraseLine);
      bar = '';
    },
  };
}

function isWorthKeeping({ step, steps, accuracy }: Progress): boolean {
  return step === steps || step % keptEverySteps === 0 || accuracyText(accuracy) !== '';
}

/** A report as a line of its own. */
function progressLine(progress: Progress): string {
  const { step, steps, loss, accuracy } = progress;
  return `step ${formatCount(step)}/${formatCount(steps)}  loss ${formatRate(loss)}${accuracyText(accuracy)}  ${pace(progress)}`;
}

/** A report as a bar that fits into `columns`; in a narrow terminal the bar goes first, then the end of the text. */
export function progressBar(name: string, progress: Progress, columns: number): string {
  const { step, steps, loss } = progress;
  const share = steps > 0 ? Math.min(1, step / steps) : 1;
  const text =
    `${String(Math.floor(share * 100)).padStart(3)} %  step ${formatCount(step)}/${formatCount(steps)}` +
    `  loss ${formatRate(loss)}  ${pace(progress)}`;
  // The last column stays empty: some terminals wrap as soon as it is written.
  const room = Math.min(40, columns - 1 - name.length - 2 - text.length - 2);
  if (room < 8) return `${name}  ${text}`.slice(0, Math.max(0, columns - 1));
  const full = Math.round(share * room);
  return `${name}  ${'━'.repeat(full)}${'─'.repeat(room - full)}  ${text}`;
}

function accuracyText(accuracy: Progress['accuracy']): string {
  const { train, validation } = accuracy ?? {};
  return (
    (train === undefined ? '' : `  training ${formatPercent(train)}`) +
    (validation === undefined ? '' : `  validation ${formatPercent(validation)}`)
  );
}

function pace({ stepsPerSecond, secondsLeft }: Progress): string {
  return `${formatRate(stepsPerSecond)} steps/s  ${formatDuration(secondsLeft)} left`;
}
