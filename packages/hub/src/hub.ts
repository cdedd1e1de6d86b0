import { type Clock, type Closable, Owner, systemClock, UnderWay, type WaitOptions } from '@inkwire/base';
import {
  digitPng,
  type Picture,
  pictureType,
  type Reader,
  type ReadPicture,
  renderStrokes,
} from '@inkwire/digits';
import type { OriginalPicture, Reading, Readings } from '@inkwire/readings';
import type { Hubs } from './hubs/hubs.ts';
import { ReadingsElsewhere } from './hubs/readings-elsewhere.ts';
import type { ReadingEvent } from './reading-event.ts';

/** The parts of a hub. It owns none of them: the program that opened the reader and the readings closes them. */
export interface HubOptions {
  readonly reader: Reader;
  readonly readings: Readings;
  readonly clock?: Clock;
  /** The other hubs on a bus: their events are received here, and this hub's there. */
  readonly hubs?: Hubs | undefined;
}

/** The source of a picture, and how it is read and kept. */
export interface PictureOrigin extends WaitOptions {
  /** Kept with the reading: `upload`, `drawing`, `sample`, a member's name. */
  readonly source: string;
  /** False for a preview: nothing is kept, no listener is notified, and the reading's id is empty. Default true. */
  readonly keep?: boolean;
  /** The true text, where it is known. */
  readonly label?: string;
  /** The bytes that are kept as the original picture. Default: the bytes themselves, or the strokes drawn on paper. */
  readonly original?: OriginalPicture;
}

/**
 * Reads pictures, keeps the readings and notifies its listeners, always in this order:
 *
 *     listener ──▶ hub.read ──▶ reader.read ──▶ readings.keep ──▶ onReading ──▶ answer
 *
 * When a listener receives a reading, it is already kept. The hub knows no wire and no HTTP. `close()` waits for work that
 * is under way.
 */
export interface Hub extends Closable {
  readonly reader: Reader;
  readonly readings: Readings;
  /** Throws what the reader and the readings throw. After an abort, a picture that is not kept yet never will be. */
  read(picture: Picture, from: PictureOrigin): Promise<Reading>;
  /** Corrects a reading as `readings.correct` does, and notifies the listeners. */
  correct(id: string, text: string | null): Promise<Reading | undefined>;
  /** Removes a reading as `readings.remove` does, and notifies the listeners. */
  remove(id: string): Promise<boolean>;
  /** Calls `listener` for each event, in order, until the result is disposed of. A listener that throws harms no other. */
  onReading(listener: (event: ReadingEvent) => void): Disposable;
}

/** Creates a hub over an open reader and open readings. */
export function createHub(options: HubOptions): Hub {
  return new ReadingHub(options);
}

class ReadingHub extends Owner implements Hub {
  readonly reader: Reader;
  readonly readings: Readings;
  readonly #clock: Clock;
  readonly #listeners = new Set<(event: ReadingEvent) => void>();
  readonly #underWay = new UnderWay();
  readonly #elsewhere: ReadingsElsewhere | undefined;

  constructor({ reader, readings, clock = systemClock, hubs }: HubOptions) {
    super('hub');
    this.reader = reader;
    this.readings = readings;
    this.#clock = clock;
    this.#elsewhere = hubs && new ReadingsElsewhere(hubs, (event) => this.#notifyHere(event));
  }

  read(picture: Picture, from: PictureOrigin): Promise<Reading> {
    const { signal } = from;
    return this.#run((own) => this.#read(picture, { ...from, signal: own }), { signal });
  }

  correct(id: string, text: string | null): Promise<Reading | undefined> {
    return this.#run(async () => {
      const reading = await this.readings.correct(id, text);
      if (reading) this.#notify({ kind: 'corrected', reading });
      return reading;
    });
  }

  remove(id: string): Promise<boolean> {
    return this.#run(async () => {
      const reading = await this.readings.get(id);
      const removed = reading !== undefined && (await this.readings.remove(id));
      if (removed) this.#notify({ kind: 'removed', reading });
      return removed;
    });
  }

  onReading(listener: (event: ReadingEvent) => void): Disposable {
    // One function may listen twice, and stop once.
    const own = (event: ReadingEvent) => listener(event);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  protected override async drain(): Promise<void> {
    await this.#underWay.drained();
    this.#elsewhere?.[Symbol.dispose]();
  }

  protected override async abort(error: Error): Promise<void> {
    await this.#underWay.abort(error);
    this.#elsewhere?.[Symbol.dispose]();
  }

  async #run<T>(task: (signal: AbortSignal) => Promise<T>, options?: WaitOptions): Promise<T> {
    this.expectOpen();
    return this.#underWay.run(task, options);
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
    this.#notify({ kind: 'kept', reading: kept });
    return kept;
  }

  #compose(read: ReadPicture, from: PictureOrigin): Omit<Reading, 'id' | 'time' | 'corrected'> {
    const { text, written, confidence, unsure, digits, width, height, cells, detector } = read;
    const model = this.reader.card.version;
    const label = from.label === undefined ? {} : { label: from.label };
    return {
      source: from.source,
      text,
      written,
      confidence,
      unsure,
      digits,
      model,
      width,
      height,
      ...label,
      ...(cells && { cells }),
      ...(detector !== undefined && { detector }),
    };
  }

  #notify(event: ReadingEvent): void {
    this.#elsewhere?.tell(event);
    this.#notifyHere(event);
  }

  #notifyHere(event: ReadingEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // The listener's mistake must be seen, but not by the sender of the picture.
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    }
  }
}

async function originalOf(picture: Picture): Promise<OriginalPicture> {
  if ('bytes' in picture)
    return { type: pictureType(picture.bytes) ?? 'application/octet-stream', bytes: picture.bytes };
  if ('pixels' in picture) return { type: 'image/png', bytes: digitPng(picture.pixels) };
  return { type: 'image/png', bytes: (await renderStrokes(picture.strokes)).png };
}
