import { expect, it } from 'vitest';
import { HubError } from '../errors.ts';
import type { Session } from '../members/session.ts';
import { sessionPart } from './session.ts';
import { text } from './virtual-table.ts';

/** Sets a key of `$session` in a session where the token and the name fail with `error`. */
function set(key: 'name' | 'token', error: Error) {
  const fail = () => {
    throw error;
  };
  const session = {
    address: '192.0.2.1',
    tokens: { roleOf: fail },
    membership: { facts: { id: 1, name: 'Anna' }, rename: fail },
    wrongToken: () => {},
  } as unknown as Session;
  return sessionPart.tables!.$session!(session).set!(key, text('Bert'));
}

it('refuses a wrong token and a bad name', () => {
  expect(set('token', new HubError('HUB_TOKEN_WRONG', 'no'))).toMatchObject({ status: 401 });
  expect(set('name', new HubError('HUB_NAME_INVALID', 'too long'))).toMatchObject({
    status: 400,
    message: 'Command is invalid: `too long`',
  });
});

it('does not take a fault of the hub for a full hub or a bad name', () => {
  const fault = new TypeError('a mistake');
  for (const key of ['token', 'name'] as const) expect(() => set(key, fault)).toThrow(fault);
});
