import fc from 'fast-check';
import type { Command, Pair, Reply, Value } from '../src/codec/messages.ts';

/** Generated messages for property tests. */

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ minLength: 60, maxLength: 300 }),
);
const binary = fc.oneof(fc.uint8Array({ maxLength: 12 }), fc.uint8Array({ minLength: 60, maxLength: 400 }));
const uint32 = fc.oneof(fc.nat({ max: 300 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
const int64 = fc.oneof(
  fc.bigInt({ min: -300n, max: 300n }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(2n ** 31n - 1n, 2n ** 31n, 2n ** 32n, -(2n ** 31n), -(2n ** 63n), 2n ** 63n - 1n),
);
// NaN has many bit patterns, of which reading keeps one.
const double = fc.double({ noNaN: true });

export const value: fc.Arbitrary<Value> = fc.oneof(
  fc.constant({ kind: 'none' } as const),
  text.map((value) => ({ kind: 'string', value }) as const),
  binary.map((value) => ({ kind: 'binary', value }) as const),
  int64.map((value) => ({ kind: 'integer', value }) as const),
  double.map((value) => ({ kind: 'float', value }) as const),
  fc.boolean().map((value) => ({ kind: 'bool', value }) as const),
);
const pair: fc.Arbitrary<Pair> = fc.record({ key: text, value: fc.option(value, { nil: undefined }) });
const ttlMs = fc.option(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), { nil: undefined });
const few = { maxLength: 6 };
const point = fc.tuple(double, double);
const picture = fc.oneof(
  binary.map((image) => ({ image })),
  fc.array(fc.array(point, few), few).map((strokes) => ({ strokes })),
);

export const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: fc.constantFrom('hget', 'hdel', 'hexist'), table: text, key: text }),
  fc.record({ kind: fc.constant('hgetall'), table: text }),
  fc.record({ kind: fc.constantFrom('hmget', 'hmdel', 'hmexist'), table: text, keys: fc.array(text, few) }),
  fc.record({ kind: fc.constant('hset'), table: text, pair: fc.option(pair, { nil: undefined }), ttlMs }),
  fc.record({ kind: fc.constant('hmset'), table: text, pairs: fc.array(pair, few), ttlMs }),
  fc.record({ kind: fc.constant('subscribe'), topic: text }),
  fc.record({ kind: fc.constant('unsubscribe'), topic: text, id: uint32 }),
  fc.record({ kind: fc.constant('publish'), topic: text, data: fc.array(value, few) }),
  fc.record({ kind: fc.constant('read'), picture, keep: fc.boolean() }),
  fc.record({ kind: fc.constant('lease'), bytes: binary }),
) as fc.Arbitrary<Command>;

export const reply: fc.Arbitrary<Reply> = fc.record({
  status: uint32,
  message: text,
  values: fc.array(value, few),
  pairs: fc.array(pair, few),
  reading: fc.option(text, { nil: undefined }),
  lease: fc.option(binary, { nil: undefined }),
});
