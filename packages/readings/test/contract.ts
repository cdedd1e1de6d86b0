import { type Clock, createManualClock } from '@inkwire/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { firstIdAt, type NewReading, type Reading, type Readings, type WholeReading } from '../src/index.ts';

/** A place where an engine keeps readings, so that the contract can leave it and come back. */
export interface EngineUnderTest {
  open(options: { clock: Clock }): Promise<Readings>;
  /** Removes the place. */
  dispose?(): Promise<void>;
  /** False for an engine whose readings end with it. Default true. */
  readonly durable?: boolean;
  /** False for an engine of which one process opens a place once. Default: as `durable`. */
  readonly shared?: boolean;
}

/** A reading as the hub makes them, of these digits. */
export function newReading(text = '47', changes: Partial<NewReading> = {}): NewReading {
  const digits = [...text.replaceAll(/\D/g, '')].map(Number);
  return {
    source: 'upload',
    text,
    confidence: 0.98,
    unsure: false,
    digits: digits.map((digit, i) => ({
      digit,
      confidence: 0.98,
      box: [30 * i, 4, 20, 28],
      probabilities: Array.from({ length: 10 }, (_, k) => (k === digit ? 0.98 : 0.02 / 9)),
    })),
    model: '0123456789ab',
    width: 30 * digits.length,
    height: 40,
    picture: { type: 'image/png', bytes: Uint8Array.from(text, (c) => c.charCodeAt(0)) },
    prepared: digits.map((digit) => new Uint8Array(784).fill(digit)),
    ...changes,
  };
}

/** A reading as another store has kept it, at a time. */
export function wholeReading(timeMs: number, text = '47', changes: Partial<WholeReading> = {}): WholeReading {
  const id = firstIdAt(timeMs);
  return {
    ...newReading(text),
    written: text,
    id,
    time: new Date(timeMs).toISOString(),
    corrected: null,
    ...changes,
  };
}

async function collect(readings: AsyncIterable<Reading>): Promise<Reading[]> {
  const all: Reading[] = [];
  for await (const reading of readings) all.push(reading);
  return all;
}

/** What every engine promises; see the invariants at `Readings`. */
export function describeReadings(name: string, create: () => Promise<EngineUnderTest>): void {
  describe(`readings in ${name}`, () => {
    const start = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
    let engine: EngineUnderTest;
    let clock: ReturnType<typeof createManualClock>;
    let readings: Readings;

    beforeEach(async () => {
      engine = await create();
      clock = createManualClock(start);
      readings = await engine.open({ clock });
    });

    afterEach(async () => {
      await readings.close();
      await engine.dispose?.();
    });

    const keepMany = async (texts: readonly string[]): Promise<Reading[]> => {
      const kept: Reading[] = [];
      for (const text of texts) {
        kept.push(await readings.keep(newReading(text)));
        clock.advance(10);
      }
      return kept;
    };

    it('gives back what was kept, with an id, a time and no correction', async () => {
      const { picture, prepared, ...rest } = newReading('407', { label: '407' });
      const kept = await readings.keep({ ...rest, picture, prepared });
      expect(kept).toEqual({
        ...rest,
        written: '407',
        id: kept.id,
        time: '2026-01-02T03:04:05.678Z',
        corrected: null,
      });
      expect(await readings.get(kept.id)).toEqual(kept);
      expect(await readings.picture(kept.id)).toEqual(picture);
      expect(await readings.prepared(kept.id)).toEqual(prepared);
      expect(await readings.count()).toBe(1);
    });

    it('keeps every byte value of a picture, and a picture of megabytes', async () => {
      for (const length of [0, 1, 256, 40_000, 3_000_000]) {
        const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
        const { id } = await readings.keep(newReading('1', { picture: { type: 'image/webp', bytes } }));
        const picture = await readings.picture(id);
        expect(picture?.type).toBe('image/webp');
        expect(Buffer.compare(picture!.bytes, bytes)).toBe(0);
      }
    });

    it('keeps text of several lines and sources in any script', async () => {
      const { id } = await readings.keep(newReading('12 3\n45', { source: '小明 "a",\u2028\0;' }));
      expect(await readings.get(id)).toMatchObject({ text: '12 3\n45', source: '小明 "a",\u2028\0;' });
    });

    it('refuses a reading without one prepared picture for each digit', async () => {
      await expect(readings.keep(newReading('47', { prepared: [] }))).rejects.toThrow(RangeError);
      await expect(readings.keep(newReading('4', { prepared: [new Uint8Array(783)] }))).rejects.toThrow(
        RangeError,
      );
      expect(await readings.count()).toBe(0);
    });

    it('gives ids that are UUIDv7 of the time and only grow within one millisecond', async () => {
      const kept = await Promise.all(Array.from({ length: 300 }, () => readings.keep(newReading('1'))));
      const ids = kept.map(({ id }) => id);
      expect(ids).toEqual([...ids].sort());
      expect(new Set(ids).size).toBe(300);
      for (const id of ids)
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(Number.parseInt(ids[0]!.replaceAll('-', '').slice(0, 12), 16)).toBe(start);
    });

    it('gives greater ids after the clock has stepped back', async () => {
      const [first] = await keepMany(['1']);
      clock.advance(-3_600_000);
      const second = await readings.keep(newReading('2'));
      expect(second.id > first!.id).toBe(true);
      expect(second.time < first!.time).toBe(true);
      expect((await readings.list()).readings.map(({ text }) => text)).toEqual(['2', '1']);
    });

    it('gives greater ids than one that was removed', async () => {
      const [, removed] = await keepMany(['1', '2']);
      await readings.remove(removed!.id);
      clock.advance(-3_600_000);
      expect((await readings.keep(newReading('3'))).id > removed!.id).toBe(true);
    });

    it('lists newest first, 50 unless told', async () => {
      await keepMany(Array.from({ length: 60 }, (_, i) => String(i)));
      const page = await readings.list();
      expect(page.readings.map(({ text }) => text)).toEqual(
        Array.from({ length: 50 }, (_, i) => String(59 - i)),
      );
      expect(page.next).toBe(page.readings[49]!.id);
    });

    it('pages through everything once, while new readings arrive and the cursor itself is removed', async () => {
      await keepMany(Array.from({ length: 10 }, (_, i) => String(i)));
      const seen: string[] = [];
      let before: string | undefined;
      do {
        const page = await readings.list({ limit: 3, before });
        seen.push(...page.readings.map(({ text }) => text));
        before = page.next ?? undefined;
        await keepMany(['99']);
        if (before) await readings.remove(before);
      } while (before);
      expect(seen).toEqual(['9', '8', '7', '6', '5', '4', '3', '2', '1', '0']);
    });

    it('says that there is no next page exactly when there is none', async () => {
      await keepMany(['1', '2', '3', '4']);
      expect((await readings.list({ limit: 4 })).next).toBeNull();
      expect((await readings.list({ limit: 3 })).next).not.toBeNull();
      expect(await readings.list({ before: (await readings.list()).readings[3]!.id })).toEqual({
        readings: [],
        next: null,
      });
    });

    it('filters by text in the text or the correction', async () => {
      const [, second] = await keepMany(['123', '456', '7123', '9']);
      await readings.correct(second!.id, 'a12');
      const texts = async (text: string, limit = 50) =>
        (await readings.list({ text, limit })).readings.map((reading) => reading.text);
      expect(await texts('12')).toEqual(['7123', '456', '123']);
      expect(await texts('12', 2)).toEqual(['7123', '456']);
      expect(await texts('56')).toEqual(['456']);
      expect(await texts('0')).toEqual([]);
      expect((await texts('')).length).toBe(4);
    });

    it('keeps what stands there, the detector and the cells of a grid, and finds by it', async () => {
      const more = {
        written: '12,34',
        detector: 'f00f00f00f00',
        cells: { rows: 1, columns: 2, texts: [['12', '34']] },
      };
      const kept = await readings.keep(newReading('12 34', more));
      await readings.keep(newReading('12 34'));
      expect(kept).toMatchObject({ text: '12 34', ...more });
      expect(await readings.get(kept.id)).toEqual(kept);
      const { readings: found } = await readings.list({ text: '2,3' });
      expect(found.map(({ id }) => id)).toEqual([kept.id]);
    });

    it('filters by unsure, both ways, and with text', async () => {
      await readings.keep(newReading('12', { unsure: true }));
      await readings.keep(newReading('13'));
      await readings.keep(newReading('14', { unsure: true }));
      const texts = async (query: object) =>
        (await readings.list(query)).readings.map((reading) => reading.text);
      expect(await texts({ unsure: true })).toEqual(['14', '12']);
      expect(await texts({ unsure: false })).toEqual(['13']);
      expect(await texts({ unsure: true, text: '2' })).toEqual(['12']);
    });

    it('finds the one match among many more than a chunk', async () => {
      await readings.keep(newReading('8'));
      await Promise.all(Array.from({ length: 700 }, () => readings.keep(newReading('1'))));
      const page = await readings.list({ text: '8', limit: 1 });
      expect(page.readings.length).toBe(1);
      expect(page.next).toBeNull();
    });

    it('loads a reading of another store with its id, its time and its correction', async () => {
      const more = { written: '4,7', detector: 'f00f00f00f00', label: '47', corrected: '4\0 1' };
      const cells = { rows: 1, columns: 1, texts: [['47']] };
      const loaded = wholeReading(start - 86_400_000, '47', { ...more, cells });
      expect(await readings.load(loaded)).toBe(true);
      const { picture, prepared, ...reading } = loaded;
      expect(await readings.get(loaded.id)).toEqual(reading);
      expect(await readings.picture(loaded.id)).toEqual(picture);
      expect(await readings.prepared(loaded.id)).toEqual(prepared);
      expect((await readings.list({ text: '4\0' })).readings).toEqual([reading]);
      expect(await readings.count()).toBe(1);
      expect(await readings.correct(loaded.id, null)).toEqual({ ...reading, corrected: null });
    });

    it('puts what is loaded in its place among the others', async () => {
      const [first, second] = await keepMany(['1', '2']);
      for (const [time, text] of [
        [start + 5, '3'],
        [start - 5, '4'],
        [start + 5000, '5'],
      ] as const)
        await readings.load(wholeReading(time, text));
      const listed = await collect(readings.all());
      expect(listed.map(({ text }) => text)).toEqual(['5', '2', '3', '1', '4']);
      const page = await readings.list({ before: second!.id, limit: 2 });
      expect(page).toMatchObject({ readings: [{ text: '3' }, { id: first!.id }], next: first!.id });
    });

    it('changes nothing where there is a reading of that id', async () => {
      const [kept] = await keepMany(['1']);
      await readings.correct(kept!.id, '7');
      expect(await readings.load(wholeReading(start, '2', { id: kept!.id }))).toBe(false);
      expect(await readings.get(kept!.id)).toEqual({ ...kept, corrected: '7' });
      expect(await readings.picture(kept!.id)).toEqual(newReading('1').picture);
      const twice = ['3', '4'].map((text) => readings.load(wholeReading(start - 1, text)));
      expect(await Promise.all(twice)).toEqual([true, false]);
      expect((await readings.list({ text: '3' })).readings.length).toBe(1);
      expect(await readings.count()).toBe(2);
    });

    it('gives greater ids than one that was loaded, also after that was removed', async () => {
      const loaded = wholeReading(start + 3_600_000);
      await readings.load(loaded);
      const kept = await readings.keep(newReading('1'));
      expect(kept.id > loaded.id).toBe(true);
      expect(kept.time).toBe(new Date(start).toISOString());
      const later = wholeReading(start + 7_200_000);
      await readings.load(later);
      await readings.remove(later.id);
      expect((await readings.keep(newReading('2'))).id > later.id).toBe(true);
    });

    it('refuses to load what no store has kept', async () => {
      const good = wholeReading(start);
      for (const bad of [
        { id: '' },
        { id: '0198c0de-0000-4000-8000-000000000000' },
        { id: good.id.toUpperCase() },
        { id: 'ffffffff-ffff-7fff-bfff-ffffffffffff' },
        { time: '' },
        { time: '2026-01-02' },
        { time: '2026-02-30T00:00:00.000Z' },
        { prepared: [] },
      ])
        await expect(readings.load({ ...good, ...bad }), JSON.stringify(bad)).rejects.toThrow(RangeError);
      expect(await readings.count()).toBe(0);
    });

    it('takes the first id of a time for a cursor: what is older comes after it', async () => {
      const kept = await keepMany(['1', '2', '3']);
      const before = firstIdAt(Date.parse(kept[1]!.time));
      expect((await readings.list({ before })).readings).toEqual([kept[0]]);
      expect((await readings.list({ before: firstIdAt(0) })).readings).toEqual([]);
    });

    it('refuses a cursor that never was an id, and a limit out of bounds', async () => {
      for (const before of ['', 'x', '0', '01234567-89ab-4def-8123-456789abcdef', `${'a'.repeat(5000)}`])
        await expect(readings.list({ before })).rejects.toMatchObject({ code: 'READINGS_CURSOR_INVALID' });
      for (const limit of [0, -1, 1.5, 1001, Number.NaN])
        await expect(readings.list({ limit })).rejects.toThrow(RangeError);
    });

    it('corrects, corrects again and takes the correction back; the machine’s text stays', async () => {
      const [kept] = await keepMany(['47']);
      expect(await readings.correct(kept!.id, '41')).toEqual({ ...kept, corrected: '41' });
      expect(await readings.correct(kept!.id, '')).toEqual({ ...kept, corrected: '' });
      expect(await readings.get(kept!.id)).toEqual({ ...kept, corrected: '' });
      expect(await readings.correct(kept!.id, null)).toEqual(kept);
      expect(await readings.picture(kept!.id)).toEqual(newReading('47').picture);
    });

    it('removes a reading with everything that belongs to it', async () => {
      const [first, second] = await keepMany(['1', '2']);
      expect(await readings.remove(first!.id)).toBe(true);
      expect(await readings.remove(first!.id)).toBe(false);
      expect(await readings.get(first!.id)).toBeUndefined();
      expect(await readings.picture(first!.id)).toBeUndefined();
      expect(await readings.prepared(first!.id)).toBeUndefined();
      expect(await readings.correct(first!.id, '3')).toBeUndefined();
      expect((await readings.list()).readings).toEqual([second]);
      expect(await readings.count()).toBe(1);
    });

    it('answers an unknown or impossible id with nothing', async () => {
      for (const id of ['', '0198c0de-0000-7000-8000-000000000000', 'no id', '\0', 'x'.repeat(5000)]) {
        expect(await readings.get(id)).toBeUndefined();
        expect(await readings.picture(id)).toBeUndefined();
        expect(await readings.prepared(id)).toBeUndefined();
        expect(await readings.correct(id, '1')).toBeUndefined();
        expect(await readings.remove(id)).toBe(false);
      }
    });

    it('streams everything newest first, without what arrives meanwhile', async () => {
      await Promise.all(Array.from({ length: 600 }, (_, i) => readings.keep(newReading(String(i)))));
      const stream = readings.all()[Symbol.asyncIterator]();
      const first = await stream.next();
      expect(first.value.text).toBe('599');
      await readings.keep(newReading('999'));
      const rest = await collect({ [Symbol.asyncIterator]: () => stream });
      expect(rest.map(({ text }) => text)).toEqual(Array.from({ length: 599 }, (_, i) => String(598 - i)));
    });

    it('stops streaming and searching when told', async () => {
      await Promise.all(Array.from({ length: 600 }, () => readings.keep(newReading('1'))));
      const controller = new AbortController();
      const stream = readings.all({ signal: controller.signal })[Symbol.asyncIterator]();
      await stream.next();
      controller.abort(new Error('enough'));
      await expect(collect({ [Symbol.asyncIterator]: () => stream })).rejects.toThrow('enough');
      await expect(readings.list({ text: '2', signal: controller.signal })).rejects.toThrow('enough');
    });

    it('shares nothing with the caller', async () => {
      const given = newReading('5');
      const keeping = readings.keep(given);
      // At once: what was handed in may change while it waits for its commit.
      given.picture.bytes.fill(0);
      given.prepared[0]!.fill(0);
      const kept = await keeping;
      const [listed] = (await readings.list()).readings;
      (listed!.digits as unknown[]).length = 0;
      const picture = await readings.picture(kept.id);
      expect(picture).toEqual(newReading('5').picture);
      picture!.bytes.fill(0);
      expect(await readings.picture(kept.id)).toEqual(newReading('5').picture);
      expect(await readings.prepared(kept.id)).toEqual(newReading('5').prepared);
      expect((await readings.get(kept.id))?.digits.length).toBe(1);
    });

    it('orders writes to one reading as they were asked for', async () => {
      const [kept] = await keepMany(['1']);
      const answers = await Promise.all([
        readings.correct(kept!.id, '2'),
        readings.correct(kept!.id, '3'),
        readings.remove(kept!.id),
        readings.correct(kept!.id, '4'),
        readings.remove(kept!.id),
      ]);
      expect(answers.map((answer) => (typeof answer === 'object' ? answer?.corrected : answer))).toEqual([
        '2',
        '3',
        true,
        undefined,
        false,
      ]);
    });

    it('finishes what was accepted when closed, and refuses everything afterwards', async () => {
      const accepted = readings.keep(newReading('6'));
      const closing = readings.close();
      expect(readings.closed).toBe(true);
      expect((await accepted).text).toBe('6');
      await closing;
      await readings.close();
      const closed = { code: 'BASE_CLOSED' };
      await expect(readings.keep(newReading('7'))).rejects.toMatchObject(closed);
      await expect(readings.load(wholeReading(start))).rejects.toMatchObject(closed);
      await expect(readings.get('x')).rejects.toMatchObject(closed);
      await expect(readings.list()).rejects.toMatchObject(closed);
      await expect(readings.remove('x')).rejects.toMatchObject(closed);
      await expect(readings.count()).rejects.toMatchObject(closed);
      await expect(collect(readings.all())).rejects.toMatchObject(closed);
    });

    it('destroys itself with writes under way', async () => {
      const writes = Promise.allSettled(
        Array.from({ length: 20 }, async () => readings.keep(newReading('6'))),
      );
      await readings.destroy(new Error('stop'));
      await writes;
      await readings.close();
      await expect(readings.count()).rejects.toMatchObject({ code: 'BASE_CLOSED' });
    });

    it('corrects, removes and gives greater ids also through a store whose clock is behind', async () => {
      if (engine.durable === false || engine.shared === false) return;
      const [kept] = await keepMany(['1']);
      const { id } = kept!;
      await readings.correct(id, 'first');
      await using behind = await engine.open({ clock: createManualClock(start - 3_600_000) });
      expect(await behind.correct(id, 'second')).toMatchObject({ corrected: 'second' });
      expect(await readings.get(id)).toMatchObject({ corrected: 'second' });
      await behind.correct(id, null);
      expect(await readings.get(id)).toEqual(kept);
      await readings.correct(id, 'third');
      await behind.correct(id, 'fourth');
      expect(await readings.get(id)).toMatchObject({ corrected: 'fourth' });
      const later = await behind.keep(newReading('2'));
      expect(later.id > id).toBe(true);
      expect(await behind.remove(id)).toBe(true);
      expect(await readings.get(id)).toBeUndefined();
      expect(await readings.picture(id)).toBeUndefined();
      expect(await readings.count()).toBe(1);
      expect((await readings.list()).readings).toEqual([later]);
    });

    it('is the same after it was closed and opened again, and ids go on growing', async () => {
      if (engine.durable === false) return;
      const kept = await keepMany(['1', '2', '3']);
      await readings.correct(kept[1]!.id, '7');
      await readings.remove(kept[0]!.id);
      const before = await collect(readings.all());
      await readings.close();
      clock.advance(-86_400_000);
      readings = await engine.open({ clock });
      expect(await collect(readings.all())).toEqual(before);
      expect(await readings.count()).toBe(2);
      expect(await readings.picture(kept[2]!.id)).toEqual(newReading('3').picture);
      expect((await readings.keep(newReading('4'))).id > kept[2]!.id).toBe(true);
    });
  });
}
