import { bundledModel } from '@inkwire/digits';
import type { ModelChoice } from './model-choice.ts';

/** The ONNX file of a chosen model. */
export function modelFile(choice: ModelChoice): string {
  return 'bundled' in choice ? bundledModel(choice.bundled) : choice.file;
}
