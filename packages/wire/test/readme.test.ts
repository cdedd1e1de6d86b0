import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { resolveClientOptions } from '../src/client/options.ts';
import * as face from '../src/index.ts';
import * as nodeFace from '../src/node/index.ts';
import { resolveYamuxLimits } from '../src/yamux/limits.ts';

const directory = fileURLToPath(new URL('..', import.meta.url));
const readme = await readFile(`${directory}/README.md`, 'utf8');

/** The default that the README gives for an option, as a number. */
function defaultOf(option: string): number {
  const row = readme.split('\n').find((line) => line.startsWith(`| ${option}`));
  const cell = row?.split('|').at(-2)?.trim() ?? '';
  const [, digits = '', unit = ''] = /^([\d ]+?) ?(KiB|MiB)?$/.exec(cell) ?? [];
  return Number(digits.replaceAll(' ', '')) * ({ KiB: 2 ** 10, MiB: 2 ** 20 }[unit] ?? 1);
}

describe('the README', () => {
  it('gives each option of the client, and the defaults as they are', () => {
    const resolved = resolveClientOptions({ dial: () => Promise.reject(new Error('never')) });
    const { clock, backoffMs, ...named } = resolved;
    expect([typeof clock, typeof backoffMs]).toEqual(['object', 'function']);
    const [, ofClient] = readme.split('Options of `createClient`');
    expect(Object.keys(named).filter((name) => !ofClient!.includes(`| \`${name}\``))).toEqual([]);
    const numbers = Object.entries(named).filter(
      ([name, value]) => typeof value === 'number' && name !== 'silenceMs',
    );
    expect(Object.fromEntries(numbers.map(([name]) => [name, defaultOf(`\`${name}\` `)]))).toEqual(
      Object.fromEntries(numbers),
    );
  });

  it('gives each limit of yamux, and the defaults as they are', () => {
    const limits = resolveYamuxLimits();
    const told = Object.keys(limits).map((name) => [name, defaultOf(`\`limits.${name}\``)]);
    expect(Object.fromEntries(told)).toEqual(limits);
  });

  it('names what most programs use of the public face', () => {
    const made = Object.keys({ ...face, ...nodeFace }).filter((name) =>
      /^(create|open|dial|listen|accept|watch)[A-Z]/.test(name),
    );
    expect(made.filter((name) => !new RegExp(`\\b${name}\\b`).test(readme))).toEqual([]);
  });
});
