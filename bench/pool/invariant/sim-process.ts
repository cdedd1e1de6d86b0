import type { Clock, Timer } from '@inkwire/base';
import type { Timeline } from './timeline.ts';

/** Timers are not finer; or a moment that is a rounding away would never come. */
const shortestMs = 0.001;

/**
 * A process on a machine: its clock goes a little wrong, can jump, and stands still while the machine is suspended; while
 * it is paused nothing happens in it, and afterwards all of it at once; once it was killed nothing does.
 */
export class SimProcess {
  readonly clock: Clock;
  readonly #timeline: Timeline;
  readonly #rate: number;
  /** What its monotonic clock showed at the true time `#sinceMs`. */
  #shown: number;
  #sinceMs: number;
  #wallOffset = 0;
  #isSuspended = false;
  #pauses = 0;
  readonly #late: (() => void)[] = [];
  isKilled = false;

  constructor(timeline: Timeline, rate: number, shown: number) {
    this.#timeline = timeline;
    this.#rate = rate;
    this.#shown = shown;
    this.#sinceMs = timeline.nowMs;
    this.clock = {
      now: () => this.#monotonic() + this.#wallOffset,
      monotonic: () => this.#monotonic(),
      after: (delayMs, callback) => this.#timer(delayMs, callback),
    };
  }

  get isPaused(): boolean {
    return this.#pauses > 0;
  }

  /** Does something in the process: now, when it goes on, or never. */
  run(callback: () => void): void {
    if (this.isKilled) return;
    if (this.isPaused) this.#late.push(callback);
    else callback();
  }

  kill(): void {
    this.isKilled = true;
    this.#late.length = 0;
  }

  /** Both its clocks jump; the monotonic one only ahead. */
  jump(byMs: number): void {
    this.#rebase(this.#monotonic() + byMs);
    this.#wallOffset -= 3 * byMs;
  }

  pause(forMs: number, isSuspended: boolean): void {
    if (this.isKilled) return;
    if (isSuspended && !this.#isSuspended) {
      this.#rebase(this.#monotonic());
      this.#isSuspended = true;
    }
    this.#pauses++;
    this.#timeline.after(forMs, () => {
      if (--this.#pauses === 0) this.#goOn();
    });
  }

  #goOn(): void {
    if (this.#isSuspended) {
      this.#sinceMs = this.#timeline.nowMs;
      this.#isSuspended = false;
    }
    for (const callback of this.#late.splice(0)) this.run(callback);
  }

  #monotonic(): number {
    const passedMs = this.#isSuspended ? 0 : this.#timeline.nowMs - this.#sinceMs;
    return this.#shown + passedMs * this.#rate;
  }

  #rebase(shown: number): void {
    this.#shown = shown;
    this.#sinceMs = this.#timeline.nowMs;
  }

  #timer(delayMs: number, callback: () => void): Timer {
    const dueMs = this.#monotonic() + delayMs;
    let isCancelled = false;
    let timer: Timer | undefined;
    const ring = () => {
      if (isCancelled) return;
      const leftMs = dueMs - this.#monotonic();
      // Its clock stood still meanwhile.
      if (leftMs > 0) wait(leftMs);
      else callback();
    };
    const wait = (leftMs: number) => {
      timer = this.#timeline.after(Math.max(shortestMs, leftMs / this.#rate), () => this.run(ring));
    };
    wait(delayMs);
    const cancel = () => {
      isCancelled = true;
      timer?.cancel();
    };
    return { cancel, [Symbol.dispose]: cancel };
  }
}
