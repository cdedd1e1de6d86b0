import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '@inkwire/base';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { StoreErrors } from '../src/index.ts';

class ShelfError extends CodedError {}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inkwire-lmdb-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const errorsOf = (directory: string) =>
  new StoreErrors(directory, {
    type: ShelfError,
    codes: {
      full: 'FULL',
      unwritable: 'UNWRITABLE',
      damaged: 'DAMAGED',
      foreign: 'FOREIGN',
      failed: 'FAILED',
    },
    messages: { full: 'No room', unwritable: 'No writing', failed: 'Failed' },
  });
const failure = (code: string | number) => Object.assign(new Error('it failed'), { code });

it('every fault is an error of the store, with the directory and the cause', () => {
  const error = errorsOf('/here').from(failure(-30792));
  expect(error).toMatchObject({ code: 'FULL', retryable: true, message: 'No room: /here (it failed)' });
  expect(error).toBeInstanceOf(ShelfError);
  expect(errorsOf('/here').of('damaged')).toMatchObject({ code: 'DAMAGED', retryable: false });
});

it('a mistake, an abort and an error of the store stay what they are', () => {
  const errors = errorsOf('/here');
  for (const error of [new TypeError('a mistake'), errors.of('foreign')])
    expect(errors.from(error)).toBe(error);
});

it('a half-written commit is full where the disk has no room, and failed where it has', async () => {
  expect(await errorsOf(folder).explain(failure('EIO'), 1000)).toMatchObject({ code: 'FAILED' });
  expect(await errorsOf(join(folder, 'gone')).explain(failure('EIO'), 1000)).toMatchObject({
    code: 'UNWRITABLE',
  });
  expect(await errorsOf(folder).explain(failure('ENOSPC'), 1000)).toMatchObject({ code: 'FULL' });
});
