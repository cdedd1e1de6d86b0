import { describe, expect, it } from 'vitest';
import { host } from '../test/support.ts';
import { add } from './elementwise.ts';
import { emitModel } from './emit.ts';
import { TensorError } from './errors.ts';
import { readMetadata, withMetadata, withoutMetadata } from './metadata.ts';
import { onnxRuntime } from './node.ts';
import { input } from './tensor.ts';

const model = emitModel({ y: add(input('x', 'float32', [1]), 1) });

describe('metadata of a model', () => {
  it('comes back as written, and the model runs as before', async () => {
    const marked = withMetadata(model, { inkwire: '{"recipe":"cnn"}', author: 'Ålesund ✍' });
    expect(readMetadata(marked)).toEqual({ inkwire: '{"recipe":"cnn"}', author: 'Ålesund ✍' });
    await using program = await onnxRuntime.load(marked, { threads: 1 });
    expect((await program.run({ x: host([2], [1]) })).y!.data).toEqual(Float32Array.of(3));
  });

  it('is replaced by key, and taken away byte by byte', () => {
    const marked = withMetadata(withMetadata(model, { a: '1', b: '2' }), { a: '3' });
    expect(readMetadata(marked)).toEqual({ a: '3', b: '2' });
    expect(withoutMetadata(marked)).toEqual(model);
  });

  it('is empty for a model without any', () => {
    expect(readMetadata(model)).toEqual({});
  });

  it('is refused for anything that is no model, and for a model cut off anywhere', () => {
    const invalid = expect.objectContaining({ code: 'TENSOR_MODEL_INVALID' });
    const noise = Uint8Array.from({ length: 500 }, (_, i) => (i * 197 + 31) % 256);
    const texts = ['', '{"hello": "world"}', '<html></html>', '\x89PNG\r\n\x1a\n'];
    for (const bytes of [...texts.map((text) => Buffer.from(text)), noise, new Uint8Array(64)]) {
      expect(() => readMetadata(bytes)).toThrow(invalid);
    }
    for (let length = 0; length < model.length; length++) {
      expect(() => withMetadata(model.subarray(0, length), { a: '1' })).toThrow(TensorError);
    }
  });
});
