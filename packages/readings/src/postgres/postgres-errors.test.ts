import { BaseError } from '@inkwire/base';
import { PoolError } from '@inkwire/pool';
import { describe, expect, it } from 'vitest';
import { isInDoubt, postgresError } from './postgres-errors.ts';

/** An error as the driver makes it of the server's words. */
const fromServer = (code: string) =>
  Object.assign(new Error(`words of ${code}`), { code, severity: 'ERROR' });
const fromSystem = (code: string) => Object.assign(new Error(`words of ${code}`), { code });

describe('an error of PostgreSQL', () => {
  it.each([
    ['53100', 'READINGS_FULL', true],
    ['53300', 'READINGS_OVERLOADED', true],
    ['53200', 'READINGS_OVERLOADED', true],
    ['55P03', 'READINGS_OVERLOADED', true],
    ['57014', 'READINGS_OVERLOADED', true],
    ['40001', 'READINGS_OVERLOADED', true],
    ['57P01', 'READINGS_UNREACHABLE', true],
    ['57P03', 'READINGS_UNREACHABLE', true],
    ['08006', 'READINGS_UNREACHABLE', true],
    ['28P01', 'READINGS_REFUSED', false],
    ['3D000', 'READINGS_REFUSED', false],
    ['42501', 'READINGS_UNWRITABLE', false],
    ['25006', 'READINGS_UNWRITABLE', false],
    ['42P01', 'READINGS_FOREIGN', false],
    ['XX001', 'READINGS_DAMAGED', false],
    ['XX000', 'READINGS_FAILED', false],
    ['22003', 'READINGS_FAILED', false],
  ])('%s is %s', (sqlState, code, retryable) => {
    const cause = fromServer(sqlState);
    const error = postgresError(cause);
    expect(error).toMatchObject({
      code,
      retryable,
      cause,
      message: expect.stringContaining(`words of ${sqlState}`),
    });
  });

  it.each([
    ['ECONNREFUSED', 'READINGS_UNREACHABLE'],
    ['EPIPE', 'READINGS_UNREACHABLE'],
    ['ENOTFOUND', 'READINGS_UNREACHABLE'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'READINGS_REFUSED'],
    ['CERT_HAS_EXPIRED', 'READINGS_REFUSED'],
  ])('%s of the system is %s', (systemCode, code) => {
    expect(postgresError(fromSystem(systemCode))).toMatchObject({ code });
  });

  it('is looked for behind the pool that could not connect', () => {
    const pool = (
      code: 'POOL_CONNECT_FAILED' | 'POOL_ACQUIRE_TIMEOUT' | 'POOL_QUEUE_FULL',
      cause?: unknown,
    ) => postgresError(new PoolError(code, 'words of the pool', { cause }));
    expect(pool('POOL_CONNECT_FAILED', fromServer('28P01'))).toMatchObject({ code: 'READINGS_REFUSED' });
    expect(pool('POOL_CONNECT_FAILED', fromSystem('ECONNREFUSED'))).toMatchObject({
      code: 'READINGS_UNREACHABLE',
    });
    expect(pool('POOL_ACQUIRE_TIMEOUT', fromServer('53300'))).toMatchObject({ code: 'READINGS_OVERLOADED' });
    expect(pool('POOL_ACQUIRE_TIMEOUT')).toMatchObject({ code: 'READINGS_OVERLOADED' });
    expect(pool('POOL_QUEUE_FULL')).toMatchObject({ code: 'READINGS_OVERLOADED' });
    const opening = new PoolError('POOL_OPEN_TIMEOUT', 'no answer');
    expect(pool('POOL_CONNECT_FAILED', opening)).toMatchObject({ code: 'READINGS_UNREACHABLE' });
  });

  it('stays what it is when it is coded, or a mistake of the program', () => {
    for (const error of [
      new BaseError('BASE_CLOSED', 'closed'),
      new PoolError('POOL_DRIVER_MISSING', 'npm install pg'),
      new PoolError('POOL_FENCED', 'fenced'),
      new TypeError('mistake'),
    ])
      expect(postgresError(error)).toBe(error);
  });

  it('leaves in doubt whether a statement was executed only where the session ended', () => {
    for (const error of [new Error('Connection terminated'), fromSystem('ECONNRESET'), fromServer('57P01')])
      expect(isInDoubt(error)).toBe(true);
    for (const code of ['53100', '57014', '42501']) expect(isInDoubt(fromServer(code))).toBe(false);
  });
});
