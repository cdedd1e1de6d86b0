import type { Random } from '@inkwire/base';
import type { AdmittedClient, LeaseStore } from '@inkwire/pool';
import type { Breakage } from './breakage.ts';
import type { SimProcess } from './sim-process.ts';
import type { Timeline } from './timeline.ts';

/** The disk of the allocator's machine, which outlives its processes. */
export class Disk {
  epoch = 0;
  readonly #timeline: Timeline;
  readonly #random: Random;
  #clients = new Map<string, AdmittedClient>();

  constructor(timeline: Timeline, random: Random) {
    this.#timeline = timeline;
    this.#random = random;
  }

  /**
   * Opens the store for a process. `isWritten` says whether a write that is under way when the process is killed reaches
   * the disk. `isDurable` false: writes are said to be done before they are; `remembers` false: nothing is read.
   */
  open(
    process: SimProcess,
    isWritten: () => boolean,
    { isDurable = true, remembers = true }: Breakage,
  ): LeaseStore {
    const epoch = ++this.epoch;
    const write = (change: () => void) =>
      new Promise<void>((resolve, reject) => {
        if (!isDurable) resolve();
        this.#timeline.after(4 * this.#random.next(), () => {
          if (process.isKilled && !isWritten()) return;
          if (this.epoch !== epoch) process.run(() => reject(new Error('superseded')));
          else {
            change();
            this.#timeline.after(this.#random.next(), () => process.run(resolve));
          }
        });
      });
    return {
      epoch,
      clients: remembers ? [...this.#clients.values()] : [],
      isComplete: true,
      admit: (client) => write(() => this.#clients.set(keyOf(client), client)),
      forget: (client) => write(() => this.#clients.delete(keyOf(client))),
      complete: () => Promise.resolve(),
    };
  }
}

const keyOf = ({ name, incarnation }: AdmittedClient) => `${name}\n${incarnation}`;
