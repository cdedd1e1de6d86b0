import { describe, expect, it } from 'vitest';
import { host, numbersOf } from '../test/support.ts';
import { add, mul, neg } from './elementwise.ts';
import { emitModel } from './emit.ts';
import { onnxRuntime } from './node.ts';
import { maxPool } from './pooling.ts';
import { constant, input, parameterLeaf } from './tensor.ts';

const x = input('x', 'float32', ['N', 2]);
const asText = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const count = (bytes: Uint8Array, part: string) => asText(bytes).split(part).length - 1;

describe('emitModel', () => {
  it('writes the bytes that the ONNX schema says', () => {
    const model = emitModel({ y: add(x, constant([1, 2])) }, { name: 'g' });
    // name; type { tensor { FLOAT, shape { N, 2 } } }
    const value = (name: string) => `0a01${name}120f0a0d080112090a0312014e0a020802`;
    const hex = [
      '0808', // ir_version: 8
      `1207${Buffer.from('inkwire').toString('hex')}`, // producer_name
      '3a5b', // graph, 91 bytes
      // node: inputs x and c0, output y, name Add_0, op_type Add
      `0a160a01780a0263301201791a05${Buffer.from('Add_0').toString('hex')}2203${Buffer.from('Add').toString('hex')}`,
      '120167', // graph name g
      // initializer: dims [2], FLOAT, name c0, raw_data 1 and 2
      '2a120802100142026330' + '4a080000803f00000040',
      `5a14${value('78')}`, // input x, float [N, 2]
      `6214${value('79')}`, // output y
      '42021011', // opset_import, version 17
    ].join('');
    expect(Buffer.from(model).toString('hex')).toBe(hex);
  });

  it('gives a model that a fresh session accepts, with its inputs and outputs as declared', async () => {
    await using program = await onnxRuntime.load(emitModel({ y: add(x, constant([1, 2])) }), { threads: 1 });
    expect(program.inputs).toEqual([{ name: 'x', type: 'float32', shape: ['N', 2] }]);
    expect(program.outputs).toEqual([{ name: 'y', type: 'float32', shape: ['N', 2] }]);
    const { y } = await program.run({ x: host([1, 1, 5, 5], [2, 2]) });
    expect(y).toEqual(host([2, 3, 6, 7], [2, 2]));
  });

  it('emits equal nodes once and unused ones never', () => {
    neg(x);
    const model = emitModel({ y: mul(add(x, 1), add(x, 1)) });
    expect(count(model, 'Add_')).toBe(1);
    expect(count(model, 'Neg')).toBe(0);
  });

  it('writes equal constants once', () => {
    const big = constant(new Float32Array(1000), [500, 2]);
    const model = emitModel({
      y: add(add(input('a', 'float32', [500, 2]), big), big),
      z: add(x, 1),
      w: mul(x, 1),
    });
    expect(model.length).toBeLessThan(4600);
  });

  it('can output an input, a constant, and the same tensor twice', async () => {
    const twice = add(x, x);
    const model = emitModel({ a: x, b: constant([7]), c: twice, d: twice, e: neg(twice) });
    await using program = await onnxRuntime.load(model, { optimize: false, threads: 1 });
    const results = await program.run({ x: host([1, 2], [1, 2]) });
    const values = Object.values(results).map(({ data }) => [...data]);
    expect(values).toEqual([[1, 2], [7], [2, 4], [2, 4], [-2, -4]]);
  });

  it('leaves out the indices of a pooling that nobody needs', async () => {
    const pooled = maxPool(input('p', 'float32', [1, 1, 2, 2]), 2);
    expect(count(emitModel({ y: pooled }), 't0_1')).toBe(0);
    expect(await numbersOf([host([1, 4, 3, 2], [1, 1, 2, 2])], (p) => maxPool(p, 2))).toEqual([4]);
  });

  it('binds parameters', async () => {
    const leaf = parameterLeaf('w', [2]);
    const y = mul(x, leaf);
    expect(() => emitModel({ y })).toThrow('Expected the parameter `w` to be bound');
    const model = emitModel({ y }, { bindings: new Map([[leaf, constant([3, 4])]]) });
    await using program = await onnxRuntime.load(model, { threads: 1 });
    expect((await program.run({ x: host([1, 2], [1, 2]) })).y!.data).toEqual(Float32Array.of(3, 8));
  });

  it('refuses two inputs of one name', () => {
    expect(() => emitModel({ y: add(x, input('x', 'float32', ['N', 2])) })).toThrow('one input `x`');
  });
});
