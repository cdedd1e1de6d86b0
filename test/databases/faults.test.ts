import { describe, expect, test } from 'vitest';
import { complaints, faults, runFault } from '../../bench/pool/real/faults/faults.ts';

/** Where there is another limit than the clients', the database's, it is the one that must hold. */
describe('the limit holds, every query is answered and the clients recover from', () => {
  test.each(faults)('$name', async (fault) => {
    const findings = await runFault(fault);
    expect(complaints(findings)).toEqual([]);
    expect(findings.samples).toBeGreaterThan(0);
    expect(findings.answered).toBeGreaterThan(0);
  });
});
