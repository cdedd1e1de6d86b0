import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inkwire, serve, temporaryDirectory } from '../../packages/cli/test/inkwire.ts';
import { until } from '../../packages/hub/test/served-hub.ts';
import { startNats } from './nats-server.ts';
import { startProxy } from './tcp-proxy.ts';

describe('inkwire serve --bus', () => {
  it('makes one of two servers: what one keeps, clients of the other are told of', async () => {
    await using nats = await startNats({ args: ['--user', 'ink', '--pass', 's3cret'] });
    await using directory = await temporaryDirectory();
    const env = { INKWIRE_BUS: `nats://ink:s3cret@${nats.address}/blue` };
    await using one = await serve(['--data', directory.file('one')], { env });
    await using two = await serve(['--data', directory.file('two'), '--log', 'text'], { env });
    const ready = await two.output(/hub (\d+) on (nats:\S+)\)/);
    expect(ready[2]).toBe(`nats://${nats.address}/blue`);

    const events = await fetch(`${two.url}/api/events`);
    const stream = events.body!.pipeThrough(new TextDecoderStream()).getReader();
    const sampled = await fetch(`${one.url}/api/samples`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ count: 1 }),
    });
    const { readings } = (await sampled.json()) as { readings: { id: string }[] };
    let heard = '';
    while (!heard.includes(readings[0]!.id)) heard += (await stream.read()).value ?? '';
    expect(heard).toContain('event: reading');
    await stream.cancel();

    const metrics = await (await fetch(`${two.url}/metrics`)).text();
    expect(metrics).toMatch(/^inkwire_bus_connected 1$/m);
    expect(metrics).toMatch(/^inkwire_bus_hubs 2$/m);
    expect(metrics).toMatch(/^inkwire_bus_received_total [1-9]/m);
    expect(metrics).not.toMatch(/^inkwire_readings_total/m);
    const stopped = await one.stop();
    expect(stopped.code).toBe(0);
    await until(async () =>
      (await (await fetch(`${two.url}/metrics`)).text()).includes('inkwire_bus_hubs 1\n'),
    );
    const end = await two.stop();
    expect([end.code, end.stderr]).toEqual([0, '']);
    expect(stopped.stdout + end.stdout).not.toContain('s3cret');
  });

  it('ends in words where the bus cannot be used', async () => {
    await using directory = await temporaryDirectory();
    const run = (bus: string) =>
      inkwire(['serve', '--http', '127.0.0.1:0', '--wire', 'off', '--data', directory.path, '--bus', bus]);

    const refused = await startProxy('127.0.0.1:1');
    await refused[Symbol.asyncDispose]();
    const unreachable = await run(`nats://ink:s3cret@${refused.address}`);
    expect(unreachable).toMatchObject({ code: 1, stdout: '' });
    expect(unreachable.stderr).toContain(`The bus nats://${refused.address} does not answer (ECONNREFUSED)`);

    const http = createServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    onTestFinished(() => void http.close());
    const foreign = await run(`nats://127.0.0.1:${(http.address() as AddressInfo).port}`);
    expect(foreign.code).toBe(1);
    expect(foreign.stderr).toContain('answers, but not as a NATS server does');

    await using nats = await startNats({ args: ['--user', 'ink', '--pass', 'correct'] });
    const wrong = await run(`nats://ink:s3cret@${nats.address}`);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('refuses the user, the password or the token');

    const unknown = await run('nats://ink:s3cret@bus:nowhere');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('expected nats://HOST:PORT');
    expect(unreachable.stderr + wrong.stderr + unknown.stderr).not.toContain('s3cret');
  });
});
