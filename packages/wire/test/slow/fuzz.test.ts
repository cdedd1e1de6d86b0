import { gzipSync } from 'node:zlib';
import { createRandom, type Random } from '@inkwire/base';
import { expect, test } from 'vitest';
import { decodeCommand } from '../../src/codec/command-codec.ts';
import { decodeReply } from '../../src/codec/reply-codec.ts';
import { WireError } from '../../src/errors.ts';
import { Allowance } from '../../src/frames/allowance.ts';
import { FrameDecoder } from '../../src/frames/frame-decoder.ts';
import { gunzip } from '../../src/frames/gzip.ts';
import { keptHeap } from '../kept-heap.ts';

/* Bytes that nobody sent on purpose: a million of inputs with INKWIRE_LONG=1, and others with INKWIRE_FUZZ_SEED. */

const rounds = process.env.INKWIRE_LONG === '1' ? 1_000_000 : 30_000;
const seed = Number(process.env.INKWIRE_FUZZ_SEED ?? 1);
const limit = 64 * 1024;

const golden = [
  '0000000a0a080a02743112026b31',
  '0000001c221a0a067461626c653112100a0568656c6c6f12070a05776f726c64',
  '0000000952070a056c6f626279',
  '0000000b5a090a056c6f6262791001',
  '0000001a62180a056c6f626279120218011202180212070a0568656c6c6f',
  '0000000308c801',
  '0000000508c8011a00',
  '0000000708c8011a021807',
].map((hex) => Buffer.from(hex, 'hex'));

function packed(payload: Uint8Array): Buffer {
  const member = gzipSync(payload);
  const header = Buffer.alloc(4);
  header.writeUInt32BE(2 ** 31 + member.length);
  return Buffer.concat([header, member]);
}

const seeds = [
  ...golden,
  ...golden.map((frame) => packed(frame.subarray(4))),
  packed(Buffer.alloc(100_000)),
  packed(Buffer.alloc(3000, 7)),
];

const pick = <T>(random: Random, items: readonly T[]): T => items[random.below(items.length)]!;

/** Frames that were changed, cut, doubled and run together, or plain noise. */
function generated(random: Random): Buffer<ArrayBuffer> {
  if (random.below(10) === 0)
    return Buffer.from(Array.from({ length: random.below(64) }, () => random.below(256)));
  let bytes: Buffer<ArrayBuffer> = Buffer.concat(
    Array.from({ length: 1 + random.below(3) }, () => pick(random, seeds)),
  );
  for (let changes = random.below(4); changes > 0; changes--) bytes = changed(random, bytes);
  return bytes;
}

function changed(random: Random, bytes: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
  const at = random.below(bytes.length + 1);
  const to = Math.min(bytes.length, at + random.below(8));
  const before = bytes.subarray(0, at);
  switch (random.below(6)) {
    case 0:
      return Buffer.concat([before, bytes.subarray(to)]);
    case 1:
      return Buffer.concat([before, bytes.subarray(at, to), bytes.subarray(at)]);
    case 2:
      return Buffer.from(before);
    case 3:
      return Buffer.concat([
        before,
        Buffer.from([pick(random, [0, 1, 0x7f, 0x80, 0xff, 3, 4, 0x0b, 0x0c])]),
        bytes.subarray(at),
      ]);
    default: {
      const copy = Buffer.from(bytes);
      if (at < copy.length)
        copy[at] = random.below(3) === 0 ? copy[at]! ^ (1 << random.below(8)) : random.below(256);
      return copy;
    }
  }
}

/** Feeds it in chunks, reads every frame both ways, and answers how it ended. */
function outcome(random: Random, bytes: Buffer): string {
  const decoder = new FrameDecoder(new Allowance({ maxFrameBytes: limit }));
  try {
    for (let at = 0; at < bytes.length; ) {
      const to = Math.min(bytes.length, at + 1 + random.below(bytes.length));
      decoder.push(bytes.subarray(at, to));
      at = to;
      while (decoder.next()) read(decoder);
    }
    return decoder.waiting > 0 ? 'cut off' : 'read';
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return error.code;
  }
}

function read(decoder: FrameDecoder): void {
  let { bytes, start, end } = decoder;
  if (decoder.compressed) {
    bytes = gunzip(bytes.subarray(start, end), limit);
    start = 0;
    end = bytes.length;
  }
  let refusal: unknown;
  for (const decode of [decodeCommand, decodeReply]) {
    try {
      decode(bytes, start, end);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      refusal = error;
    }
  }
  if (refusal !== undefined) throw refusal;
}

test(`${rounds} inputs are read or refused with a code; nothing crashes, hangs or grows`, async () => {
  const random = createRandom(seed);
  const counts = new Map<string, number>();
  let settledHeap = 0;
  for (let round = 0; round < rounds; round++) {
    const bytes = generated(random);
    let ended: string;
    try {
      ended = outcome(random, bytes);
    } catch (error) {
      throw new Error(`Seed ${seed}, round ${round}: ${bytes.toString('hex')}`, { cause: error });
    }
    counts.set(ended, (counts.get(ended) ?? 0) + 1);
    if (round === Math.floor(rounds / 2)) settledHeap = await keptHeap();
  }
  expect((await keptHeap()) - settledHeap).toBeLessThan(8 * 2 ** 20);
  expect([...counts.keys()].sort()).toEqual([
    'WIRE_FRAME_TOO_LARGE',
    'WIRE_GZIP_INVALID',
    'WIRE_INFLATED_TOO_LARGE',
    'WIRE_MESSAGE_INVALID',
    'cut off',
    'read',
  ]);
});
