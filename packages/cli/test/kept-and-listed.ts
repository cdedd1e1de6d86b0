import { expect } from 'vitest';
import { inkwire, type Server } from './inkwire.ts';
import { picture } from './pictures.ts';

/** Posts a picture to a server, and expects the command to list it with the same environment. */
export async function expectKeptAndListed(hub: Server, env: Record<string, string>): Promise<void> {
  const { png, text } = await picture(3);
  const headers = { 'content-type': 'image/png' };
  const answer = await fetch(`${hub.url}/api/readings`, { method: 'POST', headers, body: Buffer.from(png) });
  expect(answer.status).toBe(201);
  const listed = await inkwire(['readings', '--json'], { env });
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(listed.stdout)).toMatchObject({ text });
}
