/** A thread that makes batches of pages: it receives their numbers and posts a `MadeBatch` for each, in that order. */
import { parentPort, workerData } from 'node:worker_threads';
import type { MadeBatch, PageWorkerData } from './page-batches.ts';
import { PageMaker } from './page-maker.ts';

const { digits, stream } = workerData as PageWorkerData;
const maker = new PageMaker(digits, stream);

parentPort!.on('message', (number: number) => {
  const batch = maker.batch(number);
  const arrays = [batch.plane, batch.heat, batch.box, batch.at, batch.writing];
  const made: MadeBatch = { number, batch };
  parentPort!.postMessage(
    made,
    arrays.map(({ buffer }) => buffer as ArrayBuffer),
  );
});
