import type { ClientIdentity } from '../client-identity.ts';

/** What PostgreSQL keeps of an `application_name`: the rest it cuts off. */
const mostBytes = 63;

/** What the `application_name` of every session of one incarnation begins with. */
export function sessionPrefix(incarnation: string): string {
  return `inkwire/${incarnation}/`;
}

/** An `application_name` for people and for the fence: `inkwire/<incarnation>/<name>`, in what PostgreSQL leaves as it is. */
export function applicationName({ name, incarnation }: ClientIdentity): string {
  return (sessionPrefix(incarnation) + name.replace(/[^ -~]/g, '?')).slice(0, mostBytes);
}
