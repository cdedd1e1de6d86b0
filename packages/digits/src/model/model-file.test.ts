import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readMetadata, withMetadata } from '@inkwire/tensor';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../test/data-files.ts';
import { tinyCard, tinyModel, writeTinyModel } from '../../test/reader-model.ts';
import {
  bundledModel,
  modelVersion,
  openModelFile,
  sealModel,
  unsealModel,
  writeModelFile,
} from './model-file.ts';

describe('a model file', () => {
  it('keeps its card, with a version that depends on the graph alone', async () => {
    const file = await writeTinyModel({ temperature: 1.25 });
    const { bytes, card } = await openModelFile(file);
    expect(card).toEqual({ ...tinyCard, temperature: 1.25, version: modelVersion(tinyModel()) });
    expect(card.version).toMatch(/^[0-9a-f]{12}$/);
    expect(JSON.parse(readMetadata(bytes).inkwire!)).toEqual(card);
    expect(sealModel(bytes, { ...card, seed: 2 }).card.version).toBe(card.version);
  });

  it('keeps what a later program wrote into the card', () => {
    const { bytes } = sealModel(tinyModel(), { ...tinyCard, later: [1, 2] } as typeof tinyCard);
    expect(unsealModel(bytes, 'x').card).toMatchObject({ later: [1, 2] });
  });

  it('is missing when there is none, and when it cannot be opened', async () => {
    const file = join(await temporaryDirectory(), 'none.onnx');
    await expect(openModelFile(file)).rejects.toMatchObject({
      code: 'DIGITS_MODEL_MISSING',
      message: expect.stringContaining(file),
    });
    await expect(openModelFile(join(file, 'below'))).rejects.toMatchObject({ code: 'DIGITS_MODEL_MISSING' });
  });

  it('is damaged when it is a directory, empty, text, or larger than any model', async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, 'folder'));
    await writeFile(join(directory, 'empty'), '');
    await writeFile(join(directory, 'text'), 'This is not a model.\n'.repeat(100));
    for (const name of ['folder', 'empty', 'text'])
      await expect(openModelFile(join(directory, name)), name).rejects.toMatchObject({
        code: 'DIGITS_MODEL_DAMAGED',
        message: expect.stringContaining(join(directory, name)),
      });
  });

  it('is damaged wherever it is cut off', async () => {
    const { bytes } = await openModelFile(await writeTinyModel());
    for (let length = 0; length < bytes.length; length += 61)
      expect(() => unsealModel(bytes.subarray(0, length), 'cut'), `${length}`).toThrow(
        expect.objectContaining({ code: 'DIGITS_MODEL_DAMAGED' }),
      );
    expect(() => unsealModel(bytes.subarray(0, -1), 'cut')).toThrow(/cut is not a model/);
  });

  it('is damaged when a byte of the graph is another', async () => {
    const { bytes } = await openModelFile(await writeTinyModel());
    const graphEnd = bytes.length - JSON.stringify({ ...tinyCard, version: '0'.repeat(12) }).length - 30;
    for (let at = 0; at < graphEnd; at += 257) {
      const changed = Uint8Array.from(bytes);
      changed[at]! ^= 0x10;
      expect(() => unsealModel(changed, 'changed'), `${at}`).toThrow(
        expect.objectContaining({ code: 'DIGITS_MODEL_DAMAGED' }),
      );
    }
  });

  it('is damaged without a card, and with one that is not valid', () => {
    const bytes = tinyModel();
    expect(() => unsealModel(bytes, 'bare')).toThrow(/no card/);
    const withCard = (card: string) => () => unsealModel(withMetadata(bytes, { inkwire: card }), 'bad');
    expect(withCard('{')).toThrow(/no JSON/);
    expect(withCard('[]')).toThrow(expect.objectContaining({ code: 'DIGITS_MODEL_DAMAGED' }));
    const { card } = sealModel(bytes, tinyCard);
    for (const wrong of [
      { temperature: 0 },
      { unsureBelow: 2 },
      { version: 'x' },
      { recipe: undefined },
      { figures: [{}] },
    ])
      expect(withCard(JSON.stringify({ ...card, ...wrong })), JSON.stringify(wrong)).toThrow(
        /card is not valid/,
      );
    expect(withCard(JSON.stringify({ ...card, version: '0123456789ab' }))).toThrow(/version/);
  });

  it('is never written with a card that could not be read again', async () => {
    const file = join(await temporaryDirectory(), 'model.onnx');
    await expect(
      writeModelFile(file, tinyModel(), { ...tinyCard, temperature: Number.NaN }),
    ).rejects.toThrow();
    await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('bundledModel', () => {
  it('lies in the package', () => {
    expect(bundledModel()).toMatch(/packages\/digits\/models\/cnn\.onnx$/);
    expect(bundledModel('softmax')).toMatch(/softmax\.onnx$/);
  });
});
