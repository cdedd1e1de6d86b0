// Fills a disk with readings: node filler.js DIRECTORY
import { openLmdbReadings } from '@inkwire/readings/lmdb';
import { fill } from '../../../lmdb/test/fill.js';
import { numberedReading } from '../numbered-reading.js';

const readings = await openLmdbReadings({ directory: process.argv[2] });

await fill({
  put: async (number) => (await readings.keep(numberedReading(number))).id,
  async countWhole() {
    let whole = 0;
    for await (const { id, text } of readings.all()) {
      const { picture } = numberedReading(Number(text));
      if (Buffer.from(picture.bytes).equals((await readings.picture(id)).bytes)) whole++;
    }
    return whole;
  },
  count: () => readings.count(),
  remove: (id) => readings.remove(id),
  close: () => readings.close(),
});
