import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as face from '../src/index.ts';

const directory = fileURLToPath(new URL('..', import.meta.url));
const readme = await readFile(`${directory}/README.md`, 'utf8');

describe('the README', () => {
  it('trains a small net in under thirty lines that run as they stand', async () => {
    const code = /```js\n([\s\S]*?)```/.exec(readme)![1]!;
    const statements = code.split('\n').filter((line) => line.trim() !== '');
    expect(statements.length).toBeLessThan(30);
    const args = ['--input-type=module', '--eval', code];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: directory });
    expect(stdout).toBe('centre inside: true, corner inside: false\n');
  });

  it('names every function of the public face', () => {
    const functions = Object.entries(face).flatMap(([name, value]) =>
      typeof value === 'function' ? [name] : [],
    );
    expect(functions.filter((name) => !new RegExp(`\\b${name}\\b`).test(readme))).toEqual([]);
  });

  it('names every error code, and no other', async () => {
    const source = await readFile(`${directory}/src/errors.ts`, 'utf8');
    const codes = (text: string) => [...new Set(text.match(/TENSOR_[A-Z_]+/g))].toSorted();
    expect(codes(readme)).toEqual(codes(source));
  });
});
