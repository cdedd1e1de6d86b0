import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import * as node from './gzip.ts';
import * as browser from './gzip-browser.ts';
import { gunzipsLater } from './gzip-member.ts';

const mebibyte = 2 ** 20;
const ample = 64 * mebibyte;
const code = (name: string) => expect.objectContaining({ code: name });

/** JSON as a long reply has it. */
const words = (length: number) =>
  Buffer.from(
    Array.from({ length: length / 16 }, (_, i) => `{"id":${i},"t":"${(i * 7919) % 1000}"}`)
      .join('')
      .slice(0, length),
  );

/** A member with every optional part of the header. */
function ornate(payload: Uint8Array): Buffer {
  const plain = gzipSync(payload);
  const head = Buffer.from(plain.subarray(0, 10));
  head[3] = 2 | 4 | 8 | 16;
  const extra = Buffer.from([3, 0, 1, 2, 3]);
  return Buffer.concat([
    head,
    extra,
    Buffer.from('name\0comment\0'),
    Buffer.from([0, 0]),
    plain.subarray(10),
  ]);
}

describe.each([
  ['Node', node],
  ['browsers', browser],
])('gzip in %s', (_, { gzip, gunzip, gunzipLater }) => {
  test.each([0, 1, 1437, 20_000, 300_000])(
    '%i bytes come back as they were, through zlib too',
    async (length) => {
      for (const payload of [words(length), randomBytes(length), Buffer.alloc(length)]) {
        const member = gzip(payload, ample);
        expect(Buffer.compare(gunzip(member, length), payload)).toBe(0);
        expect(Buffer.compare(await gunzipLater(member, length), payload)).toBe(0);
        expect(Buffer.compare(gunzipSync(member), payload)).toBe(0);
        expect(Buffer.compare(gunzip(gzipSync(payload), length), payload)).toBe(0);
      }
    },
  );

  test('compresses text', () => {
    expect(gzip(words(100_000), ample).length).toBeLessThan(40_000);
  });

  test('takes a header with all its parts', () => {
    expect(Buffer.from(gunzip(ornate(words(500)), 500))).toEqual(words(500));
  });

  test('refuses what is more than the limit by its own word, before it inflates', async () => {
    const bomb = gzipSync(Buffer.alloc(ample));
    expect(() => gunzip(bomb, ample - 1)).toThrow(code('WIRE_INFLATED_TOO_LARGE'));
    await expect(gunzipLater(bomb, ample - 1)).rejects.toThrow(code('WIRE_INFLATED_TOO_LARGE'));
  });

  test('a bomb that lies about its size costs no more than it says', async () => {
    const bomb = Buffer.from(gzipSync(Buffer.alloc(mebibyte)));
    bomb.writeUInt32LE(100, bomb.length - 4);
    expect(() => gunzip(bomb, ample)).toThrow(code('WIRE_GZIP_INVALID'));
    await expect(gunzipLater(bomb, ample)).rejects.toThrow(code('WIRE_GZIP_INVALID'));
    const boast = Buffer.from(gzipSync(Buffer.from('small')));
    boast.writeUInt32LE(ample, boast.length - 4);
    expect(() => gunzip(boast, ample)).toThrow(code('WIRE_GZIP_INVALID'));
  });

  test('refuses all that is not exactly one member', async () => {
    const member = gzipSync(words(3000));
    const changed = (at: number, to: number) => {
      const copy = Buffer.from(member);
      copy[at < 0 ? copy.length + at : at] = to;
      return copy;
    };
    const wrong = [
      Buffer.alloc(0),
      Buffer.alloc(2000),
      randomBytes(2000),
      Buffer.concat([member, Buffer.from([0])]),
      Buffer.concat([member, Buffer.alloc(100)]),
      Buffer.concat([member, member]),
      Buffer.concat([gzipSync(''), member]),
      // The bytes that follow end as the member does.
      Buffer.concat([member, Buffer.from('x'), member.subarray(-8)]),
      changed(0, 0x1e),
      changed(2, 7),
      changed(3, 0x80),
      changed(3, 4),
      changed(3, 8),
      changed(-1, 1),
      changed(-4, member.at(-4)! ^ 1),
      changed(-8, member.at(-8)! ^ 1),
      changed(60, member[60]! ^ 0xff),
    ];
    for (const [i, bytes] of wrong.entries()) {
      expect(() => gunzip(bytes, mebibyte), `no. ${i}`).toThrow(
        code(expect.stringMatching(/^WIRE_GZIP_INVALID|^WIRE_INFLATED/) as never),
      );
      await expect(gunzipLater(bytes, mebibyte), `no. ${i}`).rejects.toThrow(
        code(expect.stringMatching(/^WIRE_/) as never),
      );
    }
    for (let end = 0; end < member.length; end++)
      expect(() => gunzip(member.subarray(0, end), ample)).toThrow(
        code(expect.stringMatching(/^WIRE_/) as never),
      );
  });

  test('what inflates to much is for another thread', () => {
    expect(gunzipsLater(gzip(Buffer.alloc(mebibyte), ample))).toBe(true);
    expect(gunzipsLater(gzip(words(5000), ample))).toBe(false);
    expect(gunzipsLater(new Uint8Array(0))).toBe(false);
  });
});

test('what does not shrink, or would take long, is stored, unless only compressing makes it fit', () => {
  const large = words(2 * mebibyte);
  const noise = randomBytes(200_000);
  expect(node.gzip(large, ample).length).toBeGreaterThan(large.length);
  expect(node.gzip(large, large.length).length).toBeLessThan(large.length / 2);
  expect(node.gzip(noise, ample).length).toBeLessThan(noise.length + 400);
  for (const payload of [large, noise])
    expect(Buffer.compare(node.gunzip(node.gzip(payload, ample), ample), payload)).toBe(0);
});
