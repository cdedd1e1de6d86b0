import type { Command } from '@inkwire/wire';
import { type Refusal, refusals } from './refusals.ts';

/** The refusal of a command for `$` names in a service that has none. */
export function refusalWithoutSystem(command: Command): Refusal {
  switch (command.kind) {
    case 'hget':
      return refusals.noKey(command.table, command.key);
    case 'hgetall':
    case 'hmget':
    case 'hexist':
    case 'hmexist':
      return refusals.noTable(command.table);
    case 'subscribe':
      return refusals.noTopic(command.topic);
    case 'unsubscribe':
      return refusals.noSubscription(command.id);
    case 'hset':
    case 'hmset':
    case 'hdel':
    case 'hmdel':
      return refusals.reserved(command.table);
    case 'publish':
      return refusals.reserved(command.topic);
    case 'read':
    case 'lease':
      return refusals.notServed(command.kind);
  }
}
