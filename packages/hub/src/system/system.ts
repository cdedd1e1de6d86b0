import { refusals, type SystemHook } from '@inkwire/kv';
import type { Command } from '@inkwire/wire';
import type { Caller } from '../members/caller.ts';
import type { SystemPart } from './system-part.ts';
import { answerTable, refuse, refuseWith, type TableCommand } from './virtual-table.ts';

/** Names that are longer are none of the hub's, and are not repeated in an answer. */
const longestName = 512;

/** The names that begin with `$`, `read` and `lease`, put together. */
export function createSystem(parts: readonly SystemPart[]): SystemHook<Caller> {
  const tables: NonNullable<SystemPart['tables']> = Object.assign({}, ...parts.map((part) => part.tables));
  return {
    answer(command, caller) {
      const { session } = caller;
      if (namesOf(command).some((name) => name.length > longestName))
        return refuse(
          400,
          `Command is invalid: \`A name or key here has at most ${longestName} characters\``,
        );
      switch (command.kind) {
        case 'read':
          return (
            first(parts, (part) => part.read?.(command, caller)) ?? refuseWith(refusals.notServed('read'))
          );
        case 'lease':
          return (
            first(parts, (part) => part.lease?.(command.bytes)) ??
            refuse(404, 'Not found: no allocator runs here')
          );
        case 'subscribe': {
          const may = first(parts, (part) => part.subscribe?.(command.topic, session));
          return may === true ? undefined : (may ?? refuseWith(refusals.noTopic(command.topic)));
        }
        case 'unsubscribe':
          return undefined;
        case 'publish':
          return (
            first(parts, (part) => part.publish?.(command.topic, command.data, session)) ??
            refuse(403, `Forbidden: ${command.topic} is not to be published to`)
          );
        default:
          return answerTable(command satisfies TableCommand, tables[command.table]?.(session));
      }
    },
  };
}

/** The first answer of a part that is not undefined. */
function first<T>(parts: readonly SystemPart[], ask: (part: SystemPart) => T | undefined): T | undefined {
  for (const part of parts) {
    const answer = ask(part);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** The names of a command that its answer may repeat. */
function namesOf(command: Command): readonly string[] {
  if ('topic' in command) return [command.topic];
  if (!('table' in command)) return [];
  if ('key' in command) return [command.table, command.key];
  return 'pair' in command && command.pair ? [command.table, command.pair.key] : [command.table];
}
