import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median, printTable, saveResults } from '../report.ts';
import { frameOf, replyOf } from './frames.ts';
import { openSocket, pause } from './generator.ts';
import { startHub } from './hub.ts';

const [subscribers, seconds, rounds, topic] = [1_000, 3, 5, 'bench'];
/** Messages in flight: so many that subscribers get several in one write, so few that none is dropped for being slow. */
const window = 64;
const value = { kind: 'binary', value: new Uint8Array(100) } as const;

/** One publisher, a thousand subscribers in a process of their own that count bytes, messages of 100 bytes. */
export async function fanOut(): Promise<void> {
  const hub = await startHub('--tables', 'memory');
  const counter = fork(fileURLToPath(new URL('./subscribers.js', import.meta.url)), [
    String(hub.port),
    String(subscribers),
    Buffer.from(frameOf({ kind: 'subscribe', topic })).toString('hex'),
  ]);
  try {
    await once(counter, 'message');
    const rates: number[] = [];
    for (let round = 0; round < rounds; round++) rates.push(await publishFor(hub.port, counter));
    const rate = median(rates);
    printTable(['one publisher, 1,000 subscribers', ''], [['deliveries a second', Math.round(rate)]]);
    saveResults('wire-fan-out', 'npm run bench -- wire --only fan-out', { rate, rates, subscribers });
  } finally {
    counter.kill();
    await hub.stop();
  }
}

async function publishFor(port: number, counter: ReturnType<typeof fork>): Promise<number> {
  const socket = await openSocket({ port });
  const request = Buffer.from(frameOf({ kind: 'publish', topic, data: [value] }));
  const accepted = replyOf([]).length;
  const messageBytes = replyOf([value]).length;
  let going = true;
  let partial = 0;
  let waiting = 0;
  const send = (count: number) => {
    if (going) socket.write(Buffer.concat(Array.from({ length: count }, () => request)));
  };
  // The next are sent when the subscribers have what was sent: as much as arrives, and no more, is measured.
  socket.on('data', (chunk: Buffer) => {
    partial += chunk.length;
    const done = Math.floor(partial / accepted);
    partial -= done * accepted;
    waiting += done;
    if (waiting >= window / 2) {
      send(waiting);
      waiting = 0;
    }
  });
  const before = await askBytes(counter);
  const began = performance.now();
  send(window);
  await pause(seconds * 1000);
  going = false;
  await pause(500);
  const after = await askBytes(counter);
  socket.destroy();
  return ((after.bytes - before.bytes) / messageBytes / (after.at - began)) * 1000;
}

/** Bytes that all subscribers have received so far, and when the last came. */
async function askBytes(counter: ReturnType<typeof fork>): Promise<{ bytes: number; at: number }> {
  counter.send('bytes');
  const [{ bytes, idleMs }] = (await once(counter, 'message')) as [{ bytes: number; idleMs: number }];
  return { bytes, at: performance.now() - idleMs };
}
