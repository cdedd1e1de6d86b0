import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sharedWriter } from '../frames/frame-writer.ts';
import { decodeCommand, encodeCommand } from './command-codec.ts';
import { isPlainValue } from './encoded-value.ts';
import type { Command, Value } from './messages.ts';
import { PlainCommand } from './plain-command.ts';
import { decodeValue } from './value-codec.ts';

const plain = new PlainCommand();

const value: fc.Arbitrary<Value> = fc.oneof(
  fc.constant<Value>({ kind: 'none' }),
  fc.record({ kind: fc.constant('string' as const), value: fc.string({ unit: 'binary', maxLength: 80 }) }),
  fc.record({ kind: fc.constant('binary' as const), value: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({
    kind: fc.constant('integer' as const),
    value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  }),
  fc.record({ kind: fc.constant('float' as const), value: fc.double() }),
  fc.record({ kind: fc.constant('bool' as const), value: fc.boolean() }),
);
const text = fc.string({ unit: 'binary', maxLength: 40 });
const pair = fc.record({ key: text, value });
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('hget' as const, 'hexist' as const, 'hdel' as const),
    table: text,
    key: text,
  }),
  fc.record({ kind: fc.constant('hset' as const), table: text, pair, ttlMs: fc.constantFrom(undefined, 5) }),
  fc.record({ kind: fc.constant('publish' as const), topic: text, data: fc.array(value, { maxLength: 4 }) }),
);

function encode(command: Command): Uint8Array {
  sharedWriter.begin();
  encodeCommand(command, sharedWriter);
  const bytes = sharedWriter.payload.slice();
  sharedWriter.abandon();
  return bytes;
}

/** Whatever is recognised must be what the codec makes of the same bytes. */
function expectAgreement(bytes: Uint8Array): boolean {
  if (!plain.recognise(bytes, 0, bytes.length)) return false;
  const command = decodeCommand(bytes, 0, bytes.length) as Extract<
    Command,
    { kind: 'hget' | 'hset' | 'publish' }
  >;
  expect(command.kind).toBe(plain.kind);
  if (command.kind === 'publish') {
    expect(plain.table).toBe(command.topic);
    return true;
  }
  expect(plain.table).toBe(command.table);
  if (command.kind === 'hset') {
    expect(plain.key).toBe(command.pair!.key);
    expect(command.ttlMs).toBeUndefined();
    expect(decodeValue(bytes, plain.valueStart, plain.valueEnd)).toEqual(
      command.pair!.value ?? { kind: 'none' },
    );
  } else {
    expect(plain.key).toBe((command as { readonly key: string }).key);
  }
  return true;
}

it('recognises what encoders write, as the codec reads it', () => {
  let recognised = 0;
  fc.assert(
    fc.property(command, (command) => {
      if (expectAgreement(encode(command))) recognised++;
    }),
    { numRuns: 5000 },
  );
  expect(recognised).toBeGreaterThan(1500);
});

it('never takes for a command what the codec refuses or reads otherwise', () => {
  fc.assert(
    fc.property(
      command,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.nat(),
      (command, changes, cut) => {
        const bytes = encode(command);
        for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
        expectAgreement(bytes);
        expectAgreement(bytes.subarray(0, cut % (bytes.length + 1)));
      },
    ),
    { numRuns: 20_000 },
  );
});

it('takes for a plain value only what is encoded again to the same bytes', () => {
  for (const [hex, isPlain] of [
    ['', true],
    ['0a00', true],
    ['0a03616263', true],
    ['0a0361626364', false],
    ['0a02c328', false],
    ['0a03eda080', false],
    ['1200', true],
    ['1202ffff', true],
    ['1203ffff', false],
    ['1800', true],
    ['18ff01', true],
    ['188000', false],
    ['18', false],
    ['1880', false],
    ['18ffffffffffffffff7f', true],
    ['18ffffffffffffffffff01', false],
    ['210000000000000000', true],
    ['2100000000000000', false],
    ['2800', true],
    ['2801', true],
    ['2802', false],
    ['28010a00', false],
    ['3000', false],
  ] as const) {
    const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
    expect(isPlainValue(bytes, 0, bytes.length), hex).toBe(isPlain);
  }
});
