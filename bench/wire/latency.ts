import { createClient } from '@inkwire/wire';
import { dialStream } from '@inkwire/wire/node';
import { median, printTable, quantile, saveResults } from '../report.ts';
import { startHub } from './hub.ts';

const [messages, warmUp] = [20_000, 5_000];

/** From a member's `publish` until the other member has the message, one at a time, both in one process. */
export async function latency(): Promise<void> {
  const hub = await startHub('--tables', 'memory');
  const dial = (options: object) => dialStream({ host: '127.0.0.1', port: hub.port, ...options });
  const [sender, receiver] = [
    createClient({ dial, multiplexed: true }),
    createClient({ dial, multiplexed: true }),
  ];
  try {
    const inbox = receiver.subscribe((id) => `$inbox/${id}`);
    await inbox.ready();
    const to = `$inbox/${await receiver.hget('$session', 'id')}`;
    const took: number[] = [];
    for (let i = 0; i < messages + warmUp; i++) {
      const began = performance.now();
      const sent = sender.publish(to, [i]);
      const { value } = await inbox.next();
      if (i >= warmUp) took.push(performance.now() - began);
      await sent;
      if (Number(value?.values?.[2]) !== i) throw new Error(`Expected message ${i}`);
    }
    const results = { p50: median(took), p99: quantile(took, 0.99), worst: Math.max(...took) };
    printTable(
      ['message from member to member', 'ms'],
      Object.entries(results).map(([name, ms]) => [name, ms.toFixed(3)]),
    );
    saveResults('wire-latency', 'npm run bench -- wire --only latency', results);
  } finally {
    await Promise.all([sender.close(), receiver.close()]);
    await hub.stop();
  }
}
