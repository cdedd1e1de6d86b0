import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, printTable, saveResults } from '../report.ts';
import { startServer } from './server.ts';

/** From `npm start`'s process on a built tree to the first answer on /healthz; npm's own half second is not ours. */
export async function start(): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < 7; round++) {
    const data = await mkdtemp(join(tmpdir(), 'inkwire-bench-'));
    const server = await startServer(data);
    times.push(server.readyMs);
    await server.stop();
    await rm(data, { recursive: true });
  }
  const results = { medianMs: median(times), times };
  printTable(['start to first answer', ''], [['median of 7', `${Math.round(results.medianMs)} ms`]]);
  saveResults('digits-start', 'npm run bench -- digits --only start', results);
}
