import { createServer } from 'node:net';
import { expectSafeBinding, toListenError } from '@inkwire/hub';
import type { ListenAddress } from '../settings/listen-address.ts';
import { formatListenAddress } from '../settings/listen-address.ts';
import { type Check, type Finding, failure, ok, problem, warning } from './check.ts';

type Flag = 'http' | 'wire' | 'lab';

/** Whether a server may listen on an address: it is safe to, and no other program does. */
export async function findListener(
  flag: Flag,
  address: ListenAddress,
  { isGuarded, isEncrypted }: { readonly isGuarded: boolean; readonly isEncrypted: boolean },
): Promise<readonly Finding[]> {
  const shown = formatListenAddress(address);
  try {
    const isLocal = await expectSafeBinding({ ...address, guarded: isGuarded, flag });
    await tryToListen(address);
    if (isLocal || isEncrypted) return [ok(`--${flag} ${shown} is free`)];
    return [
      ok(`--${flag} ${shown} is free`),
      warning(
        `--${flag} ${shown} takes tokens without TLS, so others on the way can read them: set --tls-cert and --tls-key`,
      ),
    ];
  } catch (error) {
    return [failure(toListenError(error, address.host, address.port, flag))];
  }
}

function tryToListen({ host, port }: ListenAddress): Promise<void> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => server.close(() => resolve()));
  });
}

export const listenersCheck: Check = {
  subject: 'listeners',
  find: async ({ http, wire, lab, tokens, tls }) => {
    const guards = {
      isGuarded: tokens !== undefined || tls?.ca !== undefined,
      isEncrypted: tls !== undefined,
    };
    const asked = Object.entries({ http, wire, lab }) as [Flag, ListenAddress | 'off'][];
    const on = asked.filter((one): one is [Flag, ListenAddress] => one[1] !== 'off');
    if (on.length === 0) return [problem('--http, --wire and --lab are off: there is nothing to serve')];
    const findings = await Promise.all(
      on.map(([flag, address]) =>
        // Packets of the lab have no place for a token.
        findListener(flag, address, flag === 'lab' ? { isGuarded: false, isEncrypted: false } : guards),
      ),
    );
    return findings.flat();
  },
};
