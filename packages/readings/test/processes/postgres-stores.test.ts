import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createManualClock } from '@inkwire/base';
import { expect, it, onTestFinished } from 'vitest';
import { newReading } from '../contract.ts';
import { collect, describeWithPostgres, nameOf, open, server } from '../postgres-stage.ts';

describeWithPostgres('several stores on one database of PostgreSQL', () => {
  it('start at once', async () => {
    const connection = await server.createDatabase();
    const stores = await Promise.all(Array.from({ length: 5 }, () => open({ connection })));
    await Promise.all(stores.map((readings) => readings.keep(newReading('1'))));
    expect(await stores[0]!.count()).toBe(5);
  });

  it('give ids in the order of their commits, whatever their clocks say', async () => {
    const connection = await server.createDatabase();
    const clock = createManualClock(Date.UTC(2026, 5, 1));
    const stores = [
      await open({ connection, clock }),
      await open({ connection, clock: createManualClock(clock.now() - 3_600_000) }),
      await open({ connection, clock: createManualClock(clock.now() + 3_600_000) }),
    ];
    const kept: string[] = [];
    for (let i = 0; i < 30; i++) {
      clock.advance(10);
      kept.push((await stores[(i * 7) % 3]!.keep(newReading(String(i)))).id);
    }
    expect(kept).toEqual([...kept].sort());
    expect((await collect(stores[0]!)).map(({ id }) => id)).toEqual(kept.reverse());
  });

  it('give each id once when all of them keep', async () => {
    const connection = await server.createDatabase();
    const stores = await Promise.all(Array.from({ length: 3 }, () => open({ connection })));
    const kept = await Promise.all(
      Array.from({ length: 150 }, async (_, i) => stores[i % 3]!.keep(newReading(String(i % 3)))),
    );
    expect(new Set(kept.map(({ id }) => id)).size).toBe(150);
    for (const of of ['0', '1', '2']) {
      const ids = kept.filter(({ text }) => text === of).map(({ id }) => id);
      expect(ids).toEqual([...ids].sort());
    }
    expect(await stores[0]!.count()).toBe(150);
  });

  it('show nothing of what the others keep to a stream that has begun', async () => {
    const connection = await server.createDatabase();
    const [one, other] = [await open({ connection }), await open({ connection })];
    await Promise.all(Array.from({ length: 300 }, async () => one.keep(newReading('1'))));
    let seen = 0;
    for await (const { text } of one.all()) {
      expect(text).toBe('1');
      if (seen++ % 100 === 0) await other.keep(newReading('2'));
    }
    expect(seen).toBe(300);
  });

  it('keep on while another process is stopped, whatever it was doing', async () => {
    const connection = await server.createDatabase();
    const readings = await open({ connection });
    const keeper = fileURLToPath(new URL('keeper.js', import.meta.url));
    const child = spawn(process.execPath, [keeper, connection, '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const output = createInterface({ input: child.stdout });
    for (let i = 0; i < 20; i++) {
      await once(output, 'line');
      child.kill('SIGSTOP');
      await readings.keep(newReading('1'));
      child.kill('SIGCONT');
    }
  });

  it('give greater ids than a newest reading that was removed before a restart', async () => {
    const connection = await server.createDatabase();
    const clock = createManualClock(Date.UTC(2026, 5, 1));
    const before = await open({ connection, clock });
    const { id } = await before.keep(newReading('1'));
    await before.remove(id);
    await before.close();
    clock.advance(-3_600_000);
    const after = await open({ connection, clock });
    expect((await after.keep(newReading('2'))).id > id).toBe(true);
  });

  it('give greater ids than a reading that somebody has loaded', async () => {
    const connection = await server.createDatabase();
    const clock = createManualClock(Date.UTC(2026, 5, 1));
    await (await open({ connection, clock })).keep(newReading('1'));
    const loaded = 'fffffffe-0000-7fff-bfff-ffffffffffff';
    await server.sql(nameOf(connection), `UPDATE inkwire.readings SET id = '${loaded}'`);
    const readings = await open({ connection, clock });
    const { id } = await readings.keep(newReading('2'));
    // The counter of the loaded id is at its end.
    expect(id).toMatch(/^fffffffe-0001-7000-/);
  });
});
