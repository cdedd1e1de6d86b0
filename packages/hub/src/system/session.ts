import type { Reply, Value } from '@inkwire/wire';
import type { Session } from '../members/session.ts';
import { isServerFault, type Problem, problemOf } from '../problem.ts';
import type { SystemPart } from './system-part.ts';
import { factsTable, integer, none, refuse, text, type VirtualTable } from './virtual-table.ts';

/** `$session`: a connection's own id and name; setting `token` signs it in. */
export const sessionPart: SystemPart = { tables: { $session: sessionTable } };

function sessionTable(session: Session): VirtualTable {
  const { membership } = session;
  const facts = factsTable(
    membership === undefined
      ? {}
      : { id: () => integer(membership.facts.id), name: () => text(membership.facts.name) },
  );
  return {
    ...facts,
    set(key, value) {
      if (value.kind !== 'string') return refuse(400, `Command is invalid: \`$session ${key} is a string\``);
      if (key === 'token') return signIn(session, value.value);
      if (key !== 'name') return refuse(403, 'Forbidden: $session takes a name and a token');
      return rename(session, value.value);
    },
  };
}

/** Signs in with a token. Where none is needed any is accepted, so that one client serves both. */
function signIn(session: Session, token: string): Value | Reply {
  try {
    if (session.tokens !== undefined) session.enter(session.tokens.roleOf(token, session.address));
    return none;
  } catch (error) {
    const { status, detail = 'The hub is full' } = refusalOf(error);
    if (status === 401 || status === 429) session.wrongToken();
    return refuse(status, status === 401 ? 'Unauthorized: the token is wrong' : detail);
  }
}

function rename({ membership }: Session, name: string): Value | Reply {
  if (membership === undefined) return refuse(401, 'Unauthorized: set $session token first');
  const previous = text(membership.facts.name);
  try {
    membership.rename(name);
  } catch (error) {
    const { status, detail = '' } = refusalOf(error);
    return refuse(status, status === 400 ? `Command is invalid: \`${detail}\`` : detail);
  }
  return previous;
}

/** The problem that refuses a member. Throws a fault of the hub again: the command service reports it and answers 500. */
function refusalOf(error: unknown): Problem {
  const problem = problemOf(error);
  if (isServerFault(problem)) throw error;
  return problem;
}
