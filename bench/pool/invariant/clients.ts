import type { Allocators } from './allocators.ts';
import { ClientProcess } from './client-process.ts';
import type { Network } from './network.ts';
import type { Setting } from './setting.ts';

/** The processes of the application, those that were killed as well. */
export class Clients {
  readonly all: ClientProcess[] = [];
  readonly #setting: Setting;
  readonly #network: Network;
  readonly #allocators: Allocators;
  #incarnations = 0;

  constructor(setting: Setting, network: Network, allocators: Allocators) {
    this.#setting = setting;
    this.#network = network;
    this.#allocators = allocators;
  }

  /** Those that are there, and mean to stay. */
  get staying(): readonly ClientProcess[] {
    return this.all.filter(({ isStaying }) => isStaying);
  }

  start(name: string, floor: number): void {
    const client = new ClientProcess(this.#setting, {
      name,
      floor,
      connect: (end) => this.#network.transport(end, (report) => this.#allocators.receive(report)),
      incarnation: () => `${name}#${this.#incarnations++}`,
    });
    this.#breakReplies(client);
    this.all.push(client);
    client.work();
  }

  /** Another process takes the name of one that is there, or was. */
  startAgain({ name, floor }: ClientProcess): void {
    this.start(name, floor);
  }

  #breakReplies({ name, lease }: ClientProcess): void {
    const { reply: change } = this.#setting.breakage;
    if (change === undefined) return;
    let lastSequence = 0;
    this.#network.changeReplies(name, (reply) => {
      const broken = change(reply, { epoch: lease.epoch, lastSequence });
      if (broken.kind === 'grant') lastSequence = Math.max(lastSequence, broken.sequence);
      return broken;
    });
  }
}
