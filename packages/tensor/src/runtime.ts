/**
 * The port between graphs and whatever runs them. ONNX Runtime for Node stands behind it in `@inkwire/tensor/node`;
 * ONNX Runtime Web, or another, can stand there as well.
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

/** What a program takes or gives. */
export interface Port {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
}

/** How a model is loaded. */
export interface LoadOptions {
  /**
   * Whether the runtime may rewrite the graph. Default true, which makes inference up to 2.9 times faster. Training
   * steps are loaded with false: merged transposes cost them a third of their speed.
   */
  readonly optimize?: boolean;
  /** Threads inside one operator. Default: the runtime's choice. */
  readonly threads?: number;
  /**
   * Whether threads that have nothing to do wait busily for a moment. Default true, which is faster on a machine of
   * one's own and much slower where others compute as well.
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
   * Runs the model once. `into` gives memory for outputs, which is filled instead of memory taken anew; it must not
   * be memory that `feeds` uses. Rejects with `TENSOR_RUNTIME_FAILED` when the runtime refuses, and with
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
