import { CodedError } from '@inkwire/base';

/** Codes raised by `tensor`. */
export type TensorErrorCode =
  /** The bytes are no ONNX model, or a damaged one. */
  | 'TENSOR_MODEL_INVALID'
  /** The bytes are no safetensors file, or a damaged one. */
  | 'TENSOR_SAFETENSORS_INVALID'
  /** The checkpoint belongs to another model or optimiser. */
  | 'TENSOR_CHECKPOINT_MISMATCH'
  /** The runtime could not load or run a model. */
  | 'TENSOR_RUNTIME_FAILED';

/** Raised for files that are not what they should be, and for what the runtime refuses. */
export class TensorError extends CodedError<TensorErrorCode> {}
