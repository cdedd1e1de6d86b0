import { type Clock, Owner, systemClock } from '@inkwire/base';
import { expectCursor, gatherPage } from './query.ts';
import {
  expectLoadable,
  expectWhole,
  type NewReading,
  type OriginalPicture,
  type Reading,
  type WholeReading,
} from './reading.ts';
import { nextReadingId } from './reading-id.ts';
import type { Readings, ReadingsPage, ReadingsQuery } from './readings.ts';

interface Kept {
  reading: Reading;
  readonly picture: OriginalPicture;
  readonly prepared: Uint8Array[];
}

/** Keeps readings in memory, for tests and demonstrations: they end with the process. */
export function createMemoryReadings(options: { readonly clock?: Clock } = {}): Readings {
  return new MemoryReadings(options.clock ?? systemClock);
}

class MemoryReadings extends Owner implements Readings {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();
  #newest: string | undefined;

  constructor(clock: Clock) {
    super('readings');
    this.#clock = clock;
  }

  async keep(reading: NewReading): Promise<Reading> {
    this.expectOpen();
    expectWhole(reading);
    const { picture, prepared, ...rest } = structuredClone(reading);
    const now = this.#clock.now();
    this.#newest = nextReadingId(this.#newest, now);
    const kept: Reading = {
      ...rest,
      written: rest.written ?? rest.text,
      id: this.#newest,
      time: new Date(now).toISOString(),
      corrected: null,
    };
    this.#kept.set(kept.id, { reading: kept, picture, prepared: [...prepared] });
    return structuredClone(kept);
  }

  async load(reading: WholeReading): Promise<boolean> {
    this.expectOpen();
    expectLoadable(reading);
    if (this.#kept.has(reading.id)) return false;
    const { picture, prepared, ...rest } = structuredClone(reading);
    this.#kept.set(rest.id, { reading: rest, picture, prepared: [...prepared] });
    if (rest.id > (this.#newest ?? '')) this.#newest = rest.id;
    return true;
  }

  async get(id: string): Promise<Reading | undefined> {
    return structuredClone(this.#find(id)?.reading);
  }

  async picture(id: string): Promise<OriginalPicture | undefined> {
    return structuredClone(this.#find(id)?.picture);
  }

  async prepared(id: string): Promise<Uint8Array[] | undefined> {
    return structuredClone(this.#find(id)?.prepared);
  }

  async list(query: ReadingsQuery = {}): Promise<ReadingsPage> {
    return gatherPage(this.#newestFirst(expectCursor(query.before), query.signal), query);
  }

  async correct(id: string, text: string | null): Promise<Reading | undefined> {
    const kept = this.#find(id);
    if (!kept) return undefined;
    kept.reading = { ...kept.reading, corrected: text };
    return structuredClone(kept.reading);
  }

  async remove(id: string): Promise<boolean> {
    this.expectOpen();
    return this.#kept.delete(id);
  }

  all(options: { readonly signal?: AbortSignal | undefined } = {}): AsyncIterable<Reading> {
    return this.#newestFirst(undefined, options.signal);
  }

  async count(): Promise<number> {
    this.expectOpen();
    return this.#kept.size;
  }

  protected override drain(): void {
    this.#kept.clear();
  }

  #find(id: string): Kept | undefined {
    this.expectOpen();
    return this.#kept.get(id);
  }

  async *#newestFirst(before: string | undefined, signal: AbortSignal | undefined): AsyncGenerator<Reading> {
    this.expectOpen();
    for (const id of [...this.#kept.keys()].sort().reverse()) {
      signal?.throwIfAborted();
      const kept = before === undefined || id < before ? this.#find(id) : undefined;
      if (kept) yield structuredClone(kept.reading);
    }
  }
}
