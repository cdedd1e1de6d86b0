import { createManualClock, type ManualClock } from '@inkwire/base';
import { encodedValue, encodeReply, FrameWriter, type Reply, type Value } from '@inkwire/wire';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { KvError } from '../src/errors.ts';
import type { TableLimits } from '../src/tables/limits.ts';
import type { EncodedPair, EncodedValue, Tables } from '../src/tables/tables.ts';

/** What an engine gives to be tested. */
export interface Engine {
  open(options: { readonly clock: ManualClock; readonly limits: TableLimits }): Promise<Tables> | Tables;
  dispose(): Promise<void>;
}

/** The bytes of a `Value` that holds a short text. */
export const text = (content: string): EncodedValue => {
  const bytes = Buffer.from(content);
  return Uint8Array.of(0x0a, bytes.length, ...bytes);
};

const plain = (value: EncodedValue | undefined) => value && Uint8Array.from(value);
const sorted = (pairs: readonly EncodedPair[] | undefined) =>
  [...pairs!].map(({ key, value }) => [key, plain(value)] as const).sort(([a], [b]) => (a < b ? -1 : 1));

/** Names that look like one another, or like what separates names. */
const names = [
  '',
  'a',
  'b',
  'ab',
  ':',
  'a:b',
  'a\0',
  '\0',
  '\0a',
  '🖋',
  'é',
  '\u0001',
  '\uffff',
  'ÿÿ',
  '__proto__',
];

/** The contract of `Tables`, which every engine passes. */
export function describeTables(name: string, createEngine: () => Promise<Engine>): void {
  describe(`tables: ${name}`, () => {
    const opened: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const end of opened.splice(0)) await end();
    });

    async function create(limits: TableLimits = {}): Promise<{ tables: Tables; clock: ManualClock }> {
      const engine = await createEngine();
      const clock = createManualClock(1_700_000_000_000);
      const tables = await engine.open({ clock, limits });
      opened.push(async () => {
        await tables.close();
        await engine.dispose();
      });
      return { tables, clock };
    }

    it('gives what was set, and what was there before', async () => {
      const { tables } = await create();
      expect(await tables.hget('t', 'k')).toBeUndefined();
      expect(await tables.hset('t', 'k', text('1'))).toBeUndefined();
      expect(plain(await tables.hset('t', 'k', text('2')))).toEqual(text('1'));
      expect(plain(await tables.hget('t', 'k'))).toEqual(text('2'));
      expect(await tables.hexist('t', 'k')).toBe(true);
      expect(plain(await tables.hdel('t', 'k'))).toEqual(text('2'));
      expect(await tables.hdel('t', 'k')).toBeUndefined();
      expect(await tables.hexist('t', 'k')).toBe(false);
      expect(tables.size).toEqual({ keys: 0, bytes: 0 });
    });

    it('tells a value of nothing from no value', async () => {
      const { tables } = await create();
      await tables.hset('t', 'k', new Uint8Array(0));
      expect(plain(await tables.hget('t', 'k'))).toEqual(new Uint8Array(0));
      expect(await tables.hexist('t', 'k')).toBe(true);
      expect(plain(await tables.hdel('t', 'k'))).toEqual(new Uint8Array(0));
    });

    it('keeps every name apart from every other', async () => {
      const { tables } = await create();
      for (const table of names)
        for (const key of names)
          await tables.hset(table, key, text(`${names.indexOf(table)},${names.indexOf(key)}`));
      for (const [i, table] of names.entries()) {
        const values = await tables.hmget(table, names);
        expect(values!.map(plain)).toEqual(names.map((_, j) => text(`${i},${j}`)));
        expect(sorted(await tables.hgetall(table)).map(([key]) => key)).toEqual([...names].sort());
      }
      expect(tables.size.keys).toBe(names.length ** 2);
      await tables.hmdel('a', names);
      expect(await tables.hgetall('a')).toEqual([]);
      expect((await tables.hgetall('a\0'))!.length).toBe(names.length);
    });

    it('does many at once, in the order of the keys', async () => {
      const { tables } = await create();
      const pairs = [
        { key: 'a', value: text('1') },
        { key: 'b', value: text('2') },
        { key: 'a', value: text('3') },
      ];
      expect((await tables.hmset('t', pairs))!.map(plain)).toEqual([undefined, undefined, text('1')]);
      expect((await tables.hmget('t', ['b', 'x', 'a', 'b']))!.map(plain)).toEqual([
        text('2'),
        undefined,
        text('3'),
        text('2'),
      ]);
      expect(await tables.hmexist('t', ['b', 'x', 'a'])).toEqual([true, false, true]);
      expect(sorted(await tables.hgetall('t'))).toEqual([
        ['a', text('3')],
        ['b', text('2')],
      ]);
      expect((await tables.hmdel('t', ['a', 'x', 'a']))!.map(plain)).toEqual([
        text('3'),
        undefined,
        undefined,
      ]);
      expect(await tables.hmset('t', [])).toEqual([]);
      expect(await tables.hgetall('nothing')).toEqual([]);
    });

    it('carries out what was not awaited in the order of the calls', async () => {
      const { tables } = await create();
      const answers = [
        tables.hset('t', 'k', text('1')),
        tables.hget('t', 'k'),
        tables.hset('t', 'k', text('2')),
        tables.hmget('t', ['k', 'k']),
        tables.hdel('t', 'k'),
        tables.hexist('t', 'k'),
        tables.hmset('t', [{ key: 'k', value: text('3') }]),
        tables.hgetall('t'),
        tables.hset('t', 'k', text('4')),
      ];
      expect(await Promise.all(answers.map(async (answer) => answer))).toEqual([
        undefined,
        text('1'),
        text('1'),
        [text('2'), text('2')],
        text('2'),
        false,
        [undefined],
        [{ key: 'k', value: text('3') }],
        text('3'),
      ]);
      expect(plain(await tables.hget('t', 'k'))).toEqual(text('4'));
    });

    it('does what a map of maps does', async () => {
      const key = fc.constantFrom('a', 'b', 'c', ':');
      const value = fc.uint8Array({ maxLength: 20 });
      const step = fc.oneof(
        fc.record({ does: fc.constant('hset' as const), table: key, key, value }),
        fc.record({ does: fc.constantFrom('hget', 'hdel', 'hexist'), table: key, key }),
        fc.record({
          does: fc.constant('hmset' as const),
          table: key,
          pairs: fc.array(fc.record({ key, value })),
        }),
        fc.record({ does: fc.constantFrom('hmget', 'hmdel', 'hmexist'), table: key, keys: fc.array(key) }),
        fc.record({ does: fc.constant('hgetall' as const), table: key }),
      );
      const { tables } = await create();
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.boolean(), async (steps, awaited) => {
          const prefix = `${run++}:`;
          const model = new Map<string, EncodedValue>();
          const take = (name: string) => {
            const before = model.get(name);
            model.delete(name);
            return before;
          };
          const answers: unknown[] = [];
          const expected: unknown[] = [];
          for (const step of steps) {
            const table = prefix + step.table;
            const at = (key: string) => `${step.table}/${key}`;
            const put = ({ key, value }: EncodedPair) => {
              const before = model.get(at(key));
              model.set(at(key), value);
              return before;
            };
            switch (step.does) {
              case 'hset':
                answers.push(tables.hset(table, step.key, step.value));
                expected.push(put(step));
                break;
              case 'hmset':
                answers.push(tables.hmset(table, step.pairs));
                expected.push(step.pairs.map(put));
                break;
              case 'hgetall':
                answers.push(tables.hgetall(table));
                expected.push(
                  [...model].flatMap(([name, value]) =>
                    name.startsWith(`${step.table}/`)
                      ? [{ key: name.slice(step.table.length + 1), value }]
                      : [],
                  ),
                );
                break;
              default: {
                const one = {
                  hget: (name: string) => model.get(name),
                  hdel: take,
                  hexist: (name: string) => model.has(name),
                };
                const does = step.does.replace('hm', 'h') as keyof typeof one;
                if ('keys' in step) {
                  answers.push(tables[step.does as 'hmget'](table, step.keys));
                  expected.push(step.keys.map((key) => one[does](at(key))));
                } else {
                  answers.push(tables[does as 'hget'](table, step.key));
                  expected.push(one[does](at(step.key)));
                }
              }
            }
            if (awaited) answers.push(await (answers.pop() as Promise<unknown>));
          }
          const shape = (answer: unknown): unknown => {
            if (answer instanceof Uint8Array) return Uint8Array.from(answer);
            if (!Array.isArray(answer)) return answer;
            const list = answer as readonly EncodedPair[];
            return list[0] && typeof list[0] === 'object' && 'key' in list[0]
              ? sorted(list)
              : answer.map(shape);
          };
          expect((await Promise.all(answers)).map(shape)).toEqual(expected.map(shape));
        }),
        { numRuns: 60 },
      );
    });

    describe('expiry', () => {
      it('ends a key when its time has come, everywhere', async () => {
        const { tables, clock } = await create();
        await tables.hset('t', 'k', text('1'), 100);
        clock.advance(99);
        expect(plain(await tables.hget('t', 'k'))).toEqual(text('1'));
        clock.advance(1);
        expect(await tables.hget('t', 'k')).toBeUndefined();
        await tables.hset('t', 'k', text('1'), 100);
        clock.advance(100);
        expect(await tables.hexist('t', 'k')).toBe(false);
        await tables.hset('t', 'k', text('1'), 100);
        clock.advance(100);
        expect(await tables.hmget('t', ['k'])).toEqual([undefined]);
        await tables.hset('t', 'k', text('1'), 100);
        clock.advance(100);
        expect(await tables.hgetall('t')).toEqual([]);
        expect(await tables.hset('t', 'k', text('2'), 100)).toBeUndefined();
        clock.advance(100);
        expect(await tables.hdel('t', 'k')).toBeUndefined();
        await tables.hmset('t', [{ key: 'k', value: text('3') }], 100);
        clock.advance(100);
        expect(await tables.hmexist('t', ['k'])).toEqual([false]);
      });

      it('is set anew by every set, and taken away by one without', async () => {
        const { tables, clock } = await create();
        await tables.hset('t', 'longer', text('1'), 100);
        await tables.hset('t', 'shorter', text('1'), 10_000);
        await tables.hset('t', 'never', text('1'), 100);
        await tables.hset('t', 'longer', text('2'), 1000);
        await tables.hset('t', 'shorter', text('2'), 10);
        await tables.hset('t', 'never', text('2'));
        clock.advance(500);
        expect(await tables.hmexist('t', ['longer', 'shorter', 'never'])).toEqual([true, false, true]);
        clock.advance(1_000_000);
        expect(await tables.hmexist('t', ['longer', 'shorter', 'never'])).toEqual([false, false, true]);
      });

      it('is not remembered by a sweep once it was set anew', async () => {
        const { tables, clock } = await create();
        await tables.hset('t', 'never', text('1'), 100);
        await tables.hset('t', 'longer', text('1'), 100);
        await tables.hset('t', 'never', text('2'));
        await tables.hset('t', 'longer', text('2'), 1_000_000);
        for (let i = 0; i < 5; i++) {
          clock.advance(1000);
          // Stands behind the sweep of an engine that has to wait.
          await tables.hset('other', 'key', text('1'));
        }
        expect(await tables.hmexist('t', ['never', 'longer'])).toEqual([true, true]);
        expect(tables.size.keys).toBe(3);
        await tables.hdel('t', 'longer');
        clock.advance(2000);
        await tables.hset('other', 'key', text('1'));
        expect(clock.pending).toBe(0);
      });

      it('sweeps what nobody asks for, until nothing is left and no timer', async () => {
        const { tables, clock } = await create();
        const pairs = Array.from({ length: 2500 }, (_, i) => ({ key: `k${i}`, value: text('1') }));
        await tables.hmset('t', pairs, 50);
        await tables.hset('t', 'stays', text('1'));
        expect(tables.size.keys).toBe(2501);
        for (let i = 0; i < 20 && clock.pending > 0; i++) {
          clock.advance(1000);
          // A sweep of an engine that has to wait stands behind this.
          await tables.hset('other', 'key', text('1'));
          await tables.hdel('other', 'key');
        }
        expect(clock.pending).toBe(0);
        expect(tables.size.keys).toBe(1);
      });

      it('refuses a time that is none', async () => {
        const { tables } = await create();
        for (const ttlMs of [-1, 1.5, Number.NaN, 2 ** 53])
          await expect((async () => tables.hset('t', 'k', text('1'), ttlMs))()).rejects.toMatchObject({
            code: 'KV_TTL_INVALID',
          });
        await tables.hset('t', 'k', text('1'), 2 ** 52);
        expect(plain(await tables.hget('t', 'k'))).toEqual(text('1'));
      });
    });

    describe('limits', () => {
      const codeOf = async (does: () => unknown): Promise<string | undefined> => {
        try {
          await does();
          return undefined;
        } catch (error) {
          expect(error).toBeInstanceOf(KvError);
          return (error as KvError).code;
        }
      };

      it('names that are too long, counted in UTF-8', async () => {
        const { tables } = await create({ maxTableNameBytes: 10, maxKeyBytes: 12 });
        await tables.hset('é'.repeat(5), '🖋'.repeat(3), text('1'));
        expect(await tables.hexist('é'.repeat(5), '🖋'.repeat(3))).toBe(true);
        const long = 'é'.repeat(6);
        for (const does of [
          () => tables.hget(long, 'k'),
          () => tables.hset(long, 'k', text('1')),
          () => tables.hgetall(long),
          () => tables.hget('t', `${long}x`),
          () => tables.hset('t', `${long}x`, text('1')),
          () =>
            tables.hmset('t', [
              { key: 'a', value: text('1') },
              { key: `${long}x`, value: text('1') },
            ]),
          () => tables.hmget('t', ['a', `${long}x`]),
          () => tables.hmdel('t', ['a', `${long}x`]),
        ])
          expect(await codeOf(does)).toBe('KV_KEY_TOO_LONG');
        expect(await tables.hgetall('t')).toEqual([]);
      });

      it('takes the longest names there may be', async () => {
        const { tables } = await create();
        const table = 't'.repeat(512);
        const key = 'k'.repeat(1024);
        await tables.hset(table, key, text('1'), 1000);
        expect((await tables.hgetall(table))!.map(({ key }) => key)).toEqual([key]);
        expect(plain(await tables.hdel(table, key))).toEqual(text('1'));
      });

      it('a value that is too large', async () => {
        const { tables } = await create({ maxValueBytes: 100 });
        await tables.hset('t', 'k', new Uint8Array(100));
        expect(await codeOf(() => tables.hset('t', 'k', new Uint8Array(101)))).toBe('KV_VALUE_TOO_LARGE');
        expect(
          await codeOf(() =>
            tables.hmset('t', [
              { key: 'x', value: text('1') },
              { key: 'y', value: new Uint8Array(101) },
            ]),
          ),
        ).toBe('KV_VALUE_TOO_LARGE');
        expect((await tables.hgetall('t'))!.length).toBe(1);
      });

      it('more keys than a table may have, all or nothing', async () => {
        const { tables } = await create({ maxKeysPerTable: 3 });
        const pair = (key: string) => ({ key, value: text('1') });
        await tables.hmset('t', [pair('a'), pair('b')]);
        expect(await codeOf(() => tables.hmset('t', [pair('c'), pair('d')]))).toBe('KV_TABLE_FULL');
        expect((await tables.hgetall('t'))!.length).toBe(2);
        await tables.hmset('t', [pair('c'), pair('c'), pair('a')]);
        expect(await codeOf(() => tables.hset('t', 'd', text('1')))).toBe('KV_TABLE_FULL');
        await tables.hset('t', 'a', text('2'));
        await tables.hset('other', 'd', text('1'));
        await tables.hdel('t', 'a');
        await tables.hset('t', 'd', text('1'));
      });

      it('more bytes than all may have, all or nothing, until some are given back', async () => {
        const { tables } = await create({ maxTotalBytes: 5600, maxValueBytes: 4096 });
        const big = new Uint8Array(2000);
        await tables.hset('t', 'a', big);
        await tables.hset('t', 'b', big);
        expect(await codeOf(() => tables.hset('t', 'c', big))).toBe('KV_FULL');
        expect(await codeOf(() => tables.hset('t', 'a', new Uint8Array(4000)))).toBe('KV_FULL');
        expect(
          await codeOf(() =>
            tables.hmset('u', [
              { key: 'x', value: text('1') },
              { key: 'y', value: big },
            ]),
          ),
        ).toBe('KV_FULL');
        expect(await tables.hgetall('u')).toEqual([]);
        await tables.hset('t', 'b', text('1'));
        await tables.hset('t', 'c', big);
        await tables.hmdel('t', ['a', 'b', 'c']);
        expect(tables.size).toEqual({ keys: 0, bytes: 0 });
      });

      it('answers undefined for a table that is more than was asked for', async () => {
        const { tables } = await create();
        for (const key of ['a', 'b', 'c']) await tables.hset('t', key, new Uint8Array(1000));
        expect(await tables.hgetall('t', 2000)).toBeUndefined();
        expect((await tables.hgetall('t', 4000))!.length).toBe(3);
      });

      it('counts an answer as long as it is on the wire, to the byte', async () => {
        const { tables } = await create();
        const pairs = ['', 'a', 'é'.repeat(70), 'k'.repeat(200), 'expires'].map((key, i) => {
          const value: Value =
            i === 0 ? { kind: 'none' } : { kind: 'binary', value: new Uint8Array(40 * i ** 4) };
          return { key, value };
        });
        const keys = pairs.map(({ key }) => key);
        for (const { key, value } of pairs)
          await tables.hset('t', key, encodedValue(value), key === 'expires' ? 1_000_000 : 0);
        const lengthOf = (reply: Partial<Reply>) => {
          const writer = new FrameWriter();
          writer.begin();
          encodeReply({ status: 0, message: '', values: [], pairs: [], ...reply }, writer);
          return writer.payloadBytes;
        };
        const valuesBytes = lengthOf({ values: pairs.map(({ value }) => value) });
        const pairsBytes = lengthOf({ pairs });
        // proto3 leaves an empty key out, we do not.
        expect(await tables.hgetall('t', pairsBytes + 1)).toBeUndefined();
        expect((await tables.hgetall('t', pairsBytes + 2))!.length).toBe(5);
        expect(await tables.hmget('t', keys, valuesBytes - 1)).toBeUndefined();
        expect((await tables.hmget('t', keys, valuesBytes))!.length).toBe(5);
        const encoded = pairs.map(({ key, value }) => ({ key, value: encodedValue(value) }));
        expect((await tables.hmset('t', encoded, 0, valuesBytes))!.length).toBe(5);
        expect(await tables.hmset('t', encoded, 0, valuesBytes - 1)).toBeUndefined();
        // What cannot be answered is done all the same.
        expect(await tables.hmdel('t', keys, valuesBytes - 1)).toBeUndefined();
        expect(tables.size).toEqual({ keys: 0, bytes: 0 });
      });

      it('a large value that is asked for again and again costs no more than an answer may be', async () => {
        const { tables } = await create();
        await tables.hset('t', 'k', new Uint8Array(2 ** 20));
        const often = new Array<string>(100_000).fill('k');
        // While it is being written it is read behind the write.
        const written = tables.hset('t', 'k', new Uint8Array(2 ** 20));
        expect((await tables.hmget('t', often, 2 ** 24)) === undefined).toBe(true);
        await written;
        expect((await tables.hmget('t', often, 2 ** 24)) === undefined).toBe(true);
      });
    });

    it('answers what was begun, and nothing after its end', async () => {
      const { tables } = await create();
      const last = tables.hset('t', 'k', text('1'));
      const closing = tables.close();
      expect(await last).toBeUndefined();
      expect(() => tables.hget('t', 'k')).toThrow(expect.objectContaining({ code: 'BASE_CLOSED' }));
      await closing;
      for (const does of [
        () => tables.hget('t', 'k'),
        () => tables.hset('t', 'k', text('1')),
        () => tables.hmget('t', []),
        () => tables.hgetall('t'),
        () => tables.hmset('t', []),
        () => tables.hdel('t', 'k'),
      ])
        expect(does).toThrow(expect.objectContaining({ code: 'BASE_CLOSED' }));
      await tables.destroy();
      expect(tables.closed).toBe(true);
    });
  });
}
