/**
 * Teachers: trained models of single digits from which a new one learns beside the labels (Hinton, Vinyals and Dean,
 * "Distilling the Knowledge in a Neural Network", 2015). They see each picture as it is trained on, augmented (Beyer et al.,
 * "Knowledge distillation: A good teacher is patient and consistent", CVPR 2022).
 */
import {
  add,
  cast,
  exportModel,
  type HostTensor,
  mul,
  type Program,
  reshape,
  type Tensor,
} from '@inkwire/tensor';
import { onnxRuntime } from '@inkwire/tensor/node';
import { digitBytes } from '../data/labelled-set.ts';
import { softmax } from '../evaluate/softmax.ts';
import { type ModelFile, openModelFile } from '../model/model-file.ts';
import { type ModelRunner, openRunner } from '../reader/runner.ts';
import type { Recipe } from '../recipes/recipe.ts';
import { warpNumbers } from './augmentation.ts';
import { augmentedInk } from './graphs.ts';
import type { PictureFeeds } from './training-pictures.ts';

/** A teacher at work, and what its logits are divided by. */
interface Teacher {
  readonly runner: ModelRunner;
  readonly temperature: number;
}

/** A trained model that teaches. */
interface TeacherModel extends ModelFile {
  readonly file: string;
}

/** Reads model files. Throws `DIGITS_MODEL_MISSING` and `DIGITS_MODEL_DAMAGED`. */
export const readTeachers = (files: readonly string[]): Promise<TeacherModel[]> =>
  Promise.all(files.map(async (file) => ({ file, ...(await openModelFile(file)) })));

/** At work for one run. The code that opened them closes them. */
export class Teachers implements AsyncDisposable {
  readonly #teachers: readonly Teacher[];
  readonly #augmentation: Program;
  readonly #pictures: number;

  /** For steps of as many pictures. Throws `DIGITS_MODEL_DAMAGED` for a model that does not read single digits. */
  static async open(
    models: readonly TeacherModel[],
    recipe: Pick<Recipe, 'augmentation'>,
    { pictures, threads }: { readonly pictures: number; readonly threads: number },
  ): Promise<Teachers> {
    const teachers: Teacher[] = [];
    try {
      for (const model of models) {
        const runner = await openRunner(model, model.file, { threads, maxBatch: pictures });
        teachers.push({ runner, temperature: model.card.temperature });
      }
      const augmented = exportModel({
        parameters: new Float32Array(0),
        build: () => ({ augmented: bytesOf(augmentedInk(recipe, pictures)) }),
      });
      return new Teachers(teachers, await onnxRuntime.load(augmented, { threads }), pictures);
    } catch (error) {
      for (const { runner } of teachers) await runner.close();
      throw error;
    }
  }

  private constructor(teachers: readonly Teacher[], augmentation: Program, pictures: number) {
    this.#teachers = teachers;
    this.#augmentation = augmentation;
    this.#pictures = pictures;
  }

  /** [pictures, 10]: the mean of their probabilities. */
  async answerTo({ pixels, warp, thickness }: PictureFeeds): Promise<Float32Array> {
    const count = this.#pictures;
    const feeds: Record<string, HostTensor> = {
      pixels: { type: 'uint8', shape: [count, digitBytes], data: pixels },
    };
    if (warp) feeds.warp = { type: 'float32', shape: [count, warpNumbers], data: warp };
    if (thickness) feeds.thickness = { type: 'float32', shape: [count, 2], data: thickness };
    const augmented = (await this.#augmentation.run(feeds)).augmented!.data as Uint8Array;
    const mean = new Float32Array(10 * count);
    const probabilities = new Float32Array(10);
    for (const { runner, temperature } of this.#teachers) {
      runner.input.set(augmented);
      await runner.run(count);
      for (let row = 0; row < count; row++) {
        softmax(runner.logits, row, probabilities, 0, temperature);
        for (let digit = 0; digit < 10; digit++)
          mean[10 * row + digit]! += probabilities[digit]! / this.#teachers.length;
      }
    }
    return mean;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { runner } of this.#teachers) await runner.close();
    await this.#augmentation.close();
  }
}

/** Ink `[batch, 1, 28, 28]` as bytes `[batch, 784]`, as a model takes them. */
const bytesOf = (ink: Tensor): Tensor =>
  cast(add(mul(reshape(ink, [ink.shape[0]!, digitBytes]), 255), 0.5), 'uint8');
