import { createHash, timingSafeEqual } from 'node:crypto';
import { HubError } from '../errors.ts';
import type { AddressRates } from '../limits/address-rates.ts';

/**
 * The rights of a connection or a request. `read`: read and subscribe; `write`: also change, publish and have pictures read;
 * `admin`: also hold leases.
 */
export type Role = 'read' | 'write' | 'admin';

/** The token of each role: at least 8 printable ASCII characters, no two the same. */
export interface Tokens {
  readonly admin?: string | undefined;
  readonly write?: string | undefined;
  readonly read?: string | undefined;
}

const roles = ['admin', 'write', 'read'] as const satisfies readonly Role[];

/**
 * The role that a token gives on one listener. Wrong tokens are counted for each address, over all listeners of a hub. Past
 * the limit every token of that address is refused for a while, also the right one.
 */
export class TokenCheck {
  /** Digests have one length, so that comparing them reveals nothing of the token's length. */
  readonly #digests: readonly (readonly [Role, Buffer])[];
  readonly #wrong: AddressRates;

  private constructor(digests: readonly (readonly [Role, Buffer])[], wrong: AddressRates) {
    this.#digests = digests;
    this.#wrong = wrong;
  }

  /** Undefined without tokens: everyone is an admin. Throws a RangeError for a token that is too short. */
  static of(tokens: Tokens | undefined, wrong: AddressRates): TokenCheck | undefined {
    const given = roles.flatMap((role) => {
      const token = tokens?.[role];
      return token === undefined ? [] : [[role, expectToken(role, token)] as const];
    });
    if (new Set(given.map(([, token]) => token)).size < given.length)
      throw new RangeError('Expected each role in `tokens` to have a token of its own');
    if (given.length === 0) return undefined;
    return new TokenCheck(
      given.map(([role, token]) => [role, digest(token)]),
      wrong,
    );
  }

  /** Throws `HUB_TOKEN_WRONG`, and `HUB_RATE_LIMITED` where too many were wrong. */
  roleOf(token: string, address: string): Role {
    const seconds = this.waitSeconds(address);
    if (seconds > 0)
      throw new HubError(
        'HUB_RATE_LIMITED',
        `Too many wrong tokens came from this address; one is looked at again in ${seconds} s`,
        { retryable: true },
      );
    const presented = digest(token);
    const role = this.#digests.find(([, expected]) => timingSafeEqual(presented, expected))?.[0];
    if (role !== undefined) return role;
    this.#wrong.take(address);
    throw new HubError('HUB_TOKEN_WRONG', 'The token is none of those that this server takes');
  }

  /** Seconds until a token of this address is checked again; 0 for now. */
  waitSeconds(address: string): number {
    return Math.ceil(this.#wrong.waitMs(address) / 1000);
  }
}

function expectToken(role: Role, token: string): string {
  if (/^[\x21-\x7e]{8,}$/.test(token)) return token;
  throw new RangeError(
    `Expected \`tokens.${role}\` to be at least 8 printable ASCII characters without spaces`,
  );
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
