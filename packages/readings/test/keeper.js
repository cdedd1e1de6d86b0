// A process that keeps readings as fast as it can until it is killed, and says which ones were acknowledged.
//
//     node keeper.js DIRECTORY FIRST [IN_FLIGHT]
//     node keeper.js        takes the same words from standard input, once it has loaded everything
//
// prints `kept NUMBER ID`, `corrected NUMBER ID` and `removed NUMBER ID`, each after the promise resolved.
import { readFileSync, writeSync } from 'node:fs';
import { openLmdbReadings } from '@inkwire/readings/lmdb';
import { numberedReading } from './numbered-reading.js';

const words = process.argv.length > 2 ? process.argv.slice(2) : readFileSync(0, 'utf8').split('\n');
const [directory, first, inFlight = '8'] = words;
const readings = await openLmdbReadings({ directory });
let next = Number(first);

async function keepOn() {
  for (;;) {
    const number = next++;
    const { id } = await readings.keep(numberedReading(number));
    writeSync(1, `kept ${number} ${id}\n`);
    if (number % 5 === 1) {
      await readings.correct(id, `c${number}`);
      writeSync(1, `corrected ${number} ${id}\n`);
    }
    if (number % 7 === 2) {
      await readings.remove(id);
      writeSync(1, `removed ${number} ${id}\n`);
    }
  }
}

await Promise.all(Array.from({ length: Number(inFlight) }, keepOn)).catch((error) => {
  writeSync(1, `failed ${error.code} ${error.message}\n`);
  process.exitCode = 1;
});
await readings.close();
