import { messageOf } from '@inkwire/base';
import type { Client, ClientOptions } from '@inkwire/wire';
import { type Command, Option } from 'commander';
import { CliError } from '../errors.ts';
import { readPemFiles } from '../files/pem-files.ts';
import { type ListenAddress, parseListenAddress } from '../settings/listen-address.ts';
import { settings, variableOf } from '../settings/settings.ts';

/** The address at which the wire of `serve` listens by default. */
export const defaultHub = settings.wire.byDefault;

/** The options of every command that connects to a hub. */
export interface HubFlags {
  readonly token?: string;
  readonly tls?: true;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Makes a client of one hub, which begins to connect at once. */
export type ClientFactory = (options?: Pick<ClientOptions, 'name' | 'multiplexed'>) => Client;

/** Adds the options of `HubFlags`. */
export function addHubOptions(command: Command): Command {
  const token = 'the token to sign in with; better set in the environment';
  return command
    .addOption(new Option('--token <TOKEN>', `${token} (env: ${variableOf('token')})`))
    .option('--tls', 'connect over TLS 1.3 and trust the authorities that the system trusts')
    .option('--ca <FILE>', 'PEM of the authority that signed the hub’s certificate; implies --tls')
    .option(
      '--cert <FILE>',
      'your certificate in PEM, where the hub asks for one; needs --key, implies --tls',
    )
    .option('--key <FILE>', 'its private key in PEM; needs --cert');
}

/** The hub when none is named: INKWIRE_HUB, or the wire's default address on this machine. */
function hubFromEnvironment(environment: NodeJS.ProcessEnv = process.env): string {
  return environment[variableOf('hub')] || defaultHub;
}

/** The hub that a command line names, or the environment. Throws `CLI_USAGE`. */
export function hubOf(text: string | undefined): ListenAddress {
  try {
    return parseHubAddress(text ?? hubFromEnvironment());
  } catch (error) {
    throw new CliError('CLI_USAGE', messageOf(error), { cause: error });
  }
}

/** Whether the connection is to be encrypted. */
export function wantsTls({ tls, ca, cert }: HubFlags): boolean {
  return tls === true || ca !== undefined || cert !== undefined;
}

/** Reads `HOST:PORT`. Throws a RangeError that says what was expected. */
export function parseHubAddress(text: string): ListenAddress {
  const expected = `Expected HOST:PORT, such as ${defaultHub}, got "${text}"`;
  let address: ListenAddress | 'off';
  try {
    address = parseListenAddress(text);
  } catch (error) {
    throw new RangeError(expected, { cause: error });
  }
  if (address === 'off' || address.port === 0) throw new RangeError(expected);
  return address;
}

/**
 * Reads the certificates, once, and answers how clients of an address are made. Throws `CLI_FILE_UNREADABLE`, and
 * `CLI_USAGE` for half of a certificate.
 */
export async function clientsOf(flags: HubFlags): Promise<(address: ListenAddress) => ClientFactory> {
  const tls = await readTls(flags);
  const [{ createClient }, { dialStream }] = await Promise.all([
    import('@inkwire/wire'),
    import('@inkwire/wire/node'),
  ]);
  const token = flags.token ?? (process.env[variableOf('token')] || undefined);
  return ({ host, port }) =>
    (options) =>
      createClient({
        ...options,
        token,
        dial: (wait) => dialStream({ ...wait, host, port, tls }),
      });
}

/** Connects to a hub, does one piece of work there and disconnects. A hub that cannot be joined rejects with `joinFailure`. */
export async function withClient(
  address: ListenAddress,
  flags: HubFlags,
  options: Parameters<ClientFactory>[0],
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const [clients, { joinFailure }] = await Promise.all([clientsOf(flags), import('./hub-failure.ts')]);
  const client = clients(address)(options);
  try {
    await work(client);
    await client.close();
  } catch (error) {
    throw joinFailure(error, address, wantsTls(flags));
  } finally {
    await client.destroy();
  }
}

async function readTls(flags: HubFlags) {
  const { ca, cert, key } = flags;
  if ((cert === undefined) !== (key === undefined)) {
    const missing = cert === undefined ? '--cert' : '--key';
    throw new CliError('CLI_USAGE', `A certificate and its key belong together: ${missing} is missing`);
  }
  return wantsTls(flags) ? readPemFiles({ ca, cert, key }) : undefined;
}
