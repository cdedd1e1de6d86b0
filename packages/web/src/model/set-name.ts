import type { Words } from '../words/en.ts';

/** A set's name for people: `mnist-test` is “MNIST test”, and in Chinese “MNIST 测试集”; parts without a word stay. */
export function setName(set: string, parts: Words['model']['setParts']): string {
  return set
    .split('-')
    .map((part) => (Object.hasOwn(parts, part) ? parts[part as keyof typeof parts] : part))
    .join(' ');
}
