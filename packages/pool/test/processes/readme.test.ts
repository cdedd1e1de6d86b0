import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const directory = fileURLToPath(new URL('../..', import.meta.url));

test('the README shares between two pools of one program, as it stands', async () => {
  const readme = await readFile(`${directory}/README.md`, 'utf8');
  const code = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].at(-1)![1]!;
  const args = ['--input-type=module', '--eval', code];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: directory });
  expect(stdout).toBe('busy has 9 of 10, idle may have 1\n');
});
