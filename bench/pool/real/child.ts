import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A program of this directory, compiled; vitest reads its sources where they are, and runs in the root as npm does. */
const pathOf = (program: string) => join(process.cwd(), 'bench', 'dist', 'pool', 'real', `${program}.js`);

/** What goes to a child and comes back, one answer for each order. */
export interface Envelope<T> {
  readonly id: number;
  readonly content: T;
}
export type Outcome = { readonly value: unknown } | { readonly error: string };

/** A process of ours that takes orders; killed when we are gone, even if it is stopped. */
export class Child<Order extends { readonly kind: string }, Answers extends Record<Order['kind'], unknown>> {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (outcome: Outcome) => void>();
  readonly ended: Promise<unknown>;
  #nextId = 0;

  constructor(program: string) {
    this.#process = spawn('setpriv', ['--pdeathsig=KILL', process.execPath, pathOf(program)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#process.on('message', ({ id, content }: Envelope<Outcome>) => this.#waiting.get(id)?.(content));
    this.ended = once(this.#process, 'exit').then(() => this.#abandon());
  }

  get pid(): number {
    return this.#process.pid!;
  }

  get isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Gives an order; resolves with its answer, rejects when it fails or the process ends. */
  async ask<Kind extends Order['kind']>(order: Order & { readonly kind: Kind }): Promise<Answers[Kind]> {
    const id = this.#nextId++;
    const answered = new Promise<Outcome>((resolve) => this.#waiting.set(id, resolve));
    this.#process.send({ id, content: order }, (error) => {
      if (error) this.#waiting.get(id)?.({ error: error.message });
    });
    const outcome = await answered;
    this.#waiting.delete(id);
    if ('error' in outcome) throw new Error(outcome.error);
    return outcome.value as Answers[Kind];
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    if (!this.isRunning) return;
    this.#process.kill('SIGKILL');
    await this.ended;
  }

  #abandon(): void {
    for (const answer of this.#waiting.values()) answer({ error: 'The process has ended' });
  }
}

/** In the child: answers each order that comes. */
export function answerOrders<Order extends { readonly kind: string }>(
  answer: (order: Order) => Promise<unknown>,
): void {
  process.on('message', ({ id, content }: Envelope<Order>) => {
    answer(content).then(
      (value) => process.send!({ id, content: { value } }),
      (error) =>
        process.send!({ id, content: { error: error instanceof Error ? error.stack : String(error) } }),
    );
  });
}
