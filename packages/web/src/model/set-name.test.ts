import { expect, it } from 'vitest';
import { en } from '../words/en.ts';
import { zh } from '../words/zh.ts';
import { setName } from './set-name.ts';

it('names sets as people do', () => {
  expect(setName('mnist-test', en.model.setParts)).toBe('MNIST test');
  expect(setName('mnist-validation', zh.model.setParts)).toBe('MNIST 验证集');
  expect(setName('my own', en.model.setParts)).toBe('my own');
});
