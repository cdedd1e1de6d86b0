import { resolve } from 'node:path';
import { modelFileAt } from './model-versions.ts';

/** The models that come with Inkwire, best first. */
const bundledModels = ['cnn', 'mlp', 'softmax'] as const;

/** A bundled model by name, or a file. */
export type ModelChoice = { readonly bundled: (typeof bundledModels)[number] } | { readonly file: string };

/** Reads a `--model`. A file that is called like a bundled model is written with a path: `./cnn`. */
export function parseModelChoice(text: string, base: string): ModelChoice {
  const bundled = bundledModels.find((name) => name === text);
  return bundled === undefined ? { file: resolve(base, text) } : { bundled };
}

/** The finder of digits in a picture: rules, the bundled detector, or that of a file. */
export type DetectorChoice = 'rules' | { readonly bundled: 'page' } | { readonly file: string };

/** Reads a `--detector`. A file that is called like one of the words is written with a path: `./page`. */
export function parseDetectorChoice(text: string, base: string): DetectorChoice {
  if (text === 'rules') return 'rules';
  return text === 'page' ? { bundled: 'page' } : { file: resolve(base, text) };
}

/** The option of `openReader` for a chosen detector; of the directory of a training run, the model in it. */
export async function detectorFile(choice: DetectorChoice): Promise<string | false> {
  if (choice === 'rules') return false;
  return 'file' in choice
    ? modelFileAt(choice.file)
    : (await import('@inkwire/digits')).bundledModel(choice.bundled);
}

/** The ONNX file of a chosen model; of the directory of a training run, the one in it. */
export async function modelFile(choice: ModelChoice): Promise<string> {
  return 'file' in choice
    ? modelFileAt(choice.file)
    : (await import('@inkwire/digits')).bundledModel(choice.bundled);
}
