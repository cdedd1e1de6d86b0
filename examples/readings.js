// Keeps what was read, lets a person correct it, and finds it again.
// Run: node examples/readings.js
import { createMemoryReadings } from '@inkwire/readings';

const readings = createMemoryReadings(); // `openLmdbReadings` keeps them on the disk

/**
 * A reading as a reader of digits makes it: each digit has its place and its probabilities.
 * @returns {import('@inkwire/readings').NewReading}
 */
const reading = (digit) => ({
  source: 'example',
  text: String(digit),
  confidence: 0.91,
  unsure: true,
  digits: [{ digit, confidence: 0.91, box: [4, 2, 19, 28], probabilities: Array(10).fill(0.1) }],
  model: '0123456789ab',
  width: 28,
  height: 32,
  picture: { type: 'image/png', bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47) },
  prepared: [new Uint8Array(784)],
});

const seven = await readings.keep(reading(7));
await readings.keep(reading(3));
await readings.correct(seven.id, '1'); // what the machine read stays beside it

const { readings: found } = await readings.list({ text: '1' });
for (const { text, corrected } of found) console.log(`read ${text}, corrected ${corrected}`);
console.log(await readings.count(), 'kept');

await readings.close();

// Prints:
// read 7, corrected 1
// 2 kept
