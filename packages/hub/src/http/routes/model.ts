import { bundledModel, type ModelCard, openReader, type Reader } from '@inkwire/digits';
import { HubError } from '../../errors.ts';
import type { Hub } from '../../hub.ts';
import type { ResolvedHttpOptions } from '../options.ts';
import type { RouteTable } from '../route.ts';

interface Weights {
  readonly recipe: 'softmax';
  readonly accuracy: number | null;
  readonly weights: number[][];
}

/** What the model says of itself, and what a softmax model looks for. */
export function addModelRoutes(table: RouteTable, hub: Hub, { weightsModel }: ResolvedHttpOptions): void {
  let weights: Promise<Weights> | undefined;

  table.add({
    method: 'GET',
    path: '/api/model',
    summary:
      'The model: recipe, version, parameters, accuracy and confusion matrix of each set it was evaluated on',
    answers: { 200: { description: 'Its card', content: { 'application/json': 'Model' } } },
    handle: () => hub.reader.card,
  });

  table.add({
    method: 'GET',
    path: '/api/model/weights',
    summary: 'The weights of a softmax regression, a picture for each digit',
    answers: { 200: { description: '[10][784]', content: { 'application/json': 'Weights' } } },
    problems: [404],
    handle() {
      weights ??= weightsOf(hub.reader, weightsModel).catch((error: unknown) => {
        weights = undefined;
        throw error;
      });
      return weights;
    },
  });
}

async function weightsOf(reader: Reader, file: string | undefined): Promise<Weights> {
  if (reader.card.recipe === 'softmax') return probe(reader);
  await using softmax = await openSoftmax(file ?? bundledModel('softmax'));
  return probe(softmax);
}

async function openSoftmax(model: string): Promise<Reader> {
  const reader = await openReader({ model }).catch((error: unknown) => {
    throw new HubError('HUB_NOT_FOUND', 'There is no softmax model beside the one that reads', {
      cause: error,
    });
  });
  if (reader.card.recipe === 'softmax') return reader;
  await reader.close();
  throw new HubError('HUB_NOT_FOUND', 'There is no softmax model beside the one that reads');
}

const pixels = 784;

/**
 * A softmax regression is linear before its softmax: what one pixel of full ink adds to the log of each probability,
 * less what it adds on average, is that pixel's weights. (They are only determined up to what is common to all ten
 * digits, and the softmax's gradient keeps the sum of weights that began at zero at zero.)
 */
async function probe(reader: Reader): Promise<Weights> {
  const { card } = reader;
  const inputs = new Uint8Array((pixels + 1) * pixels);
  for (let pixel = 0; pixel < pixels; pixel++) inputs[(pixel + 1) * pixels + pixel] = 255;
  const probabilities = await reader.classify(inputs);
  const scores = Array.from({ length: pixels + 1 }, (_, row) =>
    centred(probabilities.subarray(row * 10, row * 10 + 10)),
  );
  const [bias, ...withInk] = scores as [number[], ...number[][]];
  const weights = Array.from({ length: 10 }, (_, digit) =>
    withInk.map((row) => round((row[digit]! - bias[digit]!) * card.temperature)),
  );
  return { recipe: 'softmax', accuracy: accuracyOf(card), weights };
}

function centred(probabilities: Float32Array): number[] {
  const logs = Array.from(probabilities, (probability) => Math.log(Math.max(probability, 1e-38)));
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  return logs.map((log) => log - mean);
}

function round(weight: number): number {
  return Math.round(weight * 1e4) / 1e4;
}

function accuracyOf({ figures }: ModelCard): number | null {
  return (figures.find(({ set }) => set === 'mnist-test') ?? figures[0])?.accuracy ?? null;
}
