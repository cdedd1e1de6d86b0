import { bundledModel, type ModelCard, openReader, type Reader, softmaxWeights } from '@inkwire/digits';
import { HubError } from '../../errors.ts';
import type { Hub } from '../../hub.ts';
import type { ResolvedHttpOptions } from '../options.ts';
import type { RouteTable } from '../route.ts';

interface Weights {
  readonly recipe: 'softmax';
  readonly accuracy: number | null;
  readonly weights: number[][];
}

/** Routes with the model's card, and with the weights of a softmax model. */
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

/** The weights of the model that reads, or else of the one in `file`. */
async function weightsOf(reader: Reader, file: string | undefined): Promise<Weights> {
  if (reader.card.recipe === 'softmax') return describeWeights(reader);
  await using softmax = await openReader({ model: file ?? bundledModel('softmax'), detector: false }).catch(
    (error) => {
      throw noSoftmax(error);
    },
  );
  return describeWeights(softmax);
}

async function describeWeights(reader: Reader): Promise<Weights> {
  const found = await softmaxWeights(reader);
  if (found === undefined) throw noSoftmax();
  const weights = Array.from({ length: 10 }, (_, digit) =>
    Array.from({ length: found.length / 10 }, (_, pixel) => round(found[pixel * 10 + digit]!)),
  );
  return { recipe: 'softmax', accuracy: accuracyOf(reader.card), weights };
}

function noSoftmax(cause?: unknown): HubError {
  return new HubError('HUB_NOT_FOUND', 'There is no softmax model beside the one that reads', { cause });
}

function round(weight: number): number {
  return Math.round(weight * 1e4) / 1e4;
}

function accuracyOf({ figures }: ModelCard): number | null {
  return (figures.find(({ set }) => set === 'mnist-test') ?? figures[0])?.accuracy ?? null;
}
