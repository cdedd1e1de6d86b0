/** A process of members: `node members.js PORT COUNT`. Each asks for the time once and stays. */
import { frameOf } from './frames.ts';
import { openSocket } from './generator.ts';

const [port, count] = process.argv.slice(2).map(Number) as [number, number];
const time = frameOf({ kind: 'hget', table: '$hub', key: 'time' });
const together = 50;

async function join(): Promise<void> {
  const socket = await openSocket({ port });
  const answered = new Promise((resolve) => socket.once('data', resolve));
  socket.write(time);
  await answered;
}

for (let joined = 0; joined < count; joined += together)
  await Promise.all(Array.from({ length: Math.min(together, count - joined) }, join));
process.send!('ready');
setInterval(() => {}, 60_000);
