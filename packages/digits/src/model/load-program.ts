import { type Program, TensorError } from '@inkwire/tensor';
import { onnxRuntime } from '@inkwire/tensor/node';
import { damaged } from './model-file.ts';

/** Options of `loadProgram`. */
export interface LoadOptions {
  /** The model's name in errors: its file. */
  readonly name: string;
  /** Threads inside one operator. Default: the runtime's choice. */
  readonly threads?: number | undefined;
}

/** Loads a model's graph. Throws `DIGITS_MODEL_DAMAGED`, naming it, when the runtime cannot. */
export async function loadProgram(bytes: Uint8Array, { name, threads }: LoadOptions): Promise<Program> {
  try {
    return await onnxRuntime.load(bytes, threads === undefined ? {} : { threads });
  } catch (error) {
    if (error instanceof TensorError) throw damaged(name, error.message, error);
    throw error;
  }
}
