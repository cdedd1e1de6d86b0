import { describe, expect, it } from 'vitest';
import type { NewReading } from '../reading.ts';
import { correctRecord, decodePicture, decodePrepared, decodeRecord, encodeEntry, format } from './record.ts';

const reading: NewReading = {
  source: 'upload',
  text: '7',
  confidence: 0.75,
  unsure: true,
  digits: [
    { digit: 7, confidence: 0.75, box: [1, 2, 3, 4], probabilities: [0, 0.25, 0, 0, 0, 0, 0, 0.75, 0, 0] },
  ],
  model: '0123456789ab',
  width: 10,
  height: 20,
  picture: { type: 'image/png', bytes: Uint8Array.of(1, 2, 3) },
  prepared: [new Uint8Array(784).fill(9)],
};
const time = '2026-01-02T03:04:05.678Z';
const golden =
  '{"time":"2026-01-02T03:04:05.678Z","source":"upload","text":"7","confidence":0.75,"unsure":true,' +
  '"digits":[{"digit":7,"confidence":0.75,"box":[1,2,3,4],"probabilities":[0,0.25,0,0,0,0,0,0.75,0,0]}],' +
  '"model":"0123456789ab","width":10,"height":20,"corrected":null,' +
  '"picture":{"type":"image/png","crc32":1438416925},"prepared":{"crc32":3740282767}}';

describe('the record on the disk', () => {
  it('is this, byte for byte', () => {
    expect(format).toBe('inkwire readings 1');
    const entry = encodeEntry(reading, time);
    expect(entry.record).toBe(golden);
    expect(entry.picture).toEqual(reading.picture.bytes);
    expect(entry.prepared).toEqual(Buffer.alloc(784, 9));
  });

  it('is read as what was kept', () => {
    const { picture, prepared, ...rest } = reading;
    expect(decodeRecord('an id', golden)).toEqual({
      ...rest,
      written: '7',
      id: 'an id',
      time,
      corrected: null,
    });
    expect(decodePicture(golden, picture.bytes)).toEqual(picture);
    expect(decodePrepared(golden, Buffer.alloc(784, 9))).toEqual(prepared);
  });

  it('has what stands there and the cells of a grid where they are known', () => {
    const cells = { rows: 1, columns: 1, texts: [['7']] };
    const { record } = encodeEntry({ ...reading, written: '-7', cells }, time);
    expect(record).toBe(
      golden.replace(
        '"corrected"',
        '"written":"-7","cells":{"rows":1,"columns":1,"texts":[["7"]]},"corrected"',
      ),
    );
    expect(decodeRecord('an id', record)).toMatchObject({ text: '7', written: '-7', cells });
  });

  it('changes nothing but the correction', () => {
    expect(correctRecord(golden, '1')).toBe(golden.replace('"corrected":null', '"corrected":"1"'));
    expect(correctRecord(correctRecord(golden, '1'), null)).toBe(golden);
  });

  it('is not taken for whole when a byte of the picture or the prepared digits has changed', () => {
    expect(decodePicture(golden, Uint8Array.of(1, 2, 4))).toBeUndefined();
    expect(decodePrepared(golden, Buffer.alloc(784, 8))).toBeUndefined();
    expect(decodePrepared(golden, Buffer.alloc(783, 9))).toBeUndefined();
  });
});
