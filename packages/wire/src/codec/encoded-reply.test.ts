import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FrameWriter } from '../frames/frame-writer.ts';
import { encodeCommand } from './command-codec.ts';
import {
  addBool,
  addEncodedPair,
  addEncodedValue,
  addInteger,
  addPublishedValues,
  beginOkReply,
  beginReply,
  okReplyBytes,
  pairReplyBytes,
  valueReplyBytes,
} from './encoded-reply.ts';
import { encodedValue } from './encoded-value.ts';
import type { Reply, Value } from './messages.ts';
import { encodeReply } from './reply-codec.ts';

const writer = new FrameWriter();

function written(write: () => void): Buffer {
  write();
  const bytes = Buffer.from(writer.payload);
  writer.abandon();
  return bytes;
}

function encoded(reply: Partial<Reply>): Buffer {
  return written(() => {
    writer.begin();
    encodeReply({ status: 200, message: '', values: [], pairs: [], ...reply }, writer);
  });
}

const value: fc.Arbitrary<Value> = fc.oneof(
  fc.constant<Value>({ kind: 'none' }),
  fc.record({ kind: fc.constant('string' as const), value: fc.string({ unit: 'grapheme', maxLength: 300 }) }),
  fc.record({ kind: fc.constant('binary' as const), value: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({ kind: fc.constant('bool' as const), value: fc.boolean() }),
);
const values = fc.array(value, { maxLength: 5 });

it('encoded values make the bytes of encodeReply, and as many as is said', () => {
  fc.assert(
    fc.property(values, (values) => {
      const kept = values.map(encodedValue);
      const bytes = written(() => {
        beginOkReply(writer);
        for (const one of kept) addEncodedValue(writer, one);
      });
      expect(bytes).toEqual(encoded({ values }));
      expect(bytes.length).toBe(
        kept.reduce((sum, { length }) => sum + valueReplyBytes(length), okReplyBytes),
      );
    }),
  );
});

it('encoded pairs make the bytes of a reply whose keys are there, and as many as is said', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ minLength: 1, maxLength: 300 }), value)), (entries) => {
      const kept = entries.map(([key, value]) => ({ key, value: encodedValue(value) }));
      const bytes = written(() => {
        beginOkReply(writer);
        for (const pair of kept) addEncodedPair(writer, pair);
      });
      expect(bytes).toEqual(encoded({ pairs: entries.map(([key, value]) => ({ key, value })) }));
      expect(bytes.length).toBe(
        kept.reduce(
          (sum, { key, value }) => sum + pairReplyBytes(Buffer.byteLength(key), value.length),
          okReplyBytes,
        ),
      );
    }),
  );
});

it('what was published is replied value by value', () => {
  fc.assert(
    fc.property(values, (data) => {
      const command = written(() => {
        writer.begin();
        encodeCommand({ kind: 'publish', topic: '', data }, writer);
      });
      // After the command's own tag and length.
      let start = 1;
      while (command[start++]! > 0x7f);
      const bytes = written(() => {
        beginOkReply(writer);
        addPublishedValues(writer, command, start, command.length);
      });
      expect(bytes).toEqual(encoded({ values: data }));
    }),
  );
});

it('a refusal, a bool and an integer', () => {
  expect(written(() => beginReply(writer, 404, 'Not found: ü'))).toEqual(
    encoded({ status: 404, message: 'Not found: ü' }),
  );
  for (const value of [true, false])
    expect(
      written(() => {
        beginOkReply(writer);
        addBool(writer, value);
      }),
    ).toEqual(encoded({ values: [{ kind: 'bool', value }] }));
  for (const value of [0, 7, 200, 2 ** 32 - 1])
    expect(
      written(() => {
        beginOkReply(writer);
        addInteger(writer, value);
      }),
    ).toEqual(encoded({ values: [{ kind: 'integer', value: BigInt(value) }] }));
});
