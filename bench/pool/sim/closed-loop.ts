import type { Random } from '@inkwire/base';
import { Load } from './load.ts';

/** How long a process waits after a failure before it tries again, in milliseconds. */
const retryMs = 10;

/** A process that sends its next query when the last is answered. */
interface Process {
  readonly client: number;
  /** It goes on while this is less than the client's need. */
  readonly index: number;
  readonly random: Random;
  isRunning: boolean;
}

/** Processes of which each has one query under way at any time. */
export class ClosedLoop extends Load {
  readonly #needs: number[] = [];
  readonly #processes: Process[][] = [];

  protected override demand(client: number, need: number): void {
    this.#needs[client] = need;
    const processes = (this.#processes[client] ??= []);
    while (processes.length < need) {
      const index = processes.length;
      processes.push({ client, index, random: this.options.stream(client, index), isRunning: false });
    }
    for (const process of processes) if (!process.isRunning) this.#continue(process);
  }

  #continue(process: Process): void {
    const { client, index, random } = process;
    process.isRunning = index < this.#needs[client]!;
    if (!process.isRunning) return;
    this.query(client, random, (failed) => {
      if (failed) this.options.clock.after(retryMs, () => this.#continue(process));
      else this.#continue(process);
    });
  }
}
