import type { HostTensor, Port } from './runtime.ts';
import { type ElementType, type TensorData, typeOfData } from './tensor.ts';

const arrays = { float32: Float32Array, uint8: Uint8Array, int32: Int32Array, bool: Uint8Array } as const;

function scalarData(type: ElementType, value: number): TensorData {
  return type === 'int64' ? BigInt64Array.of(BigInt(value)) : arrays[type].of(value);
}

/** The size of a named dimension, worked out from the number of elements; at most one is named. */
function resolve({ name, shape }: Port, length: number): readonly number[] {
  const known = shape.filter((size) => typeof size === 'number').reduce((a, b) => a * b, 1);
  const resolved = shape.map((size) => (typeof size === 'number' ? size : length / known));
  if (resolved.reduce((a, b) => a * b, 1) !== length || !resolved.every(Number.isInteger)) {
    throw new RangeError(`Expected \`${name}\` to be [${shape.join(', ')}], got ${length} elements`);
  }
  return resolved;
}

/**
 * Turns what a caller gives for an input into what a program takes. Throws a RangeError when it is missing or does
 * not fill the shape, and a TypeError when it is an array of another type.
 */
export function feedFor(port: Port, value: TensorData | number | undefined): HostTensor {
  if (value === undefined) throw new RangeError(`Expected a value for the input \`${port.name}\``);
  const data = typeof value === 'number' ? scalarData(port.type, value) : value;
  const given = typeOfData(data);
  if (given !== port.type && !(given === 'uint8' && port.type === 'bool')) {
    throw new TypeError(`Expected \`${port.name}\` to be ${port.type}, got ${given}`);
  }
  return { type: port.type, shape: resolve(port, data.length), data };
}
