import { expect, test } from 'vitest';
import { BaseError, CodedError, messageOf, systemCode } from './errors.ts';

class TeapotError extends CodedError<'TEAPOT_EMPTY'> {}

test('a coded error carries its class, code, cause and whether to try again', () => {
  const cause = new Error('underneath');
  const error = new TeapotError('TEAPOT_EMPTY', 'No tea left', { cause, retryable: true });
  expect(error).toBeInstanceOf(CodedError);
  expect(error).toMatchObject({
    name: 'TeapotError',
    code: 'TEAPOT_EMPTY',
    message: 'No tea left',
    retryable: true,
    cause,
  });
});

test('an error is final and has no cause unless it says so', () => {
  const error = new BaseError('BASE_CLOSED', 'closed');
  expect(error.retryable).toBe(false);
  expect('cause' in error).toBe(false);
});

test('systemCode finds the code of a foreign error and nothing in anything else', () => {
  expect(systemCode(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe('ENOENT');
  expect(systemCode(Object.assign(new Error('x'), { code: 7 }))).toBeUndefined();
  expect(systemCode(null)).toBeUndefined();
  expect(systemCode('ENOENT')).toBeUndefined();
});

test('messageOf reads errors and whatever else was thrown', () => {
  expect(messageOf(new Error('bad'))).toBe('bad');
  expect(messageOf(404)).toBe('404');
});
