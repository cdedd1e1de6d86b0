import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { modelVersionAt } from './model-versions.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inkwire-versions-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('looks into the directory of a run, and waits while there is no model', async () => {
  expect(await modelVersionAt(folder)).toBeUndefined();
  expect(await modelVersionAt(join(folder, 'other.onnx'))).toBeUndefined();
  await writeFile(join(folder, 'model.onnx'), 'a');
  expect((await modelVersionAt(folder))?.value).toBe(join(folder, 'model.onnx'));
});

it('tells a file from the one that replaced it, of the same size', async () => {
  const file = join(folder, 'model.onnx');
  await writeFile(file, 'a');
  const first = await modelVersionAt(file);
  expect(await modelVersionAt(file)).toEqual(first);
  await writeFile(join(folder, 'new'), 'b');
  await rename(join(folder, 'new'), file);
  expect((await modelVersionAt(file))?.stamp).not.toBe(first?.stamp);
});
