import type { Check } from './check.ts';
import { dataDirectoryCheck, embeddedStoreCheck } from './data-directory.ts';
import { listenersCheck } from './listeners.ts';
import { modelsCheck } from './models.ts';
import { postgresCheck } from './postgres.ts';
import { nodeCheck, openFilesCheck } from './runtime.ts';
import { tlsCheck } from './tls.ts';

/** Everything that `inkwire doctor` looks at, in this order. A check of another engine is a line here. */
export const checks: readonly Check[] = [
  nodeCheck,
  openFilesCheck,
  dataDirectoryCheck,
  embeddedStoreCheck,
  postgresCheck,
  listenersCheck,
  tlsCheck,
  modelsCheck,
];
