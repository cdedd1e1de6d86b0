import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as face from '../src/index.ts';
import * as leases from '../src/leases/index.ts';
import * as mysql from '../src/mysql/index.ts';
import * as pg from '../src/pg/index.ts';

const directory = fileURLToPath(new URL('..', import.meta.url));
const readme = await readFile(`${directory}/README.md`, 'utf8');

describe('the README', () => {
  it('names every function of the public faces', () => {
    const functions = [face, leases, mysql, pg].flatMap((each) =>
      Object.entries(each).flatMap(([name, value]) => (typeof value === 'function' ? [name] : [])),
    );
    expect(functions.filter((name) => !new RegExp(`\\b${name}\\b`).test(readme))).toEqual([]);
  });

  it('names every error code, and no other', async () => {
    const source = await readFile(`${directory}/src/errors.ts`, 'utf8');
    const codes = (text: string) => [...new Set(text.match(/POOL_[A-Z_]+/g))].toSorted();
    expect(codes(readme)).toEqual(codes(source));
  });
});
