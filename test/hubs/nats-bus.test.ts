import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Bus } from '../../packages/hub/src/index.ts';
import { connectNatsBus } from '../../packages/hub/src/nats/index.ts';
import { type BusMaker, holdsBusContract } from '../../packages/hub/test/bus-contract.ts';
import { until } from '../../packages/hub/test/served-hub.ts';
import { startNats } from './nats-server.ts';
import { startProxy, type TcpProxy } from './tcp-proxy.ts';

/** Buses on one server, or on two of a cluster by turns; each behind a proxy of its own. */
async function makeBuses(servers: 1 | 2): Promise<BusMaker> {
  const first = await startNats(servers === 2 ? { routes: [] } : {});
  const second = servers === 2 ? await startNats({ routes: [first.clusterAddress] }) : first;
  const proxies = new Map<Bus, TcpProxy>();
  onTestFinished(async () => {
    for (const proxy of proxies.values()) await proxy[Symbol.asyncDispose]();
    await first.stop();
    if (second !== first) await second.stop();
  });
  let count = 0;
  return {
    async connect(limits = {}) {
      const proxy = await startProxy([first, second][count++ % 2]!.address);
      const bus = await connectNatsBus({ servers: [proxy.address], space: 'test', ...limits });
      proxies.set(bus, proxy);
      return bus;
    },
    async disconnect(bus) {
      proxies.get(bus)!.cut();
      await until(() => !bus.control.isConnected && !bus.data.isConnected);
    },
    async reconnect(bus) {
      proxies.get(bus)!.restore();
      await until(() => bus.isConnected);
    },
  };
}

describe('the bus over one NATS server', () => holdsBusContract(() => makeBuses(1)));
describe('the bus over two NATS servers of a cluster', () => holdsBusContract(() => makeBuses(2)));

describe('connecting to NATS', () => {
  const connecting = (server: string, options = {}) =>
    connectNatsBus({ servers: [server], connectMs: 1, ...options });

  it('says in words what is wrong with the address', async () => {
    await using free = await startProxy('127.0.0.1:1');
    await free[Symbol.asyncDispose]();
    await expect(connecting(free.address)).rejects.toMatchObject({
      code: 'HUB_BUS_UNREACHABLE',
      message: expect.stringContaining(`nats://${free.address} does not answer (ECONNREFUSED)`),
      retryable: true,
    });

    const http = createServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    onTestFinished(() => void http.close());
    const address = `127.0.0.1:${(http.address() as AddressInfo).port}`;
    await expect(connecting(address)).rejects.toMatchObject({
      code: 'HUB_BUS_FOREIGN',
      message: expect.stringContaining('but not as a NATS server does'),
    });
  });

  it('says that a password is wrong, and takes the right one', async () => {
    await using server = await startNats({ args: ['--user', 'ink', '--pass', 'correct'] });
    for (const options of [{}, { user: 'ink', password: 'wrong' }])
      await expect(connecting(server.address, options)).rejects.toMatchObject({ code: 'HUB_BUS_REFUSED' });
    const bus = await connecting(server.address, { user: 'ink', password: 'correct' });
    expect(bus.isConnected).toBe(true);
    await bus.close();
  });

  it('waits for a server that comes later', async () => {
    await using first = await startNats();
    const port = Number(first.address.split(':')[1]);
    await first.stop();
    const connected = connectNatsBus({ servers: [first.address] });
    await using later = await startNats({ port });
    const bus = await connected;
    expect(bus.isConnected).toBe(true);
    await bus.close();
    expect(later.address).toBe(first.address);
  });

  it('notices a server that has stopped within the time of its pings, and keeps messages from then on', async () => {
    await using server = await startNats();
    const [sender, receiver] = [await connecting(server.address), await connecting(server.address)];
    onTestFinished(async () => {
      await sender.destroy();
      await receiver.destroy();
    });
    const received: number[] = [];
    receiver.data.subscribe(['a'], (bytes) => received.push(bytes[0]!));
    await receiver.data.flush();
    server.process.kill('SIGSTOP');
    await until(() => !sender.data.isConnected);
    sender.data.publish(['a'], Uint8Array.of(7));
    expect(sender.counts.kept).toBe(1);
    server.process.kill('SIGCONT');
    await until(() => received.includes(7));
  });
});
