import { expect, test } from 'vitest';
import { FrameReader } from './frame-reader.ts';
import { encodeHeader, Flag, FrameType, GoAway, isYamux } from './header.ts';

const hex = (...fields: readonly [type: number, flags: number, id: number, length: number]) => {
  const bytes = new Uint8Array(12).fill(0xaa);
  encodeHeader(bytes, 0, ...fields);
  return Buffer.from(bytes).toString('hex');
};

test('headers are these bytes', () => {
  expect(hex(FrameType.data, Flag.syn, 1, 14)).toBe('00000001000000010000000e');
  expect(hex(FrameType.data, Flag.ack, 1, 5)).toBe('000000020000000100000005');
  expect(hex(FrameType.data, Flag.fin, 3, 0)).toBe('000000040000000300000000');
  expect(hex(FrameType.windowUpdate, Flag.ack, 1, 0)).toBe('000100020000000100000000');
  expect(hex(FrameType.windowUpdate, 0, 0xfffffffe, 262_144)).toBe('00010000fffffffe00040000');
  expect(hex(FrameType.windowUpdate, Flag.rst, 7, 0)).toBe('000100080000000700000000');
  expect(hex(FrameType.ping, Flag.syn, 0, 0xdeadbeef)).toBe('0002000100000000deadbeef');
  expect(hex(FrameType.ping, Flag.ack, 0, 0xdeadbeef)).toBe('0002000200000000deadbeef');
  expect(hex(FrameType.goAway, 0, 0, GoAway.protocolError)).toBe('000300000000000000000001');
});

test('only data with SYN alone opens a multiplexed connection', () => {
  expect(isYamux(Uint8Array.of(0, 0, 0, 1))).toBe(true);
  expect(isYamux(Uint8Array.of(0, 0, 0, 1, 0, 0))).toBe(true);
  expect(isYamux(Uint8Array.of(0, 0, 0, 10, 10, 8))).toBe(false);
  expect(isYamux(Uint8Array.of(0, 1, 0, 1))).toBe(false);
  expect(isYamux(Uint8Array.of(0x80, 0, 0, 1))).toBe(false);
  expect(isYamux(Uint8Array.of(0, 0, 0))).toBe(false);
});

test('frames are found however the bytes are cut, and payloads are not copied', () => {
  const bytes = Uint8Array.from(
    Buffer.from(
      '00000001000000010000000568656c6c6f' + '0002000100000000deadbeef' + '000000040000000100000000',
      'hex',
    ),
  );
  const whole = read([bytes]);
  expect(whole.told).toEqual(['data 1 1 5', 'hello', 'end', 'ping 1 0 3735928559', 'data 4 1 0', 'end']);
  expect(whole.pieces[0]!.buffer).toBe(bytes.buffer);
  for (let cut = 0; cut <= bytes.length; cut++) {
    for (let second = cut; second <= bytes.length; second += 5) {
      const { told } = read([bytes.subarray(0, cut), bytes.subarray(cut, second), bytes.subarray(second)]);
      expect(joined(told)).toEqual(whole.told);
    }
  }
  expect(joined(read([...bytes].map((byte) => Uint8Array.of(byte))).told)).toEqual(whole.told);
});

test.each([
  ['at a header', 'ping', ['ping']],
  ['at the header of empty data', 'data 0', ['ping', 'data 0']],
  ['in a payload', 'payload', ['ping', 'data 0', 'end', 'data 2', 'payload']],
])(
  'a reader that is stopped %s calls its sink no more, not for what is being pushed either',
  (_, at, all) => {
    const told: string[] = [];
    const tell = (what: string) => {
      told.push(what);
      if (what === at) reader.stop();
    };
    const reader: FrameReader = new FrameReader({
      onHeader: (_version, type, _flags, _id, length) =>
        tell(type === FrameType.data ? `data ${length}` : 'ping'),
      onData: () => tell('payload'),
      onDataEnd: () => tell('end'),
    });
    const frames = '000200010000000000000000' + '000000000000000100000000' + '000000000000000100000002abcd';
    reader.push(Uint8Array.from(Buffer.from(frames + frames, 'hex')));
    reader.push(Uint8Array.from(Buffer.from(frames, 'hex')));
    expect(told).toEqual(all);
  },
);

/** The events of a reader that is given some chunks. */
function read(chunks: readonly Uint8Array[]) {
  const told: string[] = [];
  const pieces: Uint8Array[] = [];
  const names = ['data', 'update', 'ping', 'go-away'];
  const reader = new FrameReader({
    onHeader: (_version, type, flags, id, length) => told.push(`${names[type]} ${flags} ${id} ${length}`),
    onData: (piece) => {
      pieces.push(piece);
      told.push(Buffer.from(piece).toString());
    },
    onDataEnd: () => told.push('end'),
  });
  for (const chunk of chunks) reader.push(chunk);
  expect(reader.betweenFrames).toBe(true);
  return { told, pieces };
}

/** The same with the pieces of a payload put together. */
function joined(told: readonly string[]): string[] {
  const all: string[] = [];
  let payload = '';
  for (const text of told) {
    const isPiece = /^[helo]+$/.test(text);
    if (!isPiece && payload !== '') all.push(payload);
    payload = isPiece ? payload + text : '';
    if (!isPiece) all.push(text);
  }
  return all;
}
