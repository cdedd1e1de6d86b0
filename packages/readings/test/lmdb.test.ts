import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbReadings } from '../src/lmdb/index.ts';
import { describeReadings } from './contract.ts';

describeReadings('LMDB', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'inkwire-readings-'));
  return {
    // A second one in this process would share its snapshot, until the turn ends.
    shared: false,
    open: ({ clock }) => openLmdbReadings({ directory, clock }),
    dispose: () => rm(directory, { recursive: true }),
  };
});
