import { BaseError } from '@inkwire/base';
import cassandra from 'cassandra-driver';
import { describe, expect, it } from 'vitest';
import { cassandraError, isFailureOfReplicas, isInDoubt, silenceError } from './cassandra-errors.ts';

const { errors } = cassandra;

/** An error as the driver makes it of the server's words. */
const fromServer = (code: number, words = `words of ${code}`) => new errors.ResponseError(code, words);
const fromSystem = (code: string) => Object.assign(new Error(`words of ${code}`), { code });
/** The driver's base class, with which it says this. */
const ended = Object.assign(new Error('Socket was closed'), { name: 'DriverError' });
const silence = () => new errors.OperationTimedOutError('The host did not reply');

/** An error as the driver makes it when it has tried all nodes. */
const ofNodes = (...inner: unknown[]) =>
  new errors.NoHostAvailableError(
    Object.fromEntries(inner.map((one, i) => [`127.0.0.${i + 1}:9042`, one])),
    'All host(s) tried for query failed',
  );

describe('an error of Cassandra', () => {
  it.each([
    [0x0000, 'READINGS_FAILED', false],
    [0x0100, 'READINGS_REFUSED', false],
    [0x1000, 'READINGS_UNREACHABLE', true],
    [0x1001, 'READINGS_OVERLOADED', true],
    [0x1002, 'READINGS_UNREACHABLE', true],
    [0x1100, 'READINGS_OVERLOADED', true],
    [0x1200, 'READINGS_OVERLOADED', true],
    [0x1500, 'READINGS_FAILED', false],
    [0x2100, 'READINGS_UNWRITABLE', false],
  ])('%i is %s', (number, code, retryable) => {
    const cause = fromServer(number);
    const message = expect.stringContaining(`words of ${number}`);
    expect(cassandraError(cause)).toMatchObject({ code, retryable, cause, message });
  });

  it.each([
    ["Keyspace 'nope' does not exist", 'READINGS_FOREIGN'],
    ['table readings does not exist', 'READINGS_FOREIGN'],
    ['Undefined column name a in table ink.readings', 'READINGS_FOREIGN'],
    ['Request is too big: length 16882129 exceeds maximum allowed length 16777216', 'READINGS_TOO_LARGE'],
    ['Batch too large', 'READINGS_TOO_LARGE'],
    ['Expected 4 or 0 byte int (8)', 'READINGS_FAILED'],
  ])('%s is %s', (words, code) => {
    expect(cassandraError(fromServer(0x2200, words))).toMatchObject({ code, retryable: false });
  });

  it.each([
    ['a node that refuses connections', fromSystem('ECONNREFUSED'), 'READINGS_UNREACHABLE'],
    ['a node that says nothing', silence(), 'READINGS_UNREACHABLE'],
    ['a connection that ended', ended, 'READINGS_UNREACHABLE'],
    ['a full connection', new errors.BusyConnectionError('127.0.0.1:9042', 2048, 1), 'READINGS_OVERLOADED'],
    ['a wrong password', new errors.AuthenticationError('Provided username or password'), 'READINGS_REFUSED'],
    ['a certificate of nobody', fromSystem('DEPTH_ZERO_SELF_SIGNED_CERT'), 'READINGS_REFUSED'],
    ['TLS to a plain port', fromSystem('ERR_SSL_WRONG_VERSION_NUMBER'), 'READINGS_REFUSED'],
    ['a mistake of ours', new errors.ArgumentError('localDataCenter'), 'READINGS_FAILED'],
  ])('of %s is told also behind those of all nodes', (_, error, code) => {
    expect(cassandraError(error)).toMatchObject({ code });
    expect(cassandraError(ofNodes(error))).toMatchObject({
      code,
      message: expect.stringContaining((error as Error).message),
    });
  });

  it('of several nodes is the one that does not pass by itself', () => {
    const away = fromSystem('ECONNREFUSED');
    const wrong = new errors.AuthenticationError('Provided username or password');
    expect(cassandraError(ofNodes(away, wrong, silence()))).toMatchObject({ code: 'READINGS_REFUSED' });
    expect(cassandraError(ofNodes(away, fromServer(0x1001)))).toMatchObject({ code: 'READINGS_OVERLOADED' });
    expect(cassandraError(ofNodes(away, ofNodes(fromServer(0x1000))))).toMatchObject({
      code: 'READINGS_UNREACHABLE',
    });
    expect(cassandraError(ofNodes())).toMatchObject({ code: 'READINGS_UNREACHABLE', retryable: true });
  });

  it('stays what it is when it is coded, or a mistake of the program', () => {
    for (const error of [new BaseError('BASE_CLOSED', 'closed'), new TypeError('mistake')])
      expect(cassandraError(error)).toBe(error);
  });

  it('of a table that other nodes do not have yet is told from others', () => {
    for (const error of [fromServer(0x1300), fromServer(0x1500), ofNodes(fromServer(0x1300))])
      expect(isFailureOfReplicas(error)).toBe(true);
    for (const error of [fromServer(0x1200), silence(), ofNodes()])
      expect(isFailureOfReplicas(error)).toBe(false);
  });

  it('leaves in doubt whether a write is done, unless it was refused or never sent', () => {
    for (const error of [fromServer(0x1100), fromServer(0x1500), fromServer(0x0000), silence()])
      expect(isInDoubt(error)).toBe(true);
    expect(isInDoubt(ended)).toBe(true);
    expect(isInDoubt(ofNodes(fromSystem('ECONNREFUSED'), silence()))).toBe(true);
    for (const error of [fromServer(0x1000), fromServer(0x1001), fromServer(0x2200), ofNodes()])
      expect(isInDoubt(error)).toBe(false);
    expect(isInDoubt(ofNodes(fromSystem('ECONNREFUSED'), fromServer(0x1000)))).toBe(false);
    expect(isInDoubt(cassandraError(fromServer(0x1000)))).toBe(false);
    for (const error of [cassandraError(fromServer(0x1100)), silenceError(10)])
      expect(isInDoubt(error)).toBe(true);
  });
});
