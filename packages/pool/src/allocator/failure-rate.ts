import type { LeaseReport } from './messages.ts';

const windowMs = 1000;

/** The part of those who asked that got nothing, over the last second or the last two reports, whichever is longer. */
export class FailureRate {
  value = 0;
  #from: LeaseReport | undefined;
  #fromMs = 0;

  see(report: LeaseReport, nowMs: number): void {
    if (this.#from === undefined) this.#begin(report, nowMs);
    else if (nowMs - this.#fromMs >= windowMs) {
      const failed = Math.max(0, report.failures - this.#from.failures);
      const completed = Math.max(0, report.completed - this.#from.completed);
      this.value = failed === 0 ? 0 : failed / (failed + completed);
      this.#begin(report, nowMs);
    }
  }

  #begin(report: LeaseReport, nowMs: number): void {
    this.#from = report;
    this.#fromMs = nowMs;
  }
}
