import type { ClientIdentity } from '../client-identity.ts';

/** The bytes that PostgreSQL keeps of an `application_name`: it cuts off the rest. */
const mostBytes = 63;

/** The prefix of the `application_name` of every session of one incarnation. */
export function sessionPrefix(incarnation: string): string {
  return `inkwire/${incarnation}/`;
}

/** An `application_name` for people and for the fence: `inkwire/<incarnation>/<name>`, in characters that PostgreSQL keeps. */
export function applicationName({ name, incarnation }: ClientIdentity): string {
  return (sessionPrefix(incarnation) + name.replace(/[^ -~]/g, '?')).slice(0, mostBytes);
}
