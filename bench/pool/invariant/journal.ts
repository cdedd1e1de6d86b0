import type { Timeline } from './timeline.ts';

/** What was broken first in a run and, when it is traced, what happened, in words. */
export class Journal {
  readonly trace: string[] = [];
  violation: string | undefined;
  readonly #timeline: Timeline;
  readonly #isTraced: boolean;

  constructor(timeline: Timeline, isTraced: boolean) {
    this.#timeline = timeline;
    this.#isTraced = isTraced;
  }

  say(what: string, detail?: unknown): void {
    if (!this.#isTraced) return;
    const said = detail === undefined ? '' : ` ${JSON.stringify(detail)}`;
    this.trace.push(`${this.#timeline.nowMs.toFixed(2).padStart(9)} ${what}${said}`);
  }

  violate(what: string): void {
    this.violation ??= `at ${this.#timeline.nowMs.toFixed(1)} ms: ${what}`;
    this.say(`VIOLATION ${what}`);
  }
}
