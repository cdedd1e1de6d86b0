import { createManualClock } from '@inkwire/base';
import { openLmdbReadings } from '@inkwire/readings/lmdb';
import { expect, it } from 'vitest';
import { newReading } from '../../../readings/test/contract.ts';
import { serve, temporaryDirectory } from '../inkwire.ts';

it('serve removes readings at their age, says so at the start, and counts them', async () => {
  await using folder = await temporaryDirectory();
  const directory = folder.file('data/readings');
  const clock = createManualClock(Date.now() - 2 * 86_400_000);
  {
    await using readings = await openLmdbReadings({ directory, clock });
    for (let i = 0; i < 70; i++) await readings.keep(newReading('1'));
    clock.advance(2 * 86_400_000);
    await readings.keep(newReading('2'));
  }
  await using hub = await serve(['--data', folder.file('data')], { env: { INKWIRE_KEEP: '1d' } });
  await hub.output(/; removes readings after 1d\)/);
  const metrics = async () => (await fetch(`${hub.url}/metrics`)).text();
  await expect.poll(metrics).toContain('\ninkwire_readings_expired_total 70\n');
  const { readings } = (await (await fetch(`${hub.url}/api/readings`)).json()) as { readings: object[] };
  expect(readings).toMatchObject([{ text: '2' }]);
});
