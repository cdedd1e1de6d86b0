import { createRandom, expectInteger, Owner, type Random } from '@inkwire/base';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import { feedFor } from './feeds.ts';
import type { Parameter } from './parameters.ts';
import type { HostTensor, Program, Runtime } from './runtime.ts';
import { movingAverageDecay, type Schedule } from './schedules.ts';
import type { TensorData } from './tensor.ts';
import {
  averagingName,
  buildTrainingGraph,
  movingAverageName,
  nextName,
  parametersName,
  scalarName,
  type TrainingGraph,
  type TrainingGraphOptions,
} from './training-graph.ts';

/** Options of `createTrainer`, with those of the graph. */
export interface TrainerOptions extends Omit<TrainingGraphOptions, 'movingAverage'> {
  readonly runtime: Runtime;
  /** Of initial values and dropout masks; a non-negative integer. */
  readonly seed: number;
  /** Keeps a moving average of the parameters with this decay at each step; true: `movingAverageDecay()`. Default false. */
  readonly movingAverage?: boolean | Schedule;
  /** Threads inside one operator. Default 2. */
  readonly threads?: number;
  /** As in `LoadOptions`. Default true; false where several trainers share the processor. */
  readonly busyWait?: boolean;
  /** Writes a profile to a file that begins with this. Default: none. */
  readonly profile?: string;
}

/** The inputs of a step: the graph's inputs by name, as typed arrays or numbers, and the learning rate. */
export type StepFeeds = Readonly<Record<string, TensorData | number>> & { readonly learningRate: number };

/** The result of a step. */
export interface StepResult {
  /** The loss of the batch before the update. */
  readonly loss: number;
  /** The outputs that `build` returned. */
  readonly outputs: Readonly<Record<string, HostTensor>>;
}

/** Builds the training step, loads it into the runtime, and draws the first parameters. */
export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  const { movingAverage = false, threads = 2, busyWait = true, profile } = options;
  const random = createRandom(expectInteger('seed', options.seed, { min: 0 }));
  const graph = buildTrainingGraph({ ...options, movingAverage: movingAverage !== false });
  const program = await options.runtime.load(graph.model, {
    optimize: false,
    threads,
    busyWait,
    ...(profile === undefined ? {} : { profile }),
  });
  const decay = typeof movingAverage === 'function' ? movingAverage : movingAverageDecay();
  return new Trainer(program, graph, options.optimizer, random, decay);
}

type State = Readonly<Record<string, HostTensor>>;

/**
 * Holds the parameters, the optimiser's memory, the moving average and the step, and advances them one step at a
 * time. The state lives in two copies: in a step the runtime reads one and writes the other, and then they change
 * places. So nothing is copied, and a step that fails does not change the state.
 *
 *     open ──step()…──▶ open ──close()──▶ closed: the runtime's memory is freed
 */
export class Trainer extends Owner {
  readonly #program: Program;
  readonly #graph: TrainingGraph;
  readonly #optimizer: TrainerOptions['optimizer'];
  readonly #movingAverage: Schedule;
  /** Scalars that the trainer itself feeds, in memory that is used again. */
  readonly #scalars: Readonly<Record<string, HostTensor>>;
  #random: Random;
  #state: State;
  #spare: State;
  #step = 0;
  #stepping = false;

  /** Use `createTrainer`. */
  constructor(
    program: Program,
    graph: TrainingGraph,
    optimizer: TrainerOptions['optimizer'],
    random: Random,
    movingAverage: Schedule,
  ) {
    super('trainer');
    this.#program = program;
    this.#graph = graph;
    this.#optimizer = optimizer;
    this.#movingAverage = movingAverage;
    this.#random = random;
    this.#state = this.#emptyState();
    this.#spare = this.#emptyState();
    this.#scalars = Object.fromEntries(
      [...Object.keys(optimizer.scalars(0, 1)).map(scalarName), averagingName]
        .filter((name) => program.inputs.some((port) => port.name === name))
        .map((name) => [name, { type: 'float32', shape: [], data: new Float32Array(1) }] as const),
    );
    const initial = graph.parameters.initialize(random);
    for (const name of [parametersName, movingAverageName]) this.#state[name]?.data.set(initial as never);
  }

  #emptyState(): State {
    const size = this.#graph.parameters.size;
    return Object.fromEntries(
      this.#graph.state.map((name) => [
        name,
        { type: 'float32', shape: [size], data: new Float32Array(size) },
      ]),
    );
  }

  /** Steps taken since the first initial values, across checkpoints. */
  get steps(): number {
    return this.#step;
  }

  /** Names, shapes and places of the parameters in the flat vector. */
  get parameterList(): readonly Parameter[] {
    return [...this.#graph.parameters];
  }

  /** A copy of the parameters, flat. */
  get parameters(): Float32Array {
    return this.#copy(parametersName);
  }

  /** A copy of the parameters' moving average, flat; the parameters themselves when none is kept. */
  get movingAverage(): Float32Array {
    return this.#copy(this.#state[movingAverageName] ? movingAverageName : parametersName);
  }

  /** The training step as an ONNX model. */
  get model(): Uint8Array {
    return this.#graph.model;
  }

  #copy(name: string): Float32Array {
    return (this.#state[name]!.data as Float32Array).slice();
  }

  /**
   * Trains on one batch: forward, backward, update, moving average. One step at a time. Throws a RangeError for an
   * input that is missing, unknown or of another length, and a TypeError for another type of array.
   */
  async step(feeds: StepFeeds): Promise<StepResult> {
    this.expectOpen();
    if (this.#stepping) throw new TypeError('Expected one step at a time');
    this.#stepping = true;
    try {
      const into = Object.fromEntries(Object.entries(this.#spare).map(([name, t]) => [nextName(name), t]));
      const results = await this.#program.run(this.#feeds(feeds), into);
      [this.#state, this.#spare] = [this.#spare, this.#state];
      this.#step++;
      const outputs = Object.entries(results).filter(([name]) => name !== 'loss' && !(name in into));
      return { loss: Number(results.loss!.data[0]), outputs: Object.fromEntries(outputs) };
    } finally {
      this.#stepping = false;
    }
  }

  #feeds({ learningRate, ...batch }: StepFeeds): Record<string, HostTensor> {
    const values = Object.entries(this.#optimizer.scalars(this.#step, learningRate));
    for (const [name, value] of values) this.#scalars[scalarName(name)]?.data.fill(value as never);
    this.#scalars[averagingName]?.data.fill((1 - this.#movingAverage(this.#step)) as never);
    const own: Record<string, HostTensor> = { ...this.#state, ...this.#scalars };
    for (const { input, rate } of this.#graph.dropoutMasks) {
      const shape = input.shape as readonly number[];
      const name = input.source.kind === 'input' ? input.source.name : '';
      own[name] = { type: 'uint8', shape, data: this.#mask(shape, rate) };
    }
    const known = new Set(this.#program.inputs.map(({ name }) => name));
    for (const name of Object.keys(batch)) {
      if (!known.has(name) || name in own) throw new RangeError(`The step has no input \`${name}\``);
    }
    for (const port of this.#program.inputs) own[port.name] ??= feedFor(port, batch[port.name]);
    return own;
  }

  #mask(shape: readonly number[], rate: number): Uint8Array {
    const mask = new Uint8Array(shape.reduce((a, b) => a * b, 1));
    // Two elements from each 32-bit number: drawing one for each took a tenth of a step.
    const dropped = Math.round(rate * 65_536);
    for (let i = 0; i < mask.length; i += 2) {
      const word = this.#random.next() * 2 ** 32;
      mask[i] = word % 65_536 < dropped ? 0 : 1;
      if (i + 1 < mask.length) mask[i + 1] = Math.floor(word / 65_536) < dropped ? 0 : 1;
    }
    return mask;
  }

  /**
   * Everything that the run needs to resume, as the bytes of a safetensors file: parameters, moving average and the
   * optimiser's memory by the parameters' names, step and random state. `metadata` is kept beside it, for the recipe,
   * the seed, and the caller's own random states.
   */
  checkpoint(metadata: Readonly<Record<string, string>> = {}): Uint8Array {
    return encodeCheckpoint(this.#graph.parameters, {
      optimizer: this.#optimizer.name,
      step: this.#step,
      random: this.#random.state(),
      vectors: Object.fromEntries(
        Object.entries(this.#state).map(([name, { data }]) => [name, data as Float32Array]),
      ),
      metadata,
    });
  }

  /**
   * Resumes from a checkpoint of the same model and optimiser. The steps after it are bit for bit those of a run that
   * was not interrupted. Returns the caller's metadata. Throws `TENSOR_SAFETENSORS_INVALID` and
   * `TENSOR_CHECKPOINT_MISMATCH`, and then has changed nothing.
   */
  restore(bytes: Uint8Array): Readonly<Record<string, string>> {
    this.expectOpen();
    if (this.#stepping) throw new TypeError('Expected no step under way');
    const read: Checkpoint = decodeCheckpoint(this.#graph.parameters, bytes, {
      optimizer: this.#optimizer.name,
      vectors: this.#graph.state,
    });
    for (const [name, values] of Object.entries(read.vectors)) this.#state[name]!.data.set(values as never);
    this.#step = read.step;
    this.#random = createRandom(read.random);
    return read.metadata;
  }

  /** Waits for the step under way and frees the runtime's memory. The state stays readable. */
  protected override drain(): Promise<void> {
    return this.#program.close();
  }
}
