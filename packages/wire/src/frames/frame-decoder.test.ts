import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Allowance } from './allowance.ts';
import { FrameDecoder } from './frame-decoder.ts';

interface Frame {
  readonly payload: Uint8Array;
  readonly compressed: boolean;
}

function frame({ payload, compressed }: Frame): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32BE((payload.length + (compressed ? 2 ** 31 : 0)) >>> 0);
  return Buffer.concat([header, payload]);
}

const decoderOf = (maxFrameBytes: number) => new FrameDecoder(new Allowance({ maxFrameBytes }));

/** The frames in chunks, as one reads them; what was handed out is kept as it was handed out. */
function decoded(chunks: readonly Uint8Array[], maxFrameBytes = 2 ** 20): Frame[] {
  const decoder = decoderOf(maxFrameBytes);
  const views: Frame[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    while (decoder.next())
      views.push({
        payload: decoder.bytes.subarray(decoder.start, decoder.end),
        compressed: decoder.compressed,
      });
  }
  return views.map(({ payload, compressed }) => ({ payload: new Uint8Array(payload), compressed }));
}

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [0, ...[...places].sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((to, i) => bytes.subarray(at[i]!, to));
}

const three: Frame[] = [
  { payload: new Uint8Array(Buffer.from('hello')), compressed: false },
  { payload: new Uint8Array(0), compressed: false },
  { payload: new Uint8Array(Buffer.from('packed')), compressed: true },
];

test('frames are found whole, and split at every byte or every two', () => {
  const bytes = Buffer.concat(three.map(frame));
  expect(decoded([bytes])).toEqual(three);
  expect(decoded([...bytes].map((byte) => new Uint8Array([byte])))).toEqual(three);
  for (let first = 0; first <= bytes.length; first++)
    for (let second = first; second <= bytes.length; second++)
      expect(decoded(cut(bytes, [first, second]))).toEqual(three);
});

test('frames of all sizes are found however they are cut, and what was handed out stays as it was', () => {
  const anyFrame = fc.record({
    payload: fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ minLength: 900, maxLength: 3000 })),
    compressed: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(anyFrame, { maxLength: 8 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      (frames, places) => {
        const bytes = Buffer.concat(frames.map(frame));
        const chunks = cut(
          bytes,
          places.map((place) => place % (bytes.length + 1)),
        );
        const found = decoded(chunks);
        expect(found.length).toBe(frames.length);
        for (const [i, { payload, compressed }] of frames.entries()) {
          expect(Buffer.compare(found[i]!.payload, payload)).toBe(0);
          expect(found[i]!.compressed).toBe(compressed);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test.each([1, 1000, 2 ** 31 - 1])(
  'a length of exactly the limit, %i, is taken, and one more is refused',
  (limit) => {
    const header = Buffer.alloc(4);
    header.writeUInt32BE(limit);
    const decoder = decoderOf(limit);
    decoder.push(header);
    expect(decoder.next()).toBe(false);
    if (limit === 2 ** 31 - 1) return;
    header.writeUInt32BE(limit + 1);
    const other = decoderOf(limit);
    other.push(header);
    expect(() => other.next()).toThrow(expect.objectContaining({ code: 'WIRE_FRAME_TOO_LARGE' }));
  },
);

test('memory is taken for what arrived, not for what was promised', () => {
  const decoder = decoderOf(2 ** 31 - 1);
  decoder.push(Buffer.from('7fffffff', 'hex'));
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 100; i++) {
    expect(decoder.next()).toBe(false);
    decoder.push(Buffer.alloc(1000));
  }
  expect(decoder.waiting).toBe(100_004);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
});

test('a few bytes that wait do not hold the large chunk that they came in', () => {
  const decoder = decoderOf(2 ** 20);
  const large = Buffer.concat([
    frame({ payload: new Uint8Array(60_000), compressed: false }),
    Buffer.from([0, 0]),
  ]);
  decoder.push(large);
  expect(decoder.next()).toBe(true);
  expect(decoder.next()).toBe(false);
  expect(decoder.heldBytes).toBeLessThan(2000);
  decoder.push(Buffer.from('0001ff', 'hex'));
  expect(decoder.next()).toBe(true);
  expect(decoder.bytes[decoder.start]).toBe(0xff);
  expect(decoder.waiting).toBe(0);
});

test('what waits is counted on the allowance, and nothing else', () => {
  const allowance = new Allowance({ maxFrameBytes: 2 ** 20, maxHeldBytes: 2 ** 20 });
  const [one, other] = [new FrameDecoder(allowance), new FrameDecoder(allowance)];
  const whole = frame({ payload: new Uint8Array(100_000), compressed: false });
  for (const decoder of [one, other]) {
    decoder.push(new Uint8Array(whole.subarray(0, 60_000)));
    expect(decoder.next()).toBe(false);
  }
  expect(allowance.heldBytes).toBe(120_000);
  one.push(whole.subarray(60_000));
  expect(one.next()).toBe(true);
  expect(one.next()).toBe(false);
  expect(allowance.heldBytes).toBe(60_000);
  other.clear();
  expect(allowance.heldBytes).toBe(0);
});

test('a frame is refused at the byte that passes the allowance, before memory is taken for it', () => {
  const allowance = new Allowance({ maxFrameBytes: 2 ** 20, maxHeldBytes: 50_000 });
  const decoder = new FrameDecoder(allowance);
  decoder.push(Buffer.from('00100000', 'hex'));
  expect(decoder.next()).toBe(false);
  let pushed = 0;
  const pushOn = () => {
    for (; pushed < 2 ** 20; pushed += 1000) {
      decoder.push(new Uint8Array(1000));
      decoder.next();
      expect(decoder.heldBytes).toBeLessThanOrEqual(50_000);
    }
  };
  expect(pushOn).toThrow(expect.objectContaining({ code: 'WIRE_HELD_TOO_LARGE' }));
  expect(pushed).toBeGreaterThan(20_000);
});

test('a frame in pieces never takes more memory than it will be, with the piece behind it', () => {
  const allowance = new Allowance({ maxFrameBytes: 2 ** 20 });
  const decoder = new FrameDecoder(allowance);
  const bytes = frame({ payload: new Uint8Array(70_000), compressed: false });
  for (let at = 0; at < bytes.length; at += 1000) {
    decoder.push(new Uint8Array(bytes.subarray(at, at + 1000)));
    if (decoder.next()) break;
    expect(allowance.heldBytes).toBeLessThanOrEqual(70_004);
  }
  expect(decoder.end - decoder.start).toBe(70_000);
});

test('a decoder that waits for the next frame does not hold the last one', () => {
  const decoder = decoderOf(2 ** 20);
  decoder.push(frame({ payload: new Uint8Array(500_000), compressed: false }));
  expect(decoder.next()).toBe(true);
  expect(decoder.next()).toBe(false);
  expect(decoder.bytes.length).toBe(0);
  expect(decoder.heldBytes).toBe(0);
});
