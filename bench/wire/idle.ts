import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { printTable, saveResults } from '../report.ts';
import { pause } from './generator.ts';
import { startHub } from './hub.ts';
import { residentBytes } from './process-memory.ts';

const members = 10_000;

/** What ten thousand members cost the hub that have asked for the time once and then do nothing. */
export async function idle(): Promise<void> {
  const hub = await startHub('--tables', 'memory');
  await hold(hub.port, 100);
  const before = residentBytes(hub.pid);
  const holder = await hold(hub.port, members);
  await pause(5_000);
  const each = (residentBytes(hub.pid) - before) / members;
  holder.kill();
  await hub.stop();
  printTable(['10,000 idle members', ''], [['KiB each', (each / 1024).toFixed(1)]]);
  saveResults('wire-idle', 'npm run bench -- wire --only idle', { members, bytesEach: each });
}

/** Starts a process that holds so many connections. */
async function hold(port: number, count: number) {
  const holder = fork(fileURLToPath(new URL('./members.js', import.meta.url)), [String(port), String(count)]);
  await once(holder, 'message');
  return holder;
}
