import type { Reading } from '@inkwire/wire/hub';
import { afterEach, expect, it, vi } from 'vitest';
import { correctReading } from './correct-reading.ts';
import { keptReadings } from './reading-store.ts';

const reading = { id: 'a', text: '47', written: '47', corrected: null } as Reading;

afterEach(() => {
  vi.unstubAllGlobals();
  keptReadings.value = [];
});

it('shows a correction at once, in a request that outlives the page', async () => {
  keptReadings.value = [reading];
  const calls: RequestInit[] = [];
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
    calls.push(init);
    expect(keptReadings.value[0]?.corrected).toBe('41');
    return Response.json({ ...reading, corrected: '41' });
  });
  await correctReading(reading, '41');
  expect(calls).toEqual([expect.objectContaining({ method: 'PATCH', keepalive: true })]);
});
