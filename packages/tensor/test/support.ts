import { createRandom } from '@inkwire/base';
import { emitModel } from '../src/emit.ts';
import { onnxRuntime } from '../src/node.ts';
import type { HostTensor } from '../src/runtime.ts';
import { sizeOf } from '../src/shape.ts';
import { input, type Tensor, type TensorData, typeOfData } from '../src/tensor.ts';

/** A tensor in memory; float32 unless it is a typed array of another type. */
export function host(values: readonly number[] | TensorData, shape: readonly number[]): HostTensor {
  const data = ArrayBuffer.isView(values) ? values : Float32Array.from(values as readonly number[]);
  return { type: typeOfData(data), shape, data };
}

/** Normal values that are the same every time. */
export function randomHost(shape: readonly number[], seed = 1): HostTensor {
  const random = createRandom(seed);
  return host(
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
    shape,
  );
}

/** The program `build(inputs)` over float32 inputs `x0`, `x1`, …, ready to run many times. */
export async function load(inputs: readonly HostTensor[], build: (...inputs: Tensor[]) => readonly Tensor[]) {
  const symbols = inputs.map(({ type, shape }, i) => input(`x${i}`, type, shape));
  const outputs = build(...symbols).map((tensor, i) => [`y${i}`, tensor] as const);
  const program = await onnxRuntime.load(emitModel(Object.fromEntries(outputs)), {
    optimize: false,
    threads: 1,
  });
  const fed = new Set(program.inputs.map(({ name }) => name));
  return {
    async run(values: readonly HostTensor[]): Promise<HostTensor[]> {
      const feeds = Object.fromEntries(
        values.map((v, i) => [`x${i}`, v]).filter(([name]) => fed.has(name as string)),
      );
      const results = await program.run(feeds as Record<string, HostTensor>);
      return outputs.map(([name]) => results[name]!);
    },
    [Symbol.asyncDispose]: () => program.close(),
  };
}

/** Runs `build` once and returns its outputs. */
export async function evaluate(
  inputs: readonly HostTensor[],
  build: (...inputs: Tensor[]) => readonly Tensor[],
): Promise<HostTensor[]> {
  await using program = await load(inputs, build);
  return await program.run(inputs);
}

/** The only output of `build`, as plain numbers. */
export async function numbersOf(
  inputs: readonly HostTensor[],
  build: (...inputs: Tensor[]) => Tensor,
): Promise<number[]> {
  const [result] = await evaluate(inputs, (...tensors) => [build(...tensors)]);
  return Array.from(result!.data, Number);
}
