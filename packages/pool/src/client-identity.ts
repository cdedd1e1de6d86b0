/** The owner of connections, as the database sees it: a client's name, and one life of it. */
export interface ClientIdentity {
  readonly name: string;
  /** At most 40 characters, printable ASCII without `/`. */
  readonly incarnation: string;
}

/** An identity, or where to ask for it before each opening: a lease client's incarnation changes when it was fenced. */
export type ClientIdentitySource = ClientIdentity | (() => ClientIdentity);

/** Throws a RangeError for an incarnation that a session could not carry. */
export function identityOf(source: ClientIdentitySource | undefined): ClientIdentity | undefined {
  const identity = typeof source === 'function' ? source() : source;
  if (identity !== undefined && !/^[!-.0-~]{1,40}$/.test(identity.incarnation))
    throw new RangeError(
      `Expected \`incarnation\` to be 1 to 40 printable characters without a slash, got \`${identity.incarnation}\``,
    );
  return identity;
}

/** Returns a source whose identity, when it is there already, is known to be one. Throws like `identityOf`. */
export function expectIdentity(source: ClientIdentitySource | undefined): ClientIdentitySource | undefined {
  if (typeof source !== 'function') identityOf(source);
  return source;
}
