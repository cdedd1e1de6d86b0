import { join } from 'node:path';
import { cast, exportModel, input, mul } from '@inkwire/tensor';
import type { ModelCard } from '../src/model/model-card.ts';
import { writeModelFile } from '../src/model/model-file.ts';
import { temporaryDirectory } from './data-files.ts';

/** A valid card, but for the version. */
export const tinyCard: Omit<ModelCard, 'version'> = {
  recipe: 'softmax',
  parameters: 7850,
  seed: 1,
  trained: '2026-01-02T03:04:05.000Z',
  command: 'inkwire train softmax',
  data: { 'mnist-train-images': 'ba89' },
  temperature: 1,
  unsureBelow: 0.9,
  unsureErrorRate: 0.001,
  figures: [],
};

/**
 * An ONNX model that reads the digit d where pixel number d is inked: the logit is 10 for full ink. `ports` makes one
 * that takes or gives something else than a reader needs.
 */
export function tinyModel(
  ports: { input?: string; output?: string; pixels?: number; digits?: number } = {},
): Uint8Array {
  const { input: inputName = 'pixels', output = 'logits', pixels: width = 784, digits: units = 10 } = ports;
  const parameters = new Float32Array(width * units + units);
  for (let digit = 0; digit < units; digit++) parameters[digit * units + digit] = 10;
  return exportModel({
    parameters,
    build(network) {
      const pixels = input(inputName, 'uint8', ['N', width]);
      return { [output]: network.dense(mul(cast(pixels, 'float32'), 1 / 255), { units }) };
    },
  });
}

/** Writes the tiny model with a card into a directory that is gone after the test. */
export async function writeTinyModel(card: Partial<ModelCard> = {}, bytes = tinyModel()): Promise<string> {
  const file = join(await temporaryDirectory(), 'tiny.onnx');
  await writeModelFile(file, bytes, { ...tinyCard, ...card });
  return file;
}
