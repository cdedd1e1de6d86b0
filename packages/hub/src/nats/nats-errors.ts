import { connect } from 'node:net';
import { messageOf, systemCode, within } from '@inkwire/base';
import { HubError } from '../errors.ts';

/**
 * Rejects with `HUB_BUS_FOREIGN` where something listens that greets in another way, or not at all. The client itself waits for
 * a greeting for seconds, and keeps the connection of a server that sends none.
 */
export async function expectNats(servers: readonly string[], timeoutMs: number): Promise<void> {
  const greetings = await Promise.all(servers.map((server) => greetingOf(server, timeoutMs)));
  if (greetings.includes('nats') || !greetings.includes('other')) return;
  const where = servers.join(',');
  throw new HubError('HUB_BUS_FOREIGN', `The bus nats://${where} answers, but not as a NATS server does`);
}

/** The reason for which no connection was made, in words. `servers`: `host:port`. */
export function toBusError(error: unknown, servers: readonly string[]): HubError {
  if (error instanceof HubError) return error;
  const where = `The bus nats://${servers.join(',')}`;
  const message = messageOf(error);
  if (/authoriz|authenti|credentials|permissions/i.test(message))
    return new HubError('HUB_BUS_REFUSED', `${where} refuses the user, the password or the token`, {
      cause: error,
    });
  if (/certificate|self.signed|tls|ssl/i.test(message))
    return new HubError('HUB_BUS_REFUSED', `${where} cannot be trusted or wants TLS: ${message}`, {
      cause: error,
    });
  const reason = systemCode(error) ?? systemCode((error as { cause?: unknown } | null)?.cause) ?? message;
  return new HubError('HUB_BUS_UNREACHABLE', `${where} does not answer (${reason})`, {
    cause: error,
    retryable: true,
  });
}

/** What a server says first: NATS greets with INFO. */
async function greetingOf(server: string, timeoutMs: number): Promise<'nats' | 'other' | 'none'> {
  const at = server.lastIndexOf(':');
  const socket = connect(Number(server.slice(at + 1)), server.slice(0, at).replace(/^\[|\]$/g, ''));
  let isConnected = false;
  try {
    const greeting = new Promise<Buffer | undefined>((resolve) => {
      socket.once('connect', () => {
        isConnected = true;
      });
      socket.once('data', resolve);
      socket.once('error', () => resolve(undefined));
      socket.once('close', () => resolve(undefined));
    });
    const bytes = await within(greeting, { timeoutMs });
    if (bytes === undefined) return isConnected ? 'other' : 'none';
    return bytes.subarray(0, 5).toString('latin1') === 'INFO ' ? 'nats' : 'other';
  } catch {
    // Silence: something listens there that waits to be spoken to, or nothing does.
    return isConnected ? 'other' : 'none';
  } finally {
    socket.destroy();
  }
}
