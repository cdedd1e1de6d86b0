import { createMemoryTables } from '../src/memory-tables.ts';
import { describeTables } from './contract.ts';

describeTables('memory', async () => ({
  open: (options) => createMemoryTables(options),
  dispose: async () => {},
}));
