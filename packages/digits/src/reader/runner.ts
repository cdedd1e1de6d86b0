import type { HostTensor, Port } from '@inkwire/tensor';
import { digitBytes } from '../data/labelled-set.ts';
import { loadProgram } from '../model/load-program.ts';
import { damaged, type ModelFile } from '../model/model-file.ts';
import type { BatchRunner } from './batcher.ts';

/** A loaded model. The code that opened it closes it. */
export interface ModelRunner extends BatchRunner {
  close(): Promise<void>;
}

/** Options of `openRunner`. */
export interface RunnerOptions {
  readonly threads: number;
  readonly maxBatch: number;
}

interface Frame {
  readonly feeds: Record<string, HostTensor>;
  readonly into: Record<string, HostTensor>;
}

/**
 * Loads a model whose input is `pixels` uint8 [N, 784] and whose output is `logits` float32 [N, 10], with memory for
 * batches that is reused: the tensors over it are made once for each size of batch.
 *
 * Throws `DIGITS_MODEL_DAMAGED` for any other model, naming `file`.
 */
export async function openRunner(
  { bytes }: ModelFile,
  file: string,
  { threads, maxBatch }: RunnerOptions,
): Promise<ModelRunner> {
  const program = await loadProgram(bytes, { name: file, threads });
  const isDetector = program.inputs.some(({ name }) => name === 'plane');
  const problem =
    (isDetector ? 'it is a detector (recipe `page`), which is given as `detector`' : undefined) ??
    mismatch('input', program.inputs, { name: 'pixels', type: 'uint8', width: digitBytes }) ??
    mismatch('output', program.outputs, { name: 'logits', type: 'float32', width: 10 });
  if (problem) {
    await program.close();
    throw damaged(file, problem);
  }
  const input = new Uint8Array(maxBatch * digitBytes);
  const logits = new Float32Array(maxBatch * 10);
  const frames: (Frame | undefined)[] = [];
  const frameOf = (count: number): Frame => {
    const pixels = {
      type: 'uint8',
      shape: [count, digitBytes],
      data: input.subarray(0, count * digitBytes),
    } as const;
    const result = { type: 'float32', shape: [count, 10], data: logits.subarray(0, count * 10) } as const;
    return { feeds: { pixels }, into: { logits: result } };
  };
  return {
    input,
    logits,
    run(count) {
      const frame = (frames[count] ??= frameOf(count));
      return program.run(frame.feeds, frame.into);
    },
    close: () => program.close(),
  };
}

function mismatch(
  what: string,
  ports: readonly Port[],
  wanted: { readonly name: string; readonly type: string; readonly width: number },
): string | undefined {
  const [port] = ports;
  const fits =
    ports.length === 1 &&
    port?.name === wanted.name &&
    port.type === wanted.type &&
    port.shape.length === 2 &&
    typeof port.shape[0] === 'string' &&
    port.shape[1] === wanted.width;
  if (fits) return undefined;
  const found = ports
    .map(({ name, type, shape }) => `\`${name}\` ${type} [${shape.join(', ')}]`)
    .join(' and ');
  return `its ${what} is ${found}, expected \`${wanted.name}\` ${wanted.type} [N, ${wanted.width}]`;
}
