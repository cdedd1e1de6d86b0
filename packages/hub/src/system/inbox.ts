import { problemOf } from '../problem.ts';
import type { SystemContext, SystemPart } from './system-part.ts';
import { ok, refuse } from './virtual-table.ts';

const inbox = /^\$inbox\/([1-9]\d{0,9})$/;

/** `$inbox/<id>`: a member's messages. Others publish to it; the member alone subscribes. */
export function $inbox({ members }: SystemContext): SystemPart {
  return {
    subscribe(topic, { membership }) {
      const id = inbox.exec(topic)?.[1];
      if (id === undefined) return undefined;
      return Number(id) === membership?.facts.id
        ? true
        : refuse(403, 'Forbidden: an inbox is heard by its member only');
    },
    publish(topic, values, { membership }) {
      const id = inbox.exec(topic)?.[1];
      if (id === undefined) return undefined;
      if (membership === undefined) return refuse(401, 'Unauthorized: set $session token first');
      const { id: from, name } = membership.facts;
      if (Number(id) === from) return refuse(400, 'Command is invalid: `A message to oneself`');
      try {
        const isSent = members.send(Number(id), { from, name, values });
        return isSent ? ok() : refuse(404, `Not found: member ${id}`);
      } catch (error) {
        const { status, detail } = problemOf(error);
        if (status !== 503) throw error;
        return refuse(503, detail ?? '');
      }
    },
  };
}
