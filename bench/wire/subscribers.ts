/** A process of subscribers: `node subscribers.js PORT COUNT SUBSCRIBE-FRAME-IN-HEX`. Counts what they receive. */
import { openSocket } from './generator.ts';

const [port, count, frame] = process.argv.slice(2);
const subscribe = Buffer.from(frame!, 'hex');
let bytes = 0;
let last = 0;
let dropped = 0;

for (let i = 0; i < Number(count); i++) {
  const socket = await openSocket({ port: Number(port) });
  const accepted = new Promise((resolve) => socket.once('data', resolve));
  socket.write(subscribe);
  await accepted;
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    last = performance.now();
  });
  socket.on('end', () => dropped++);
}
process.on('message', () => {
  if (dropped > 0) throw new Error(`${dropped} subscribers were dropped`);
  process.send!({ bytes, idleMs: performance.now() - last });
});
process.send!('ready');
