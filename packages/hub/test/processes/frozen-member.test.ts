import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createManualClock } from '@inkwire/base';
import { parseMemberEvent } from '@inkwire/wire/hub';
import { expect, it, onTestFinished } from 'vitest';
import { until } from '../served-hub.ts';
import { wireHub } from '../wired-hub.ts';

it('gives a member up that is frozen, and tells the others', async () => {
  const clock = createManualClock();
  const { wire, listener, join } = await wireHub({ ping: { intervalMs: 100, misses: 2 } }, { clock });
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./frozen-member.js', import.meta.url)), String(listener.port)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  // A peer is pinged once it has begun to speak yamux.
  await once(child.stdout!, 'data');
  const [frozen] = [...wire.members];
  // Not multiplexed: with the clock, pings would go by.
  const events = (await join({ multiplexed: false })).subscribe('$members');
  await events.ready();
  child.kill('SIGSTOP');
  await until(() => {
    clock.advance(100);
    return ![...wire.members].some(({ id }) => id === frozen!.id);
  });
  for await (const { values } of events) {
    const event = parseMemberEvent(values?.[0]);
    if (event?.kind === 'left') {
      expect(event.member.id).toBe(frozen!.id);
      break;
    }
  }
});
