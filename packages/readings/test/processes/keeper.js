// A process that keeps readings as fast as it can until it is killed, and says which ones were acknowledged.
//
//     node keeper.js DIRECTORY FIRST [IN_FLIGHT]
//     node keeper.js        once it has loaded everything, takes lines from standard input: FIRST, then a directory on each
//
// prints `kept NUMBER ID STORE`, `corrected …` and `removed …`, each after the promise resolved; STORE counts the directories
// from 0.
import { readFileSync, writeSync } from 'node:fs';
import { openLmdbReadings } from '@inkwire/readings/lmdb';
import { numberedReading } from '../numbered-reading.js';

const [directory, given, inFlight = '8'] = process.argv.slice(2);
const [first, ...directories] =
  directory === undefined ? readFileSync(0, 'utf8').split('\n') : [given, directory];

async function keepIn(directory, store) {
  const readings = await openLmdbReadings({ directory });
  let next = Number(first);

  async function keepOn() {
    for (;;) {
      const number = next++;
      const { id } = await readings.keep(numberedReading(number));
      writeSync(1, `kept ${number} ${id} ${store}\n`);
      if (number % 5 === 1) {
        await readings.correct(id, `c${number}`);
        writeSync(1, `corrected ${number} ${id} ${store}\n`);
      }
      if (number % 7 === 2) {
        await readings.remove(id);
        writeSync(1, `removed ${number} ${id} ${store}\n`);
      }
    }
  }

  try {
    await Promise.all(Array.from({ length: Number(inFlight) }, keepOn));
  } catch (error) {
    writeSync(1, `failed ${error.code} ${error.message}\n`);
    process.exitCode = 1;
  }
  await readings.close();
}

await Promise.all(directories.map(keepIn));
