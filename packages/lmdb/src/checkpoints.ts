import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { RootDatabase, Transaction } from 'lmdb';
import { CheckpointFile, removeCheckpoints } from './checkpoint-file.ts';
import { metaPageBytes, readMeta } from './meta-page.ts';

/** lmdb-js's `sync` is missing from its types. */
type Flushable = RootDatabase & { sync(done: (error?: Error) => void): void };

/*
 * Checkpoints, made now and then: with them a data file that is written without flushes survives a crash of the machine.
 *
 *     pin a snapshot, keep its meta page ─▶ flush the data ─▶ write the meta page into `relaxed`, flush ─▶ unpin the one before
 *
 * Invariant: at every moment there is a checkpoint whose pages are all on the disk, and whose snapshot has a reader: LMDB uses
 * no page of it again. So the file grows by what is written between two checkpoints, and no further.
 */
export class Checkpoints {
  readonly #root: Flushable;
  readonly #directory: string;
  readonly #data: number;
  #file: CheckpointFile | undefined;
  #pinned: Transaction | undefined;
  /** Whether the last one was taken: all that was committed before it is on the disk. */
  #isTaken = false;

  private constructor(root: RootDatabase, directory: string) {
    this.#root = root as Flushable;
    this.#directory = directory;
    this.#data = openSync(join(directory, 'data.mdb'), 'r');
  }

  /** Takes the first one, of what is in the file now. */
  static async begin(root: RootDatabase, directory: string): Promise<Checkpoints> {
    const checkpoints = new Checkpoints(root, directory);
    try {
      await checkpoints.take();
      return checkpoints;
    } catch (error) {
      await checkpoints.#release();
      throw error;
    }
  }

  /** Takes the next one: resolves when all that is committed now is on the disk. One at a time. */
  async take(): Promise<void> {
    // Nothing is committed between these two: both are of one moment, or the pin is of an earlier one, which is as good.
    const pin = this.#root.useReadTransaction();
    this.#isTaken = false;
    try {
      const meta = this.#newestMeta();
      await this.#flush();
      if (this.#file === undefined) this.#file = await CheckpointFile.create(this.#directory, meta);
      else await this.#file.write(meta);
    } catch (error) {
      pin.done();
      throw error;
    }
    this.#pinned?.done();
    this.#pinned = pin;
    this.#isTaken = true;
  }

  /**
   * Calls `end`, which closes the data, and closes the files, even when `end` rejects. Nothing may be committed after the last checkpoint. If that one
   * failed, the file `relaxed` stays: after a crash of the machine the checkpoint in it counts.
   */
  async close(end: () => Promise<void>): Promise<void> {
    this.#pinned?.done();
    this.#pinned = undefined;
    try {
      await end();
    } finally {
      await this.#release();
    }
    if (this.#isTaken) await removeCheckpoints(this.#directory);
  }

  async #release(): Promise<void> {
    closeSync(this.#data);
    await this.#file?.close();
  }

  #flush(): Promise<void> {
    return new Promise((resolve, reject) => this.#root.sync((error) => (error ? reject(error) : resolve())));
  }

  #newestMeta(): Buffer {
    const [first, pageBytes, firstTransaction] = this.#metaAt(0);
    const [second, , secondTransaction] = this.#metaAt(pageBytes);
    return secondTransaction > firstTransaction ? second : first;
  }

  #metaAt(offset: number): readonly [page: Buffer, pageBytes: number, transaction: bigint] {
    const page = Buffer.alloc(metaPageBytes);
    readSync(this.#data, page, 0, metaPageBytes, offset);
    const meta = readMeta(page);
    if (typeof meta === 'string') throw new TypeError(`Expected LMDB to have written its meta page: ${meta}`);
    return [page, meta.pageBytes, meta.transaction];
  }
}
