import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Durability, openLmdbTables } from '../src/lmdb/index.ts';
import { describeTables } from './contract.ts';

for (const durability of ['sync', 'relaxed'] satisfies Durability[])
  describeTables(`LMDB, ${durability}`, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'inkwire-kv-'));
    return {
      open: (options) => openLmdbTables({ directory, durability, ...options }),
      dispose: () => rm(directory, { recursive: true }),
    };
  });
