import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that takes its time, and breaks when told to. */
export interface SlowNetwork extends AsyncDisposable {
  readonly port: number;
  /** Cuts every connection at once, both ways, without a word. */
  cut(): void;
}

/** Listens on a loopback port and passes everything on to the server's; each connection takes `connectMs` to come about. */
export async function openSlowNetwork(options: {
  readonly serverPort: number;
  readonly connectMs: number;
}): Promise<SlowNetwork> {
  const open = new Set<Socket>();
  const keep = (socket: Socket) => {
    open.add(socket);
    socket.setNoDelay(true).on('error', () => {});
    socket.once('close', () => open.delete(socket));
  };
  const cut = () => {
    for (const socket of open) socket.resetAndDestroy();
  };

  const listener = createServer({ pauseOnConnect: true }, (near) => {
    keep(near);
    const timer = setTimeout(() => {
      const far = connect(options.serverPort, '127.0.0.1');
      keep(far);
      near.pipe(far).pipe(near);
      near.once('close', () => far.destroy());
      far.once('close', () => near.destroy());
    }, options.connectMs);
    near.once('close', () => clearTimeout(timer));
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    cut,
    async [Symbol.asyncDispose]() {
      listener.close();
      cut();
      await once(listener, 'close');
    },
  };
}
