import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as ownPool from '@inkwire/pool';
import { compared, type Sides, sidesOf } from '../against.ts';
import { printTable, saveResults } from '../report.ts';
import { type Contestant, loads, rounds, run, warmUpRounds } from './borrowing.ts';

/** A contestant with a loop of its own: under another name the module is loaded, and compiled, once more. */
async function contestant({ createPool }: typeof ownPool, side: string): Promise<Contestant> {
  const module: typeof import('./inkwire.ts') = await import(
    new URL(`inkwire.js?${side}`, import.meta.url).href
  );
  return module.inkwire(createPool);
}

/** Acquire and release of this build against that of another checkout, in the same rounds, in alternating order. */
export async function acquireAgainst(checkout: string): Promise<void> {
  const other = pathToFileURL(join(resolve(checkout), 'packages/pool/dist/index.js')).href;
  const contestants = [await contestant(ownPool, 'ours'), await contestant(await import(other), 'theirs')];
  const results = [];
  for (const load of loads) {
    const [processorNs, wallNs]: [Sides, Sides] = [
      [[], []],
      [[], []],
    ];
    for (let round = -warmUpRounds; round < rounds; round++)
      for (const side of sidesOf(round)) {
        const { processor, wall } = await run(contestants[side]!, load);
        if (round < 0) continue;
        processorNs[side].push(processor);
        wallNs[side].push(wall);
      }
    results.push({ load: load.name, processorNs, wallNs });
  }
  printTable(
    ['acquire and release', 'ours, ns of processor', 'theirs', 'ratio', 'ours, ns', 'theirs', 'ratio'],
    results.map(({ load, processorNs, wallNs }) => [
      load,
      ...compared(processorNs, 0),
      ...compared(wallNs, 0),
    ]),
  );
  await Promise.all(contestants.map((each) => each.close()));
  saveResults('pool-acquire-against', 'npm run bench -- pool --acquire --against CHECKOUT', results);
}
