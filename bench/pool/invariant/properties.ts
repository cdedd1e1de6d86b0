import type { Parts } from './parts.ts';

/** Says what is wrong in a run, in words; undefined when nothing is. */
export type Property = (parts: Parts) => string | undefined;

/** Safety: no more sessions are open than the database takes. */
const isWithinCapacity: Property = ({ setting: { database, schedule } }) => {
  const { sessions } = database;
  if (sessions.size <= schedule.capacity) return undefined;
  const incarnations = Array.from(sessions, (session) => session.incarnation);
  return `${sessions.size} sessions of ${schedule.capacity}: ${incarnations}`;
};

/** What is true at every moment: looked at before each event. */
export const always: readonly Property[] = [isWithinCapacity];

/** Recovery: once everything is well, everyone who is alone under a name is served, and nothing is lost for good. */
const isEveryoneServed: Property = ({ clients: { staying } }) => {
  for (const { name, lease } of staying) {
    const isAlone = staying.filter((other) => other.name === name).length === 1;
    if (isAlone && lease.state !== 'leased' && lease.refusal !== 'full')
      return `${name} is ${lease.state} (${lease.refusal}) though everything is well`;
  }
  return undefined;
};

/** What is true some leases after the trouble. */
export const eventually: readonly Property[] = [isEveryoneServed];
