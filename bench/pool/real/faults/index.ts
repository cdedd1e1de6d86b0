/** Every fault once, and the allocator away for a whole minute; what the database and the clients saw of it. */
import { printTable, saveResults } from '../../../report.ts';
import { complaints, type Fault, faults, runFault, withoutAllocator } from './faults.ts';
import { capacity, type Findings } from './stage.ts';

const minuteMs = 60_000;
const longFaults: readonly Fault[] = [
  ...faults,
  { name: 'the allocator away for a minute', act: withoutAllocator(minuteMs) },
];

interface Seen extends Findings {
  readonly name: string;
  readonly tookMs: number;
  readonly complaints: readonly string[];
}

/** Rejects after the last fault if any of them left a complaint. */
export async function breakThings(): Promise<void> {
  const results: Seen[] = [];
  for (const fault of longFaults) {
    const beganMs = performance.now();
    const findings = await runFault(fault, 3 * minuteMs);
    results.push({
      name: fault.name,
      tookMs: performance.now() - beganMs,
      ...findings,
      complaints: complaints(findings),
    });
  }
  printTable(
    ['fault', `most of ${capacity}`, 'samples', 'asked', 'answered', 'failed', 'too many', 'took, s'],
    results.map(({ name, most, samples, asked, answered, failures, tooMany, tookMs }) => [
      name,
      most,
      samples,
      asked,
      answered,
      Object.entries(failures)
        .map(([code, count]) => `${count} ${code}`)
        .join(', '),
      tooMany,
      (tookMs / 1000).toFixed(1),
    ]),
  );
  saveResults('pool-faults', 'npm run bench -- pool --faults', results);
  const bad = results.filter((seen) => seen.complaints.length > 0);
  if (bad.length > 0)
    throw new Error(bad.map((seen) => `${seen.name}: ${seen.complaints.join(', ')}`).join('\n'));
}
