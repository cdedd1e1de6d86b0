import type { FastifyRequest } from 'fastify';
import { expect, it } from 'vitest';
import type { HttpLimits } from '../limits/limits.ts';
import { receiveFiles } from './form-files.ts';

/** The first file of a form whose parser fails with `error`. */
function firstOf(error: Error) {
  const request = {
    parts: () => {
      throw error;
    },
  } as unknown as FastifyRequest;
  return receiveFiles(request, {} as HttpLimits).next();
}

it('says that a form is malformed when the parser does', async () => {
  await expect(firstOf(new Error('Unexpected end of form'))).rejects.toMatchObject({
    code: 'HUB_REQUEST_MALFORMED',
  });
});

it('does not take a mistake of ours for a malformed form', async () => {
  for (const mistake of [new TypeError('a mistake'), new RangeError('a mistake')])
    await expect(firstOf(mistake)).rejects.toBe(mistake);
});
