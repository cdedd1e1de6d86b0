/** The trained detector behind the runtime's port. */
import type { Port, Program } from '@inkwire/tensor';
import { loadProgram } from '../model/load-program.ts';
import { damaged } from '../model/model-file.ts';
import { cellSide, type DetectorMaps, markKinds } from './detector-maps.ts';

/** A loaded detector. The code that opened it closes it. */
export interface Detector extends AsyncDisposable {
  /**
   * The maps of one normalised input [height × width]; both are multiples of 8. Rejects with BASE_CLOSED after `close()`.
   */
  run(data: Float32Array, width: number, height: number): Promise<DetectorMaps>;
  /** Waits for what runs, and frees the model's memory. */
  close(): Promise<void>;
}

/** Options for loading a detector. */
export interface DetectorOptions {
  /** Threads inside one operator. Default: the runtime's choice. */
  readonly threads?: number;
  /** The model's name in errors. Default `the detector`. */
  readonly name?: string;
}

/** The outputs and their channels. */
const outputs = { heat: markKinds.length, box: 4, writing: 2 } as const;

/**
 * Loads a model with the input `plane` float32 [N, 1, H, W] and the outputs `heat` [N, 15, H/4, W/4], `box` [N, 4, …] and
 * `writing` [N, 2, …]. Throws DIGITS_MODEL_DAMAGED for any other model.
 */
export async function openDetector(
  bytes: Uint8Array,
  { threads, name = 'the detector' }: DetectorOptions = {},
): Promise<Detector> {
  const program = await loadProgram(bytes, { name, threads });
  const problem = problemOf(program);
  if (problem) {
    await program.close();
    throw damaged(name, problem);
  }
  return {
    run: (data, width, height) => run(program, data, width, height),
    close: () => program.close(),
    [Symbol.asyncDispose]: () => program.close(),
  };
}

function problemOf({ inputs, outputs: found }: Program): string | undefined {
  if (inputs.length !== 1 || !fits(inputs[0], 'plane', 1))
    return 'its input is not `plane` float32 [N, 1, H, W] (a model of single digits is given as `model`, no `detector`)';
  for (const [name, channels] of Object.entries(outputs))
    if (
      !fits(
        found.find((port) => port.name === name),
        name,
        channels,
      )
    )
      return `it has no output \`${name}\` float32 [N, ${channels}, H/4, W/4]`;
  return undefined;
}

/** A side of the channels that the runtime could not infer is a name, and is taken on trust. */
function fits(port: Port | undefined, name: string, channels: number): boolean {
  if (port?.name !== name || port.type !== 'float32' || port.shape.length !== 4) return false;
  const [, depth, height, width] = port.shape;
  return (
    (depth === channels || typeof depth === 'string') &&
    [height, width].every((side) => typeof side === 'string')
  );
}

async function run(
  program: Program,
  data: Float32Array,
  width: number,
  height: number,
): Promise<DetectorMaps> {
  const result = await program.run({ plane: { type: 'float32', shape: [1, 1, height, width], data } });
  const floats = (name: string) => result[name]!.data as Float32Array;
  return {
    columns: width / cellSide,
    rows: height / cellSide,
    heat: floats('heat'),
    box: floats('box'),
    writing: floats('writing'),
  };
}
