/**
 * Symbolic tensors. A tensor has a type, a shape and a source; only a constant holds numbers. Tensors and the nodes between
 * them form a directed acyclic graph. It has no owner: `emitModel` emits the nodes that the given outputs depend on.
 *
 *     input ─┐
 *     constant ─┼─▶ node ─▶ tensor ─▶ node ─▶ tensor
 *     parameter ┘
 */
import { formatShape, type Shape, sizeOf } from './shape.ts';

/** The element types that the operators know; named as in ONNX. */
export type ElementType = 'float32' | 'uint8' | 'int32' | 'int64' | 'bool';

/** ONNX's numbers of the element types (TensorProto.DataType): they are on disk. */
export const elementCodes: Readonly<Record<ElementType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
};

/** Numbers of a constant; `bool` is kept as bytes 0 and 1. */
export type TensorData = Float32Array | Uint8Array | Int32Array | BigInt64Array;

/** An ONNX attribute. A number without a fraction is an int, unless it is wrapped as `{ float }`. */
export type Attribute = number | { readonly float: number } | string | readonly number[];

/** One application of an operator. */
export interface Node {
  /** The ONNX operator, or for a composite the name of its gradient rule. */
  readonly operator: string;
  readonly inputs: readonly Tensor[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly outputs: readonly Tensor[];
  /** The gradient rule that applies; the operator's name unless the operator has several. */
  readonly rule: string;
  /** Numbers for the gradient rule that ONNX has no attribute for. */
  readonly hints: Readonly<Record<string, number>>;
  /** A composite's outputs in terms of plain operators; emitted in its place. */
  readonly body?: readonly Tensor[];
  /** The values that a composite's forward pass keeps for its gradient rule. */
  readonly saved: Readonly<Record<string, Tensor>>;
}

/** The origin of a tensor. */
export type Source =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'constant'; readonly data: TensorData }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'node'; readonly node: Node };

/** A symbolic tensor. Made by `input`, `constant`, a layer's parameters, and by operators; immutable. */
export class Tensor {
  readonly type: ElementType;
  readonly shape: Shape;
  readonly source: Source;

  constructor(type: ElementType, shape: Shape, source: Source) {
    this.type = type;
    this.shape = Object.freeze([...shape]);
    this.source = source;
  }

  /** Number of dimensions. */
  get rank(): number {
    return this.shape.length;
  }

  /** Such as `float32 [128, 784]`. */
  toString(): string {
    return `${this.type} ${formatShape(this.shape)}`;
  }
}

/** Declares what the caller feeds under `name` at every run. A named dimension takes any size. */
export function input(name: string, type: ElementType, shape: Shape): Tensor {
  return new Tensor(type, shape, { kind: 'input', name });
}

/** A leaf that is bound when a graph is emitted: to a slice of the flat parameter vector, or to trained values. */
export function parameterLeaf(name: string, shape: readonly number[]): Tensor {
  return new Tensor('float32', shape, { kind: 'parameter', name });
}

/** The element type that typed arrays stand for. `Uint8Array` is `uint8`. */
export function typeOfData(data: TensorData): ElementType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Uint8Array) return 'uint8';
  if (data instanceof Int32Array) return 'int32';
  return 'int64';
}

/** A float32 constant from a number or numbers, or one of the array's own type. Default shape: `[]` or `[length]`. */
export function constant(values: number | readonly number[] | TensorData, shape?: Shape): Tensor {
  if (typeof values === 'number') return constant(Float32Array.of(values), shape ?? []);
  const data = ArrayBuffer.isView(values) ? values : Float32Array.from(values as readonly number[]);
  const tensor = new Tensor(typeOfData(data), shape ?? [data.length], { kind: 'constant', data });
  if (sizeOf(tensor.shape) !== data.length) {
    throw new RangeError(`constant: ${data.length} values do not fill ${formatShape(tensor.shape)}`);
  }
  return tensor;
}

/** An int64 vector, as ONNX wants shapes, axes and pads. */
export function int64Constant(values: readonly number[]): Tensor {
  return constant(BigInt64Array.from(values, BigInt));
}

/** The numbers of a constant that an operator took as an input. */
export function constantNumbers({ source }: Tensor): number[] {
  if (source.kind !== 'constant') throw new TypeError('Expected a constant');
  return Array.from(source.data, Number);
}

/** A number where a tensor is expected is a float32 scalar. */
export function asTensor(value: Tensor | number): Tensor {
  return typeof value === 'number' ? constant(value) : value;
}

/** Type and shape of one output of a node. */
export interface OutputSpec {
  readonly type?: ElementType;
  readonly shape: Shape;
}

/** The optional parts of a node. */
export interface NodeParts {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly rule?: string;
  readonly hints?: Readonly<Record<string, number>>;
}

/** Applies an ONNX operator with several outputs. The type of an output defaults to that of the first input. */
export function applyMany(
  operator: string,
  inputs: readonly Tensor[],
  specs: readonly OutputSpec[],
  parts: NodeParts = {},
): readonly Tensor[] {
  const outputs: Tensor[] = [];
  const node: Node = {
    operator,
    inputs,
    attributes: parts.attributes ?? {},
    outputs,
    rule: parts.rule ?? operator,
    hints: parts.hints ?? {},
    saved: {},
  };
  for (const { type, shape } of specs) {
    outputs.push(new Tensor(type ?? inputs[0]!.type, shape, { kind: 'node', node }));
  }
  return outputs;
}

/** Applies an ONNX operator with one output. */
export function apply(
  operator: string,
  inputs: readonly Tensor[],
  spec: OutputSpec,
  parts: NodeParts = {},
): Tensor {
  return applyMany(operator, inputs, [spec], parts)[0]!;
}

/**
 * Wraps a computation from `inputs` to `body` that has a gradient rule of its own, shorter or faster than the one
 * that its operators would give. `saved` is what the rule needs of the forward pass.
 */
export function composite(
  rule: string,
  inputs: readonly Tensor[],
  body: Tensor,
  saved: Readonly<Record<string, Tensor>> = {},
  hints: Readonly<Record<string, number>> = {},
): Tensor {
  const outputs: Tensor[] = [];
  const node: Node = { operator: rule, inputs, attributes: {}, outputs, rule, hints, body: [body], saved };
  outputs.push(new Tensor(body.type, body.shape, { kind: 'node', node }));
  return outputs[0]!;
}
