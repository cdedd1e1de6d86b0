import { connect, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { createManualClock } from '@inkwire/base';
import { expect, it, onTestFinished } from 'vitest';
import { type LabOptions, listenLab } from '../src/index.ts';
import { until } from './served-hub.ts';
import { wireHub } from './wired-hub.ts';

const request = 1;
const [disconnect, time, name, list, send, forward, success, error] = [1, 2, 3, 4, 5, 6, 7, 8];
const [response, instruct] = [2, 3];

/** A lab client, written from docs/protocol.md alone. */
class LabClient {
  readonly heard: { kind: number; command: number; content: string }[] = [];
  closed = false;
  readonly #socket: Socket;
  #held = Buffer.alloc(0);

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('close', () => (this.closed = true)).on('error', () => {});
    this.#socket.on('data', (bytes) => {
      this.#held = Buffer.concat([this.#held, bytes]);
      for (; this.#held.length >= 1032; this.#held = this.#held.subarray(1032)) {
        const content = this.#held.subarray(8, 1032);
        this.heard.push({
          kind: this.#held.readInt32LE(0),
          command: this.#held.readInt32LE(4),
          content: content.toString('utf8', 0, content.indexOf(0)),
        });
      }
    });
    onTestFinished(() => void this.#socket.destroy());
  }

  static packet(kind: number, command: number, content: Uint8Array = Buffer.alloc(0)): Buffer {
    const packet = Buffer.alloc(1032);
    packet.writeInt32LE(kind, 0);
    packet.writeInt32LE(command, 4);
    packet.set(content, 8);
    return packet;
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** The next packet that comes. */
  async next() {
    await until(() => this.heard.length > 0);
    return this.heard.shift()!;
  }

  async ask(command: number, content?: Uint8Array) {
    this.write(LabClient.packet(request, command, content));
    return this.next();
  }
}

function messageTo(id: number, text: string): Buffer {
  const content = Buffer.alloc(4 + Buffer.byteLength(text) + 1);
  content.writeInt32LE(id, 0);
  content.write(text, 4);
  return content;
}

async function lab(options: Partial<LabOptions> = {}) {
  const wired = await wireHub({}, { clock: createManualClock(Date.now()) });
  const clock = createManualClock(new Date(2021, 11, 30, 21, 55, 50).getTime());
  const listener = await listenLab(wired.wire, { port: 0, clock, ...options });
  onTestFinished(() => listener.destroy());
  const enter = async () => {
    const client = new LabClient(listener.port);
    expect(await client.next()).toEqual({
      kind: instruct,
      command: success,
      content: 'hello from server 127.0.0.1!',
    });
    return client;
  };
  return { ...wired, lab: listener, clock, enter };
}

it('greets, and tells the time, its name and who is here', async () => {
  const { enter } = await lab();
  const client = await enter();
  const answer = { kind: response, command: success };
  expect(await client.ask(time!)).toEqual({ ...answer, content: 'Date:2021/12/30 Time:21:55:50' });
  expect(await client.ask(name!)).toEqual({ ...answer, content: hostname() });
  const { content } = await client.ask(list!);
  expect(content).toMatch(/^Client sockfd:1 Port:\d+ IP addr:127\.0\.0\.1\n$/);
});

it('answers each of a hundred requests that arrive split and run together', async () => {
  const { enter } = await lab();
  const client = await enter();
  const all = Buffer.concat(Array.from({ length: 100 }, () => LabClient.packet(request, time!)));
  for (let at = 0; at < all.length; at += 997) client.write(all.subarray(at, at + 997));
  await until(() => client.heard.length === 100);
  expect(client.heard.every(({ content }) => content.startsWith('Date:2021/12/30'))).toBe(true);
});

it('passes messages on, between its own members and those of every other transport', async () => {
  const { enter, join } = await lab();
  const [first, second] = [await enter(), await enter()];
  const member = await join({ name: 'Anna' });
  const inbox = member.subscribe((id) => `$inbox/${id}`);
  await inbox.ready();
  const forwarded = { kind: instruct, command: forward };

  expect(await first.ask(send!, messageTo(2, 'to a neighbour'))).toMatchObject({ command: success });
  expect(await second.next()).toEqual({ ...forwarded, content: '\nForward by server: to a neighbour\n' });

  expect(await first.ask(send!, messageTo(3, 'to the wire'))).toMatchObject({ command: success });
  expect((await inbox.next()).value!.values).toEqual([1, 'member-1', 'to the wire']);

  await member.publish('$inbox/2', ['to the lab', 7]);
  expect(await second.next()).toEqual({ ...forwarded, content: '\nForward by server: to the lab 7\n' });
  expect(
    [...(await member.hgetall('$members')).values()].map((json) => JSON.parse(String(json)).transport),
  ).toEqual(['lab', 'lab', 'tcp']);
});

it('says what is wrong: nobody there, oneself, no such command, no request', async () => {
  const { enter } = await lab();
  const client = await enter();
  const failed = { kind: response, command: error };
  expect(await client.ask(send!, messageTo(99, 'x'))).toEqual({
    ...failed,
    content: 'Destination is not connected',
  });
  expect(await client.ask(send!, messageTo(1, 'x'))).toEqual({
    ...failed,
    content: 'Destination is yourself',
  });
  expect(await client.ask(42)).toEqual({ ...failed, content: 'Unknown command' });
  client.write(LabClient.packet(response!, time!));
  expect(await client.next()).toEqual({ ...failed, content: 'Expected a request' });
});

it('lets go of who disconnects or vanishes, and tells everyone when it stops', async () => {
  const { enter, lab: listener, wire } = await lab();
  const [leaving, vanishing, staying] = [await enter(), await enter(), await enter()];
  leaving.write(LabClient.packet(request, disconnect!));
  vanishing.write(LabClient.packet(request, time!).subarray(0, 500));
  await until(() => leaving.closed);
  await until(() => wire.members.size === 2);
  await listener.close();
  expect(await staying.next()).toEqual({ kind: instruct, command: disconnect, content: '' });
  await until(() => staying.closed && vanishing.closed);
  expect(wire.members.size).toBe(0);
});

it('cuts a list that is too long at the end of a line', async () => {
  const { enter, wire } = await lab();
  const client = await enter();
  for (let i = 0; i < 40; i++)
    wire.members.join({ transport: 'test', address: '127.0.0.1', port: 50_000 }, () => {});
  const { content } = await client.ask(list!);
  expect(content.length).toBeGreaterThan(950);
  expect(content.length).toBeLessThan(1024);
  expect(content.endsWith('IP addr:127.0.0.1\n')).toBe(true);
});

it('listens on this machine only: its packets have no place for a token', async () => {
  const { wire } = await wireHub();
  await expect(listenLab(wire, { host: '0.0.0.0', port: 0 })).rejects.toMatchObject({
    code: 'HUB_BINDING_UNSAFE',
  });
});

it('hears nothing more of who has disconnected, and cuts who does not hang up', async () => {
  const { enter, wire } = await lab();
  const [leaving, staying] = [await enter(), await enter()];
  leaving.write(
    Buffer.concat([
      LabClient.packet(request, disconnect!),
      LabClient.packet(request, send!, messageTo(2, 'from the dead')),
    ]),
  );
  await until(() => leaving.closed);
  expect(await staying.ask(time!)).toMatchObject({ kind: response, command: success });
  expect(staying.heard).toEqual([]);
  expect(wire.members.size).toBe(1);
});

it('passes on what fits of a long message, lines and all', async () => {
  const { enter } = await lab();
  const [first, second] = [await enter(), await enter()];
  await first.ask(send!, messageTo(2, `a\n${'b'.repeat(1010)}`));
  const { content } = await second.next();
  expect(content).toMatch(/^\nForward by server: a\nb+\n$/);
  expect(content).toHaveLength(1023);
});

it('answers no more requests a second than it may, but lets everyone go', async () => {
  const { enter, clock, wire } = await lab({ maxRequestsPerSecond: 3 });
  const [busy, calm] = [await enter(), await enter()];
  for (let i = 0; i < 5; i++) busy.write(LabClient.packet(request, time!));
  await until(() => busy.heard.length === 5);
  expect(busy.heard.map(({ command }) => command)).toEqual([success, success, success, error, error]);
  expect(busy.heard.splice(0).at(-1)!.content).toBe('At most 3 requests a second are answered');
  expect(await calm.ask(time!)).toMatchObject({ command: success });
  clock.advance(1_000);
  expect(await busy.ask(name!)).toMatchObject({ command: success });
  for (let i = 0; i < 5; i++) busy.write(LabClient.packet(request, send!, messageTo(2, 'x')));
  busy.write(LabClient.packet(request, disconnect!));
  await until(() => busy.closed);
  expect(wire.members.size).toBe(1);
});
