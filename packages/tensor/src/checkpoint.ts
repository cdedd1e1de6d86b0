import { createRandom } from '@inkwire/base';
import { TensorError } from './errors.ts';
import type { ParameterSet } from './parameters.ts';
import type { HostTensor } from './runtime.ts';
import { decodeSafetensors, encodeSafetensors, type Safetensors } from './safetensors.ts';
import { sameShape } from './shape.ts';

/** The state of a training run. */
export interface Checkpoint {
  readonly step: number;
  readonly random: readonly [number, number, number, number];
  /** Flat vectors by name. */
  readonly vectors: Readonly<Record<string, Float32Array>>;
  /** The caller's own. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Keys in `__metadata__` begin with this, so that they never meet the caller's. */
const prefix = 'inkwire.';

/** Writes each vector as one tensor for each parameter, `vector/parameter`, so that other programs can read them. */
export function encodeCheckpoint(
  parameters: ParameterSet,
  { optimizer, step, random, vectors, metadata }: Checkpoint & { readonly optimizer: string },
): Uint8Array {
  const tensors: Record<string, HostTensor> = {};
  for (const [vector, values] of Object.entries(vectors)) {
    for (const { name, shape, offset, size } of parameters) {
      const data = values.subarray(offset, offset + size);
      tensors[`${vector}/${name}`] = { type: 'float32', shape, data };
    }
  }
  const own = { optimizer, step: String(step), random: random.join(' ') };
  const prefixed = Object.entries(own).map(([key, value]) => [prefix + key, value]);
  return encodeSafetensors({ tensors, metadata: { ...metadata, ...Object.fromEntries(prefixed) } });
}

/** Reads what `encodeCheckpoint` wrote for the same parameters, optimiser and vectors. */
export function decodeCheckpoint(
  parameters: ParameterSet,
  bytes: Uint8Array,
  expected: { readonly optimizer: string; readonly vectors: readonly string[] },
): Checkpoint {
  const file = decodeSafetensors(bytes);
  const own = (key: string) => file.metadata[prefix + key] ?? '';
  if (own('optimizer') !== expected.optimizer) {
    throw mismatch(`it was made with the optimiser \`${own('optimizer')}\`, not \`${expected.optimizer}\``);
  }
  const step = Number(own('step'));
  const random = own('random').split(' ').map(Number);
  if (own('step') === '' || !Number.isSafeInteger(step) || step < 0) throw mismatch('it has no step');
  if (random.length !== 4 || !random.every((word) => Number.isInteger(word)))
    throw mismatch('it has no random state');
  const count = [...parameters].length * expected.vectors.length;
  if (Object.keys(file.tensors).length !== count) {
    throw mismatch(`it has ${Object.keys(file.tensors).length} tensors, not ${count}`);
  }
  const [a, b, c, d] = random as [number, number, number, number];
  return {
    step,
    random: createRandom([a, b, c, d]).state(),
    vectors: Object.fromEntries(expected.vectors.map((vector) => [vector, gather(parameters, vector, file)])),
    metadata: Object.fromEntries(Object.entries(file.metadata).filter(([key]) => !key.startsWith(prefix))),
  };
}

const mismatch = (reason: string) =>
  new TensorError('TENSOR_CHECKPOINT_MISMATCH', `The checkpoint belongs to another model: ${reason}`);

function gather(parameters: ParameterSet, vector: string, { tensors }: Safetensors): Float32Array {
  const flat = new Float32Array(parameters.size);
  for (const { name, shape, offset } of parameters) {
    const tensor = tensors[`${vector}/${name}`];
    if (!tensor || !sameShape(tensor.shape, shape) || !(tensor.data instanceof Float32Array)) {
      throw mismatch(`it has no \`${vector}/${name}\` of shape [${shape.join(', ')}]`);
    }
    flat.set(tensor.data, offset);
  }
  return flat;
}
