// Keeps readings until the disk is full, looks whether nothing is half kept, makes room and goes on.
//
//     node filler.js DIRECTORY
//
// prints one line of JSON. The disk is full by a limit on the size of files, or by a small file system.
import { openLmdbReadings } from '@inkwire/readings/lmdb';
import { numberedReading } from './numbered-reading.js';

const readings = await openLmdbReadings({ directory: process.argv[2] });
const kept = [];
let failure;
for (let number = 0; failure === undefined && number < 10_000; number++) {
  try {
    kept.push((await readings.keep(numberedReading(number))).id);
  } catch (error) {
    failure = { code: error.code, retryable: error.retryable, message: error.message };
  }
}

const together = await Promise.allSettled(
  [1, 2, 3].map((number) => readings.keep(numberedReading(number + 20_000))),
);
kept.push(...together.flatMap((one) => (one.status === 'fulfilled' ? [one.value.id] : [])));

let whole = 0;
for await (const { id, text } of readings.all()) {
  const { picture } = numberedReading(Number(text));
  if (Buffer.from(picture.bytes).equals((await readings.picture(id)).bytes)) whole++;
}
const count = await readings.count();

let removed = 0;
for (const id of kept.slice(0, 20)) removed += Number(await readings.remove(id).catch(() => false));
const after = await readings.keep(numberedReading(7)).then(
  () => 'kept',
  (error) => error.code,
);
await readings.close();
console.log(JSON.stringify({ failure, kept: kept.length, whole, count, removed, after }));
