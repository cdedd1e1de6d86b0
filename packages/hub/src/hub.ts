import { type Clock, type Closable, Lifetime, systemClock, type WaitOptions } from '@inkwire/base';
import {
  digitPng,
  type Picture,
  pictureType,
  type Reader,
  type ReadPicture,
  renderStrokes,
} from '@inkwire/digits';
import { createMemoryTables, type Tables } from '@inkwire/kv';
import type { LeaseService } from '@inkwire/pool';
import type { NewReading, OriginalPicture, Reading, Readings } from '@inkwire/readings';
import { type WireLimits, WireSide } from './wire/wire-side.ts';

/** What the hub works with. It owns none of it: whoever opened the reader, the readings and the pool closes them. */
export interface HubOptions {
  readonly reader: Reader;
  readonly readings: Readings;
  /** Where clients keep their values. Default: memory, which ends with the hub. */
  readonly tables?: Tables;
  /** The allocator that shares a database's connections among those who ask by `lease`. Default: none runs here. */
  readonly pool?: LeaseService | undefined;
  readonly clock?: Clock;
  readonly wireLimits?: WireLimits;
  /** Hears of failures that a member was answered by status 500. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
  /** What the hub calls itself. Default `inkwire`. */
  readonly name?: string;
  /** The program's version, for those who ask. Default `0.0.0`. */
  readonly version?: string;
}

/** Where a picture comes from, and what becomes of it. */
export interface PictureOrigin extends WaitOptions {
  /** Kept with the reading: `upload`, `drawing`, `sample`, a member's name. */
  readonly source: string;
  /** False for a preview: nothing is kept, nobody is told, and the reading's id is empty. Default true. */
  readonly keep?: boolean;
  /** The true text, where it is known. */
  readonly label?: string;
  /** What is kept as the original picture. Default: the bytes themselves, or the strokes drawn on paper. */
  readonly original?: OriginalPicture;
}

/** Something that happened to a kept reading. */
export interface ReadingEvent {
  readonly kind: 'kept' | 'corrected' | 'removed';
  /** As it is now; as it was, when it was removed. */
  readonly reading: Reading;
}

/**
 * Reads pictures, keeps the readings and tells whoever listens, in this order and no other:
 *
 *     listener ──▶ hub.read ──▶ reader.read ──▶ readings.keep ──▶ onReading ──▶ answer
 *
 * Whoever is told can rely on it that the reading is kept. `close()` waits for what is under way.
 */
export interface Hub extends Closable {
  readonly name: string;
  readonly version: string;
  readonly reader: Reader;
  readonly readings: Readings;
  /** Members, topics and commands, for listeners. */
  readonly wire: WireSide;
  /** Throws what the reader and the readings throw. After an abort, a picture that is not kept yet never will be. */
  read(picture: Picture, from: PictureOrigin): Promise<Reading>;
  /** Like `readings.correct`, and tells. */
  correct(id: string, text: string | null): Promise<Reading | undefined>;
  /** Like `readings.remove`, and tells. */
  remove(id: string): Promise<boolean>;
  /** Calls `listener` for each event, in order, until the answer is disposed of. A listener that throws harms nobody. */
  onReading(listener: (event: ReadingEvent) => void): Disposable;
}

/** Creates a hub over an open reader and open readings. */
export function createHub(options: HubOptions): Hub {
  return new ReadingHub(options);
}

class ReadingHub implements Hub {
  readonly name: string;
  readonly version: string;
  readonly reader: Reader;
  readonly readings: Readings;
  readonly wire: WireSide;
  readonly #clock: Clock;
  readonly #ownTables: Tables | undefined;
  readonly #listeners = new Set<(event: ReadingEvent) => void>();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #reads = new Set<AbortController>();
  readonly #lifetime = new Lifetime('hub', {
    drain: () => this.#end(),
    abort: (error) => {
      for (const controller of this.#reads) controller.abort(error);
      return this.#end();
    },
  });

  constructor(options: HubOptions) {
    const { reader, readings, clock = systemClock, name = 'inkwire', version = '0.0.0' } = options;
    this.reader = reader;
    this.readings = readings;
    this.name = name;
    this.version = version;
    this.#clock = clock;
    this.#ownTables = options.tables ? undefined : createMemoryTables();
    this.wire = new WireSide({
      name,
      version,
      hub: this,
      tables: options.tables ?? this.#ownTables!,
      pool: options.pool,
      clock,
      limits: options.wireLimits ?? {},
      onError: options.onError ?? console.error,
    });
  }

  read(picture: Picture, from: PictureOrigin): Promise<Reading> {
    return this.#track(() =>
      this.#abortable(from.signal, (signal) => this.#read(picture, { ...from, signal })),
    );
  }

  correct(id: string, text: string | null): Promise<Reading | undefined> {
    return this.#track(async () => {
      const reading = await this.readings.correct(id, text);
      if (reading) this.#tell({ kind: 'corrected', reading });
      return reading;
    });
  }

  remove(id: string): Promise<boolean> {
    return this.#track(async () => {
      const reading = await this.readings.get(id);
      const removed = reading !== undefined && (await this.readings.remove(id));
      if (removed) this.#tell({ kind: 'removed', reading });
      return removed;
    });
  }

  onReading(listener: (event: ReadingEvent) => void): Disposable {
    // One function may listen twice, and stop once.
    const own = (event: ReadingEvent) => listener(event);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  close(): Promise<void> {
    return this.#lifetime.close();
  }

  destroy(error?: Error): Promise<void> {
    return this.#lifetime.destroy(error);
  }

  get closed(): boolean {
    return this.#lifetime.closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #read(picture: Picture, from: PictureOrigin & { readonly signal: AbortSignal }): Promise<Reading> {
    const { signal, timeoutMs, keep = true } = from;
    const [read, original] = await Promise.all([
      this.reader.read(picture, { signal, timeoutMs }),
      keep ? (from.original ?? originalOf(picture)) : undefined,
    ]);
    const reading = this.#compose(read, from);
    if (original === undefined)
      return { ...reading, id: '', time: new Date(this.#clock.now()).toISOString(), corrected: null };
    signal.throwIfAborted();
    const kept = await this.readings.keep({ ...reading, picture: original, prepared: read.prepared });
    this.#tell({ kind: 'kept', reading: kept });
    return kept;
  }

  #compose(read: ReadPicture, from: PictureOrigin): Omit<NewReading, 'picture' | 'prepared'> {
    const { text, confidence, unsure, digits, width, height } = read;
    const model = this.reader.card.version;
    const label = from.label === undefined ? {} : { label: from.label };
    return { source: from.source, text, confidence, unsure, digits, model, width, height, ...label };
  }

  #tell(event: ReadingEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // The listener's mistake must be seen, but not by whoever sent the picture.
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    }
  }

  /** Runs `work` with a signal of its own, which follows the caller's and is aborted by `destroy`. */
  async #abortable<T>(outer: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    outer?.throwIfAborted();
    const controller = new AbortController();
    const follow = () => controller.abort(outer?.reason);
    outer?.addEventListener('abort', follow, { once: true });
    this.#reads.add(controller);
    try {
      return await work(controller.signal);
    } finally {
      this.#reads.delete(controller);
      outer?.removeEventListener('abort', follow);
    }
  }

  async #end(): Promise<void> {
    await this.#settled();
    this.wire[Symbol.dispose]();
    await this.#ownTables?.close();
  }

  async #settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  async #track<T>(work: () => Promise<T>): Promise<T> {
    this.#lifetime.check();
    const running = work();
    this.#underWay.add(running);
    try {
      return await running;
    } finally {
      this.#underWay.delete(running);
    }
  }
}

async function originalOf(picture: Picture): Promise<OriginalPicture> {
  if ('bytes' in picture)
    return { type: pictureType(picture.bytes) ?? 'application/octet-stream', bytes: picture.bytes };
  if ('pixels' in picture) return { type: 'image/png', bytes: digitPng(picture.pixels) };
  return { type: 'image/png', bytes: (await renderStrokes(picture.strokes)).png };
}
