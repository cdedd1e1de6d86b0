import { emitModel } from './emit.ts';
import { feedFor } from './feeds.ts';
import { withMetadata } from './metadata.ts';
import { Network } from './network.ts';
import type { Runtime } from './runtime.ts';
import { concat } from './shaping.ts';
import { input, type Tensor, type TensorData } from './tensor.ts';
import { parametersName } from './training-graph.ts';

/** Options of `exportModel`. */
export interface ExportOptions {
  /** Declares inputs, runs the model, and returns the outputs by name. A named dimension such as `'N'` takes any size. */
  build(network: Network): Readonly<Record<string, Tensor>>;
  /** `trainer.parameters` or `trainer.movingAverage`. */
  readonly parameters: Float32Array;
  /** The result of `collectStatistics`. Needed when the model has batch norms. */
  readonly statistics?: Float32Array;
  /** Kept in the file's metadata_props. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The trained model as an ONNX file with its parameters inside. Throws a RangeError when a vector has another length than the model's. */
export function exportModel(options: ExportOptions): Uint8Array {
  const network = new Network('inference');
  const outputs = options.build(network);
  const statistics = options.statistics ?? new Float32Array(0);
  const bindings = new Map([
    ...network.parameters.bindToValues(options.parameters),
    ...network.statistics.bindToValues(statistics),
  ]);
  const model = emitModel(outputs, { name: 'inference', bindings });
  return options.metadata ? withMetadata(model, options.metadata) : model;
}

/** Options of `collectStatistics`. */
export interface StatisticsOptions {
  readonly runtime: Runtime;
  /** Declares inputs and runs the model, on clean data and without augmentation. */
  build(network: Network): unknown;
  /** The flat parameters that will be exported. */
  readonly parameters: Float32Array;
  /** The inputs of each batch by name. A few thousand examples in all are enough. */
  readonly batches:
    | Iterable<Readonly<Record<string, TensorData>>>
    | AsyncIterable<Readonly<Record<string, TensorData>>>;
  /** Threads inside one operator. Default 2. */
  readonly threads?: number;
}

const statisticsName = 'statistics';

/**
 * Means and variances that batch norms need for inference, over all batches, as one flat vector: for each batch norm
 * its means, then its variances. Each layer sees the layers before it normalised by their own batch, as in training.
 * The variance over all batches is the mean of their variances and the variance of their means together.
 * An empty vector for a model without batch norms. Throws a RangeError when there is no batch.
 */
export async function collectStatistics(options: StatisticsOptions): Promise<Float32Array> {
  const network = new Network('statistics');
  options.build(network);
  const layers = network.batchStatistics;
  if (layers.length === 0) return new Float32Array(0);

  const { parameters } = network;
  const flat = input(parametersName, 'float32', [parameters.size]);
  const output = concat(
    layers.flatMap(({ mean, variance }) => [mean, variance]),
    0,
  );
  const model = emitModel(
    { [statisticsName]: output },
    { name: 'statistics', bindings: parameters.bindTo(flat) },
  );
  await using program = await options.runtime.load(model, { optimize: false, threads: options.threads ?? 2 });
  const ports = program.inputs.filter(({ name }) => name !== parametersName);
  const values = feedFor({ name: parametersName, type: 'float32', shape: flat.shape }, options.parameters);

  const [sums, squares] = [
    new Float64Array(output.shape[0] as number),
    new Float64Array(output.shape[0] as number),
  ];
  let count = 0;
  for await (const batch of options.batches) {
    const feeds = Object.fromEntries(ports.map((port) => [port.name, feedFor(port, batch[port.name])]));
    const results = await program.run({ ...feeds, [parametersName]: values });
    (results[statisticsName]!.data as Float32Array).forEach((value, i) => {
      sums[i]! += value;
      squares[i]! += value * value;
    });
    count++;
  }
  if (count === 0) throw new RangeError('Expected at least one batch for the statistics');
  return combine(
    layers.map(({ mean }) => mean.shape[0] as number),
    sums,
    squares,
    count,
  );
}

function combine(
  channels: readonly number[],
  sums: Float64Array,
  squares: Float64Array,
  count: number,
): Float32Array {
  const combined = Float32Array.from(sums, (sum) => sum / count);
  let at = 0;
  for (const size of channels) {
    for (let i = at; i < at + size; i++) {
      const mean = sums[i]! / count;
      const varianceOfMeans = Math.max(0, squares[i]! / count - mean * mean);
      combined[i + size] = sums[i + size]! / count + varianceOfMeans;
    }
    at += 2 * size;
  }
  return combined;
}
