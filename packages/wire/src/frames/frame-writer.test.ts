import { expect, test } from 'vitest';
import { FrameWriter } from './frame-writer.ts';

/** Writes a frame of `length` bytes, each `byte`, asking for room in pieces. */
function put(writer: FrameWriter, length: number, byte: number): Uint8Array {
  writer.begin();
  for (let left = length; left > 0; ) {
    const piece = Math.min(left, 1000);
    writer.need(piece);
    writer.bytes.fill(byte, writer.at, writer.at + piece);
    writer.at += piece;
    left -= piece;
  }
  expect(writer.payloadBytes).toBe(length);
  const begun = writer.finish(false);
  return writer.bytes.subarray(begun, writer.at);
}

test('frames lie one after the other, and none is written again', () => {
  const writer = new FrameWriter();
  const lengths = [0, 1, 5000, 60_000, 10, 70_000, 200_000, 3, 65_536, 65_532];
  const frames = lengths.map((length, i) => put(writer, length, i));
  for (const [i, frame] of frames.entries()) {
    const bytes = Buffer.from(frame);
    expect(bytes.readUInt32BE()).toBe(lengths[i]);
    expect(bytes.subarray(4).every((byte) => byte === i)).toBe(true);
    expect(bytes.length).toBe(4 + lengths[i]!);
  }
});

test('the memory of a long frame is not kept by the short ones after it', () => {
  const writer = new FrameWriter();
  put(writer, 5_000_000, 1);
  expect(put(writer, 10, 2).buffer.byteLength).toBeLessThan(100_000);
});

test('a frame that was given up leaves no trace in the next one', () => {
  const writer = new FrameWriter();
  writer.begin();
  writer.need(3);
  writer.bytes.fill(9, writer.at, writer.at + 3);
  writer.at += 3;
  writer.abandon();
  expect(Buffer.from(put(writer, 2, 7)).toString('hex')).toBe('000000020707');
});

test('a payload is replaced by a shorter or a longer one, and marked as compressed', () => {
  for (const length of [0, 2, 5, 300_000]) {
    const writer = new FrameWriter();
    writer.begin();
    writer.need(5);
    writer.at += 5;
    writer.replacePayload(new Uint8Array(length).fill(3));
    const begun = writer.finish(true);
    const bytes = Buffer.from(writer.bytes.subarray(begun, writer.at));
    expect(bytes.readUInt32BE()).toBe(2 ** 31 + length);
    expect(bytes.length).toBe(4 + length);
    expect(bytes.subarray(4).every((byte) => byte === 3)).toBe(true);
  }
});
