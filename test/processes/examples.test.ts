/** Each program in examples/ prints what it says that it prints. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const directory = fileURLToPath(new URL('../../examples/', import.meta.url));
const examples = readdirSync(directory).filter((name) => name.endsWith('.js'));

/** The lines after `// Prints:`; `…` stands for anything. */
function promised(name: string): RegExp {
  const [, lines] = /^\/\/ Prints:\n((?:\/\/ .*\n)+)$/m.exec(readFileSync(directory + name, 'utf8')) ?? [];
  if (lines === undefined) throw new Error(`${name} does not end with what it prints`);
  const text = lines.replaceAll(/^\/\/ /gm, '').replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`^${text.replaceAll('…', '.+')}$`);
}

test.each(examples)('%s prints what it promises', async (name) => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [directory + name]);
  expect(stderr).toBe('');
  expect(stdout).toMatch(promised(name));
});

test.each(examples)('%s is short, says how it is run, and uses nothing but what packages export', (name) => {
  const text = readFileSync(directory + name, 'utf8');
  expect(text.split('\n').length).toBeLessThan(50);
  expect(text).toContain(`\n// Run: node examples/${name}\n`);
  const imported = [...text.matchAll(/from '([^']+)'/g)].map(([, from]) => from);
  for (const from of imported) expect(from).toMatch(/^(?:node:|@inkwire\/)/);
});
