import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { messageOf, systemCode } from '@inkwire/base';
import { readMetadata, withMetadata, withoutMetadata } from '@inkwire/tensor';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { DigitsError } from '../errors.ts';
import { type ModelCard, modelCardSchema } from './model-card.ts';

/** On disk: the key of the card among the metadata_props. */
const cardKey = 'inkwire';
const maxModelBytes = 256 * 2 ** 20;

/** A model file's bytes, ready for a runtime, and its card. */
export interface ModelFile {
  readonly bytes: Uint8Array;
  readonly card: ModelCard;
}

/**
 * The path of a model that comes with this package: `cnn` (the default), the best that reads single digits, `mlp`, `softmax`;
 * or `page`, which finds the digits of pictures (`openReader({ detector })`).
 */
export function bundledModel(name: 'cnn' | 'softmax' | 'mlp' | 'page' = 'cnn'): string {
  return fileURLToPath(new URL(`../../models/${name}.onnx`, import.meta.url));
}

/**
 * Reads a model file and its card. The card's `version` is a digest of the graph, so that one changed byte is noticed.
 *
 * Throws `DIGITS_MODEL_MISSING` when the file cannot be opened; `DIGITS_MODEL_DAMAGED`, naming the file, when it is
 * larger than 256 MiB, no ONNX model, without a card or with one that is not valid, or not the graph that the card is of.
 */
export async function openModelFile(file: string): Promise<ModelFile> {
  return unsealModel(await readModelBytes(file), file);
}

/** Like `openModelFile`, for bytes that were read already. Errors name `file`. */
export function unsealModel(bytes: Uint8Array, file: string): ModelFile {
  const card = readCard(bytes, file);
  const version = modelVersion(bytes);
  if (version !== card.version)
    throw damaged(file, `the model inside has version ${version}, but its card says ${card.version}`);
  return { bytes, card };
}

/** The version of a model: 12 hexadecimal digits of the SHA-256 of its bytes without metadata. */
export function modelVersion(bytes: Uint8Array): string {
  return createHash('sha256').update(withoutMetadata(bytes)).digest('hex').slice(0, 12);
}

/** An ONNX model with this card instead of its own, and with the version in the card. */
export function sealModel(bytes: Uint8Array, card: Omit<ModelCard, 'version'>): ModelFile {
  const complete: ModelCard = { ...card, version: modelVersion(bytes) };
  modelCardSchema.parse(complete);
  return { bytes: withMetadata(bytes, { [cardKey]: JSON.stringify(complete) }), card: complete };
}

/** Seals a model and writes it atomically: the file is the old one or the new one, never a part of it. */
export async function writeModelFile(
  file: string,
  bytes: Uint8Array,
  card: Omit<ModelCard, 'version'>,
): Promise<ModelCard> {
  const sealed = sealModel(bytes, card);
  await writeFileAtomic(file, Buffer.from(sealed.bytes));
  return sealed.card;
}

/** The error for a model file that is there but cannot be used. */
export function damaged(file: string, problem: string, cause?: unknown): DigitsError {
  return new DigitsError('DIGITS_MODEL_DAMAGED', `${file} is not a model that reads digits: ${problem}`, {
    cause,
  });
}

async function readModelBytes(file: string): Promise<Uint8Array> {
  let size = 0;
  try {
    await using handle = await open(file);
    ({ size } = await handle.stat());
    if (size <= maxModelBytes) return await handle.readFile();
  } catch (error) {
    const code = systemCode(error);
    const reason = code ?? messageOf(error);
    if (code === 'EISDIR') throw damaged(file, 'it is a directory', error);
    throw new DigitsError('DIGITS_MODEL_MISSING', `Cannot open the model ${file} (${reason})`, {
      cause: error,
    });
  }
  throw damaged(file, `${size} bytes are more than the limit of ${maxModelBytes}`);
}

function readCard(bytes: Uint8Array, file: string): ModelCard {
  let json: string | undefined;
  try {
    json = readMetadata(bytes)[cardKey];
  } catch (error) {
    throw damaged(file, 'its bytes are no ONNX model', error);
  }
  if (json === undefined) throw damaged(file, `it has no card under \`${cardKey}\` in its metadata`);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw damaged(file, 'its card is no JSON', error);
  }
  const parsed = modelCardSchema.safeParse(value);
  if (!parsed.success)
    throw damaged(file, `its card is not valid: ${z.prettifyError(parsed.error)}`, parsed.error);
  return parsed.data;
}
