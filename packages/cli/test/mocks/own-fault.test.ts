import type { LeaseService } from '@inkwire/pool';
import { createClient } from '@inkwire/wire';
import { dialStream } from '@inkwire/wire/node';
import { expect, it, vi } from 'vitest';
import { patient } from '../../../wire/test/patient.ts';
import { temporaryDirectory } from '../inkwire.ts';
import { runHere } from '../run-here.ts';

vi.mock('../../src/serve/open-allocator.ts', async (original) => {
  const { openAllocator } = await original<typeof import('../../src/serve/open-allocator.ts')>();
  const snapshot = () => {
    throw new TypeError('A mistake of the program');
  };
  return {
    openAllocator: async (...given: Parameters<typeof openAllocator>): Promise<LeaseService> =>
      Object.assign(await openAllocator(...given), { snapshot }),
  };
});

/** Asks for what the mistake is in, and answers the status. */
async function statusOfPool(port: number): Promise<unknown> {
  const client = createClient({
    dial: (wait) => dialStream({ ...wait, host: '127.0.0.1', port }),
    ...patient,
  });
  try {
    await client.hgetall('$pool');
  } catch (error) {
    return (error as { status?: unknown }).status;
  } finally {
    await client.destroy();
  }
}

it.each([
  ['serve', ['serve', '--http', 'off', '--pool-capacity', '5']],
  ['allocate', ['allocate', '--capacity', '5']],
])('a fault of its own on the wire is one line of %s, as any failure is', async (_name, args) => {
  await using folder = await temporaryDirectory();
  let status: Promise<unknown> | undefined;
  const outcome = await runHere([...args, '--wire', '127.0.0.1:0', '--data', folder.path], (text) => {
    const [, port] = /wire tcp:\/\/127\.0\.0\.1:(\d+)/.exec(text) ?? [];
    if (port === undefined) return;
    status = statusOfPool(Number(port)).finally(() => process.emit('SIGTERM', 'SIGTERM'));
  });
  expect(await status).toBe(500);
  expect(outcome).toMatchObject({ code: 0, stderr: 'inkwire: A mistake of the program (CLI_INTERNAL)\n' });
});
