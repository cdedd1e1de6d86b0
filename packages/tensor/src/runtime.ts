/**
 * The port between graphs and the runtime that runs them. `@inkwire/tensor/node` implements it with ONNX Runtime for Node;
 * ONNX Runtime Web, or another runtime, can implement it as well.
 */
import type { Closable } from '@inkwire/base';
import type { Shape } from './shape.ts';
import type { ElementType, TensorData } from './tensor.ts';

/** Numbers in memory, row-major. */
export interface HostTensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** `bool` is bytes 0 and 1. */
  readonly data: TensorData;
}

/** An input or an output of a program. */
export interface Port {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
}

/** The options with which a model is loaded. */
export interface LoadOptions {
  /**
   * Whether the runtime may rewrite the graph. Default true, which makes inference up to 2.9 times faster. Training
   * steps are loaded with false: merged transposes cost them a third of their speed.
   */
  readonly optimize?: boolean;
  /** Threads inside one operator. Default: the runtime's choice. */
  readonly threads?: number;
  /**
   * Whether idle threads spin for a moment before they sleep. Default true: faster on a machine that does nothing else,
   * and much slower where other programs compute as well.
   */
  readonly busyWait?: boolean;
  /** Writes a profile of every run to a file that begins with this; ended by `close()`. Default: none. */
  readonly profile?: string;
}

/** A model that is loaded and can be run. */
export interface Program extends Closable {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /**
   * Runs the model once. Outputs that `into` names are written into its memory, which must not be memory of `feeds`; the
   * others get new memory. Rejects with `TENSOR_RUNTIME_FAILED` when the runtime refuses, and with
   * `BASE_CLOSED` after `close()`.
   */
  run(
    feeds: Readonly<Record<string, HostTensor>>,
    into?: Readonly<Record<string, HostTensor>>,
  ): Promise<Record<string, HostTensor>>;
}

/** Loads ONNX models. */
export interface Runtime {
  /** Rejects with `TENSOR_RUNTIME_FAILED` when the bytes are no model that the runtime accepts. */
  load(model: Uint8Array, options?: LoadOptions): Promise<Program>;
}
