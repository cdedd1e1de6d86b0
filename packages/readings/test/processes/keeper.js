// A process that keeps readings as fast as it can until it is killed, and says which ones were acknowledged.
//
//     node keeper.js PLACE FIRST [IN_FLIGHT]
//     node keeper.js        once it has loaded everything, takes lines from standard input: FIRST, then a place on each
//
// A place is a directory of LMDB, or the URL of a PostgreSQL or Cassandra database. It prints `kept NUMBER ID STORE`, `corrected …` and
// `removed …`, each after the promise resolved; STORE counts the places from 0.
import { readFileSync, writeSync } from 'node:fs';
import { openCassandraReadings } from '@inkwire/readings/cassandra';
import { openLmdbReadings } from '@inkwire/readings/lmdb';
import { openPostgresReadings } from '@inkwire/readings/postgres';
import { numberedReading } from '../numbered-reading.js';

const [place, given, inFlight = '8'] = process.argv.slice(2);
const [first, ...places] = place === undefined ? readFileSync(0, 'utf8').split('\n') : [given, place];

const open = (place) => {
  if (place.startsWith('postgres:')) return openPostgresReadings({ connection: place });
  if (place.startsWith('cassandra:')) return openCassandraReadings({ connection: place, ...patient });
  return openLmdbReadings({ directory: place });
};

/** The node of tests may be so busy that it needs a minute for what takes a millisecond otherwise. */
const patient = { timeoutMs: 600_000, nodeTimeoutMs: 300_000, openTimeoutMs: 600_000, waitMs: 600_000 };

async function keepIn(place, store) {
  const readings = await open(place);
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

await Promise.all(places.map(keepIn));
