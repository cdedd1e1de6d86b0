import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compared, type Sides, sidesOf } from '../against.ts';
import { printTable, saveResults } from '../report.ts';
import { askOnce, drive } from './generator.ts';
import { startHub, startHubOf } from './hub.ts';
import { fill, hget, hset, publish } from './loads.ts';

const [connections, inFlight, seconds] = [50, 16, 1];
const loads = [
  { what: 'hget', ...hget },
  { what: 'hset', ...hset },
  { what: 'publish, nobody subscribed', ...publish },
];

/** Seconds of processor time that a process has taken (Linux). */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/**
 * This build against that of another checkout, in the same rounds, in alternating order. The processor time that a hub
 * takes for a command says more than commands a second where other programs share the cores.
 */
export async function against(checkout: string, rounds: number): Promise<void> {
  const other = join(resolve(checkout), 'packages/cli/bin/inkwire.js');
  const hubs = [await startHub('--tables', 'memory'), await startHubOf(other, '--tables', 'memory')];
  try {
    for (const hub of hubs) await askOnce(hub, fill);
    const rows = loads.map(({ what }) => ({ what, rates: [[], []], costs: [[], []] }) as Row);
    for (let round = 0; round < rounds; round++)
      for (const [at, load] of loads.entries())
        for (const side of sidesOf(round)) {
          const hub = hubs[side]!;
          const before = processorSeconds(hub.pid);
          const began = performance.now();
          const rate = await drive(hub, { ...load, connections, inFlight, seconds });
          const elapsed = (performance.now() - began) / 1000;
          rows[at]!.rates[side].push(rate);
          rows[at]!.costs[side].push((1e6 * (processorSeconds(hub.pid) - before)) / (rate * elapsed));
        }
    printTable(
      ['in memory', 'ours a second', 'theirs', 'ratio', 'ours µs a command', 'theirs', 'ratio'],
      rows.map(({ what, rates, costs }) => [what, ...compared(rates, 0), ...compared(costs, 2)]),
    );
    saveResults('wire-against', 'npm run bench -- wire --against CHECKOUT', rows);
  } finally {
    for (const hub of hubs) await hub.stop();
  }
}

interface Row {
  readonly what: string;
  readonly rates: Sides;
  readonly costs: Sides;
}
