import { createRandom, type Random } from '@inkwire/base';
import { expect, test } from 'vitest';
import { WireError } from '../../src/errors.ts';
import { createYamuxSession } from '../../src/yamux/index.ts';
import { keptHeap } from '../kept-heap.ts';
import { concat, frame, Heard, parse, RawChannel, turn } from '../yamux-support.ts';

/** Inputs to try. */
const inputs = process.env.INKWIRE_LONG === '1' ? 300_000 : 5000;

const pick = <T>(random: Random, from: readonly T[]): T => from[random.below(from.length)]!;

function randomFrame(random: Random): Uint8Array {
  const type = pick(random, [0, 0, 0, 0, 1, 1, 2, 3, random.below(256)]);
  const flags = pick(random, [0, 0, 1, 1, 1, 2, 4, 5, 8, random.below(65_536)]);
  const id = pick(random, [1, 1, 3, 5, 7, 2, 4, 0, random.below(2 ** 32)]);
  if (type === 0) return frame(type, flags, id, new Uint8Array(pick(random, [0, 1, 5, random.below(3000)])));
  return frame(type, flags, id, pick(random, [0, 1, 1000, random.below(2 ** 32)]));
}

function randomInput(random: Random): Uint8Array {
  const bytes = concat(...Array.from({ length: 1 + random.below(8) }, () => randomFrame(random)));
  const mutations = pick(random, [0, 0, 1, 3]);
  for (let i = 0; i < mutations; i++) bytes[random.below(bytes.length)] = random.below(256);
  return random.below(8) === 0 ? bytes.subarray(0, random.below(bytes.length)) : bytes;
}

/** Does something with a stream, as programs may. */
function fiddle(random: Random, heard: Heard): void {
  const { channel } = heard;
  const deeds = [
    () => channel.write(new Uint8Array(random.below(2000))),
    () => channel.end(),
    () => channel.destroy(),
    () => channel.pause(),
    () => channel.resume(),
    () => {},
  ];
  pick(random, deeds)();
}

test(`${inputs} generated and mutated inputs: coded errors only, every stream closed once, nothing left`, async () => {
  const random = createRandom(20_260_301);
  const codes = new Map<string, number>();
  const count = (error: Error | undefined) => {
    if (error !== undefined && !(error instanceof WireError)) throw error;
    const code = error?.code ?? 'in order';
    codes.set(code, (codes.get(code) ?? 0) + 1);
  };
  let heap = 0;
  for (let at = 0; at < inputs; ) {
    const batch: { raw: RawChannel; streams: Heard[]; closes: (Error | undefined)[] }[] = [];
    for (; batch.length < 200 && at < inputs; at++) {
      const raw = new RawChannel();
      const streams: Heard[] = [];
      const closes: (Error | undefined)[] = [];
      const session = createYamuxSession({
        channel: raw,
        side: pick(random, ['client', 'server']),
        ping: false,
        limits: { maxStreams: 4, maxWaitingStreams: 2 },
        onChannel: (channel) => {
          const heard = new Heard(channel);
          heard.onBytes = () => fiddle(random, heard);
          streams.push(heard);
        },
        onClose: (error) => closes.push(error),
      });
      if (random.below(3) === 0) streams.push(new Heard(session.open()));
      raw.clogged = random.below(4) === 0;
      const input = randomInput(random);
      for (let from = 0; from < input.length; ) {
        const to = from + 1 + random.below(pick(random, [4, 40, 4000]));
        raw.feed(input.subarray(from, to));
        from = to;
        if (random.below(4) === 0 && streams.length > 0) fiddle(random, pick(random, streams));
        if (random.below(4) === 0) raw.drain();
      }
      batch.push({ raw, streams, closes });
    }
    await turn(1);
    for (const { raw } of batch) {
      // What was sent is whole frames, and not more than the input gave cause for.
      const sent = parse(concat(...raw.written));
      expect(sent.length).toBeLessThan(400);
      if (!raw.ended && random.below(2) === 0) raw.feedEnd();
      raw.close();
    }
    await turn(1);
    for (const { streams, closes } of batch) {
      expect(closes.length).toBe(1);
      count(closes[0]);
      for (const heard of streams) {
        const { closes: ends, channel } = heard;
        if (ends.length === 0) {
          // Both sides had ended it while it was paused: it waits for its reader.
          heard.onBytes = () => {};
          channel.resume();
          await turn(1);
        }
        expect(ends.length).toBe(1);
        count(ends[0]);
      }
    }
    if (at === 20_000) heap = await keptHeap();
  }
  expect([...codes.keys()].sort()).toEqual(
    ['WIRE_CONNECTION_LOST', 'WIRE_STREAM_RESET', 'WIRE_YAMUX_INVALID', 'in order'].sort(),
  );
  if (heap > 0) expect((await keptHeap()) - heap).toBeLessThan(5e6);
});
