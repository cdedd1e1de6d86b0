import { renderStrokes } from '@inkwire/digits';
import type { Docker } from './docker.ts';

/** As a careful person runs it: no way to become root, nothing to write to but the volume. */
export const restricted = [
  '--read-only',
  '--cap-drop',
  'ALL',
  '--security-opt',
  'no-new-privileges',
  '--tmpfs',
  '/tmp',
];

export const token = 'a-token-of-the-tests';
export const authorization = { authorization: `Bearer ${token}` };

/** A picture of the digit 1. */
export async function pictureOfOne(): Promise<Uint8Array> {
  const { png } = await renderStrokes([
    [
      [10, 10],
      [10, 60],
    ],
  ]);
  return png;
}

/** Starts a container in the background and returns its name; it is removed by `remove`. */
export function start(docker: Docker, args: readonly string[]): string {
  return docker.run(['run', '--detach', ...args]);
}

export function remove(docker: Docker, ...names: string[]): void {
  docker.attempt(['rm', '--force', '--volumes', ...names]);
}

/** The address of this machine that a port of the container is mapped to. */
export function addressOf(docker: Docker, name: string, port: number): string {
  return `http://${docker.run(['port', name, String(port)]).split('\n')[0]}`;
}

/** Repeats `attempt` until it gives something; an error counts as nothing yet. */
export async function until<T>(
  attempt: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  for (;;) {
    try {
      const value = await attempt();
      if (value !== undefined && value !== false) return value;
    } catch {}
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Until the hub behind the address answers its health check; the milliseconds since `since`. */
export async function healthy(address: string, since = performance.now()): Promise<number> {
  // Docker's proxy accepts before the container listens, and may then never answer.
  await until(async () => (await fetch(`${address}/healthz`, { signal: AbortSignal.timeout(500) })).ok);
  return performance.now() - since;
}

/** Posts a picture and returns the answer. */
export async function post(address: string, picture: Uint8Array): Promise<Response> {
  const headers = { ...authorization, 'content-type': 'image/png' };
  return fetch(`${address}/api/readings`, {
    method: 'POST',
    headers,
    body: picture as Uint8Array<ArrayBuffer>,
  });
}
