import type { Random } from '@inkwire/base';
import type { AdmittedClient, Fence } from '@inkwire/pool';
import type { SimProcess } from './sim-process.ts';
import type { Timeline } from './timeline.ts';

/** A session of a client in the database. */
export interface Session {
  readonly incarnation: string;
  readonly process: SimProcess;
  isOpen: boolean;
  onLost: () => void;
}

/**
 * The judge: what is open here is open, whatever anyone believes. What travels to it, and back, takes its time; what has
 * left a process arrives though the process is paused or dead.
 */
export class SessionDatabase {
  readonly sessions = new Set<Session>();
  /** The most that were open at any time. */
  peak = 0;
  isSlow = false;
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #barred = new Set<string>();
  readonly #bars: boolean;

  /** `bars`: whether a fence keeps sessions from coming back, as it must. */
  constructor(timeline: Timeline, random: Random, bars: boolean) {
    this.#timeline = timeline;
    this.#random = random;
    this.#bars = bars;
  }

  open(process: SimProcess, incarnation: string): Promise<Session> {
    return new Promise((resolve, reject) => {
      this.#timeline.after(this.#travelMs(), () => {
        if (this.#barred.has(incarnation)) {
          this.#timeline.after(this.#travelMs(), () => process.run(() => reject(new Error('fenced'))));
          return;
        }
        const session: Session = { incarnation, process, isOpen: true, onLost: () => {} };
        this.sessions.add(session);
        this.peak = Math.max(this.peak, this.sessions.size);
        // Its owner died on the way: the system notices when it first writes.
        if (process.isKilled) this.#timeline.after(this.#travelMs(), () => this.#end(session));
        else this.#timeline.after(this.#travelMs(), () => process.run(() => resolve(session)));
      });
    });
  }

  close(session: Session): Promise<void> {
    return new Promise((resolve) => {
      this.#timeline.after(this.#travelMs(), () => {
        this.#end(session);
        this.#timeline.after(this.#travelMs(), () => session.process.run(resolve));
      });
    });
  }

  /** A process is dead: its sessions are noticed to be, after a while. */
  bury(process: SimProcess, lingerMs: number): void {
    for (const session of this.sessions) {
      if (session.process === process)
        this.#timeline.after(lingerMs * this.#random.next(), () => this.#end(session));
    }
  }

  /** A fence, in the hands of the allocator's process. It is slow, and may fail, or leave something. */
  fence(process: SimProcess): Fence {
    return ({ incarnation }: AdmittedClient) =>
      new Promise((resolve, reject) => {
        const answer = (callback: () => void) =>
          void this.#timeline.after(this.#travelMs(), () => process.run(callback));
        this.#timeline.after(this.#travelMs(), () => {
          if (this.#random.next() < 0.2) {
            answer(() => reject(new Error('the database cannot be reached')));
            return;
          }
          if (this.#bars) this.#barred.add(incarnation);
          this.#timeline.after(3 * this.#travelMs(), () => {
            const left = this.#terminate(incarnation);
            answer(() => resolve(left));
          });
        });
      });
  }

  #terminate(incarnation: string): number {
    const isThorough = this.#random.next() < 0.8;
    let left = 0;
    for (const session of this.sessions) {
      if (session.incarnation !== incarnation) continue;
      if (isThorough || this.#random.next() < 0.5) this.#end(session);
      else left++;
    }
    return left;
  }

  #end(session: Session): void {
    if (!session.isOpen) return;
    session.isOpen = false;
    this.sessions.delete(session);
    this.#timeline.after(this.#travelMs(), () => session.process.run(session.onLost));
  }

  #travelMs(): number {
    return (this.isSlow ? 60 : 2) * this.#random.next();
  }
}
