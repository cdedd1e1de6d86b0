import { createClient } from '@inkwire/wire';
import { dialStream } from '@inkwire/wire/node';
import { printTable, saveResults } from '../report.ts';
import { pause } from './generator.ts';
import { startHub } from './hub.ts';
import { residentBytes } from './process-memory.ts';

const atOnce = 20;

/** Members that come, subscribe, publish, set and leave, again and again; the hub's memory every ten seconds. */
export async function soak(minutes: number): Promise<void> {
  const hub = await startHub('--tables', 'memory');
  const dial = (options: object) => dialStream({ host: '127.0.0.1', port: hub.port, ...options });
  const end = performance.now() + minutes * 60_000;
  let visits = 0;
  const visit = async (i: number) => {
    const client = createClient({ dial, multiplexed: i % 2 === 0, name: `visitor ${i}` });
    const heard = client.subscribe(`topic ${i % 50}`);
    await heard.ready();
    await client.publish(`topic ${i % 50}`, [i, 'x'.repeat(500)]);
    await client.hset('soak', `key ${i % 1000}`, i);
    await heard.next();
    await client.close();
    visits++;
  };
  const going = Array.from({ length: atOnce }, async (_, from) => {
    for (let i = from; performance.now() < end; i += atOnce) await visit(i);
  });
  const samples: { minute: number; mebibytes: number; visits: number }[] = [];
  while (performance.now() < end) {
    await pause(10_000);
    const minute = minutes - (end - performance.now()) / 60_000;
    samples.push({ minute, mebibytes: residentBytes(hub.pid) / 2 ** 20, visits });
  }
  await Promise.all(going);
  await hub.stop();
  const every = Math.max(1, Math.floor(samples.length / 12));
  printTable(
    ['minute', 'visits', 'MiB'],
    samples
      .filter((_, i) => i % every === 0)
      .map((one) => [one.minute.toFixed(1), one.visits, one.mebibytes.toFixed(1)]),
  );
  saveResults('wire-soak', `npm run bench -- wire --soak ${minutes}`, samples);
}
