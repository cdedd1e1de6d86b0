/**
 * The one partition that all processes share: the greatest id that was given, and how much each of them has kept and removed.
 *
 * **Ids.** Before it keeps, a process reads `newest` from a quorum, takes greater ids, and writes the greatest of them to a quorum
 * with a write timestamp that follows from the id. So the column only grows, in whatever order writes arrive; a reading that is kept
 * after another was acknowledged has the greater id, whatever process keeps it and whatever its clock says. No lightweight transaction
 * is needed: ids differ in their random bits, so two processes may go on from the same one.
 *
 * **Count.** Each process has a row of its own with absolute numbers, so that a write may be done twice. What it is about to keep or to
 * remove stands there by id until it is counted: after kill -9 of the process, `count` finds out what became of those few.
 *
 *     readings = Σ kept − Σ removed + those of `keeping` that are there − those of `removing`, and not of `keeping`, that are not
 *
 * Nobody can say whether the process that announced an id still counts it. So who removes such a reading leaves its id in
 * `removing`, which is right in both cases; and who loads a reading whose id stands there already does not count it.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '@inkwire/base';
import type { Database, RunOptions, Statement } from './database.ts';
import { newestAt } from './place.ts';
import type { Statements } from './statements.ts';

/** What the rows of all processes say. */
export interface Tally {
  /** Σ kept − Σ removed. */
  readonly sum: bigint;
  readonly keeping: ReadonlySet<string>;
  readonly removing: ReadonlySet<string>;
}

export class Head {
  readonly #database: Database;
  readonly #statements: Statements;
  readonly #clock: Clock;
  readonly #writer = randomUUID();
  readonly #keeping = new Set<string>();
  readonly #removing = new Set<string>();
  /** Those of `removing` that are never counted. */
  readonly #uncounted = new Set<string>();
  #kept = 0n;
  #removed = 0n;
  #stamp = 0n;

  constructor(database: Database, statements: Statements, clock: Clock) {
    this.#database = database;
    this.#statements = statements;
    this.#clock = clock;
  }

  /** The greatest id that was given by anybody. */
  async newest(options: RunOptions): Promise<string | undefined> {
    const row = (await this.#database.run(this.#statements.newest(), options)).first();
    return row?.newest == null ? undefined : String(row.newest);
  }

  /** Announces ids before anything is kept under them, and that all that are given from now on are greater than `last`. */
  async begin(ids: readonly string[], last: string, options: RunOptions): Promise<void> {
    for (const id of ids) this.#keeping.add(id);
    await this.#database.runTogether(
      [this.#statements.putNewest(last, newestAt(last)), this.#tally()],
      options,
    );
  }

  /** The ids that count by themselves once a reading is there: those that were announced by others, or removed by anybody. */
  async announced(options: RunOptions): Promise<ReadonlySet<string>> {
    const { keeping, removing } = await this.tally(options);
    return new Set([...[...keeping].filter((id) => !this.#keeping.has(id)), ...removing]);
  }

  /** Counts what became of announced ids. */
  end(ids: readonly string[], isKept: boolean): void {
    for (const id of ids) if (this.#keeping.delete(id) && isKept) this.#kept++;
  }

  /** Announces that a reading is removed, unless another process has announced it: that one counts it. */
  async beginRemoving(id: string): Promise<void> {
    const { keeping, removing } = await this.tally();
    if (removing.has(id) && !this.#removing.has(id)) return;
    this.#removing.add(id);
    if (keeping.has(id)) this.#uncounted.add(id);
    await this.flush();
  }

  /** Counts an announced removal that was done. */
  endRemoving(id: string): void {
    if (!this.#uncounted.has(id) && this.#removing.delete(id)) this.#removed++;
  }

  /** Writes down what was counted. */
  async flush(options: RunOptions = {}): Promise<void> {
    await this.#database.run(this.#tally(), options);
  }

  async tally(options: RunOptions = {}): Promise<Tally> {
    let sum = 0n;
    const keeping = new Set<string>();
    const removing = new Set<string>();
    for await (const row of await this.#database.run(this.#statements.tallies(), options)) {
      // The row of a partition that has only its static column.
      if (row.kept == null) continue;
      sum += BigInt(row.kept) - BigInt(row.removed);
      for (const id of row.keeping ?? []) keeping.add(String(id));
      for (const id of row.removing ?? []) removing.add(String(id));
    }
    return { sum, keeping, removing };
  }

  /** Its timestamps only grow, so that the last one holds, also when the clock stepped back. */
  #tally(): Statement {
    const now = BigInt(Math.floor(this.#clock.now() * 1000));
    this.#stamp = now > this.#stamp ? now : this.#stamp + 1n;
    const values = [this.#kept, this.#removed, [...this.#keeping], [...this.#removing]];
    return this.#statements.putTally(this.#writer, values, this.#stamp);
  }
}
