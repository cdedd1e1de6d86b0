import type { Clock } from '@inkwire/base';
import type { Database } from './database.ts';
import type { Head } from './head.ts';
import type { Statements } from './statements.ts';

/** What keeping and loading have in common. */
export interface WriterParts {
  readonly database: Database;
  readonly statements: Statements;
  readonly head: Head;
  readonly clock: Clock;
}

/** For what is part of a call that has passed the gate. */
export const passed = { isGated: false };
