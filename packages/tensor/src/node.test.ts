import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { host } from '../test/support.ts';
import { mul } from './elementwise.ts';
import { emitModel } from './emit.ts';
import { onnxRuntime } from './node.ts';
import { input } from './tensor.ts';

const model = emitModel({ y: mul(input('x', 'float32', ['N']), 2) });
const failed = expect.objectContaining({ code: 'TENSOR_RUNTIME_FAILED' });

describe('ONNX Runtime behind the port', () => {
  it('fills the memory that it is given', async () => {
    await using program = await onnxRuntime.load(model, { threads: 1 });
    const y = host(new Float32Array(2), [2]);
    const results = await program.run({ x: host([1, 2], [2]) }, { y });
    expect(results.y).toBe(y);
    expect(y.data).toEqual(Float32Array.of(2, 4));
  });

  it('refuses bytes that are no model, and feeds that do not fit', async () => {
    await expect(onnxRuntime.load(new Uint8Array(100))).rejects.toEqual(failed);
    await expect(onnxRuntime.load(model.subarray(0, 60))).rejects.toEqual(failed);
    await using program = await onnxRuntime.load(model, { threads: 1 });
    await expect(program.run({})).rejects.toEqual(failed);
    await expect(program.run({ x: host(Uint8Array.of(1), [1]) })).rejects.toEqual(failed);
  });

  it('finishes what runs before it closes, and runs nothing afterwards', async () => {
    const program = await onnxRuntime.load(model, { threads: 1 });
    const running = program.run({ x: host([1], [1]) });
    await program.close();
    expect((await running).y!.data).toEqual(Float32Array.of(2));
    expect(program.closed).toBe(true);
    await expect(program.run({ x: host([1], [1]) })).rejects.toMatchObject({ code: 'BASE_CLOSED' });
    await program.destroy();
  });

  it('writes a profile when asked', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'inkwire-'));
    try {
      const program = await onnxRuntime.load(model, { threads: 1, profile: join(directory, 'profile') });
      await program.run({ x: host([1], [1]) });
      await program.close();
      expect(await readdir(directory)).toEqual([expect.stringMatching(/^profile.*\.json$/)]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
