import type { Clock } from '@inkwire/base';
import type { SystemPart } from './system-part.ts';
import { factsTable, integer, text } from './virtual-table.ts';

/** `$hub`: what a hub says of itself, and what its other names add to that. */
export function hubPart(
  { name, version, clock }: { readonly name: string; readonly version: string; readonly clock: Clock },
  others: readonly SystemPart[],
): SystemPart {
  const startedAt = clock.now();
  const facts = {
    name: () => text(name),
    time: () => integer(Math.round(clock.now())),
    version: () => text(version),
    started: () => integer(Math.round(startedAt)),
  };
  const table = factsTable(Object.assign(facts, ...others.map((part) => part.facts)));
  return { tables: { $hub: () => table } };
}
