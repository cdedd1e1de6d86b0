import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { host } from '../test/support.ts';
import type { HostTensor } from './runtime.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';

const invalid = expect.objectContaining({ code: 'TENSOR_SAFETENSORS_INVALID' });

/** A file with that header over `data`. */
function file(header: unknown, data: readonly number[] = []): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.from(data)]);
}

const bytes4 = (offsets: readonly unknown[], more: object = {}) => ({
  dtype: 'U8',
  shape: [4],
  data_offsets: offsets,
  ...more,
});

describe('safetensors', () => {
  it('writes the bytes that the format says', () => {
    const written = encodeSafetensors({ tensors: { w: host([1, -2], [2, 1]) }, metadata: { k: 'v' } });
    const json = '{"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}';
    const header = Buffer.from(json.padEnd(88)).toString('hex');
    expect(Buffer.from(written).toString('hex')).toBe(`5800000000000000${header}0000803f000000c0`);
  });

  it('reads what the reference implementation writes', () => {
    // safetensors.numpy.save({"a": np.int64([5]), "b": np.uint8([1, 2])}), Python, version 0.4
    const header =
      '{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[2],"data_offsets":[8,10]}}';
    const read = decodeSafetensors(file(header.padEnd(112), [5, 0, 0, 0, 0, 0, 0, 0, 1, 2]));
    expect(read).toEqual({
      tensors: { a: host(BigInt64Array.of(5n), [1]), b: host(Uint8Array.of(1, 2), [2]) },
      metadata: {},
    });
  });

  it('gives back whatever was put in', () => {
    const numbers = fc.oneof(
      fc.float32Array().map((data) => host(data, [data.length])),
      fc.uint8Array().map((data) => host(data, [1, data.length])),
      fc.int32Array().map((data) => host(data, [data.length, 1])),
      fc.bigInt64Array().map((data) => host(data, [data.length])),
      fc.constant<HostTensor>({ type: 'bool', shape: [], data: Uint8Array.of(1) }),
    );
    const key = fc.string().filter((name) => name !== '__metadata__' && name !== '__proto__');
    const contents = fc.record({
      tensors: fc.dictionary(key, numbers, { noNullPrototype: true }),
      metadata: fc.dictionary(key, fc.string(), { noNullPrototype: true }),
    });
    fc.assert(
      fc.property(contents, (value) => {
        expect(decodeSafetensors(encodeSafetensors(value))).toEqual(value);
      }),
    );
  });

  it('reads from the middle of a larger buffer', () => {
    const written = encodeSafetensors({ tensors: { w: host([1, 2], [2]) }, metadata: {} });
    const shifted = Buffer.concat([Buffer.of(9), written]).subarray(1);
    expect(decodeSafetensors(shifted).tensors.w).toEqual(host([1, 2], [2]));
  });

  it('refuses a file that is cut off anywhere, or longer than it says', () => {
    const written = encodeSafetensors({ tensors: { w: host([1, 2, 3], [3]) }, metadata: { step: '7' } });
    for (let length = 0; length < written.length; length++) {
      expect(() => decodeSafetensors(written.subarray(0, length))).toThrow(invalid);
    }
    expect(() => decodeSafetensors(Buffer.concat([written, Buffer.of(0)]))).toThrow(invalid);
  });

  it('never fails otherwise, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((json) => file(json)),
        ),
        (bytes) => {
          try {
            decodeSafetensors(bytes);
          } catch (error) {
            expect(error).toEqual(invalid);
          }
        },
      ),
    );
  });

  it.each([
    ['a header longer than the file', Buffer.from('ffffffffffffff7f7b7d', 'hex')],
    ['a header that is no JSON', file('{"a":')],
    ['a header that is not UTF-8', Buffer.from('0200000000000000fffe', 'hex')],
    ['a header that is a list', file([])],
    ['metadata that is no text', file({ __metadata__: { step: 7 } })],
    ['an entry that is no object', file({ a: 1 })],
    ['an unknown type', file({ a: bytes4([0, 4], { dtype: 'F8' }) }, [1, 2, 3, 4])],
    ['a type from the prototype', file({ a: bytes4([0, 4], { dtype: 'toString' }) }, [1, 2, 3, 4])],
    ['a negative size', file({ a: bytes4([0, 4], { shape: [-4] }) }, [1, 2, 3, 4])],
    ['a shape of another size', file({ a: bytes4([0, 4], { shape: [5] }) }, [1, 2, 3, 4])],
    [
      'a size that overflows',
      file({ a: bytes4([0, 4], { shape: [2 ** 53 - 1, 2 ** 53 - 1] }) }, [1, 2, 3, 4]),
    ],
    ['offsets beyond the file', file({ a: bytes4([4, 8]) }, [1, 2, 3, 4])],
    ['offsets that go backwards', file({ a: bytes4([4, 0]) }, [1, 2, 3, 4])],
    ['offsets that are no numbers', file({ a: bytes4(['0', '4']) }, [1, 2, 3, 4])],
    ['tensors that overlap', file({ a: bytes4([0, 4]), b: bytes4([2, 6]) }, [1, 2, 3, 4, 5, 6])],
    ['a gap between tensors', file({ a: bytes4([0, 4]), b: bytes4([5, 9]) }, [1, 2, 3, 4, 5, 6, 7, 8, 9])],
  ])('refuses %s', (_, bytes) => {
    expect(() => decodeSafetensors(bytes)).toThrow(invalid);
  });

  it('does not write a tensor whose shape and data differ', () => {
    expect(() => encodeSafetensors({ tensors: { w: host([1, 2], [3]) }, metadata: {} })).toThrow(RangeError);
  });
});
