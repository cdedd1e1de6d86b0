/** Everybody on one hub: a page's WebSocket, a terminal, a lab client and a program. In a real browser: test/browser/together.test.ts. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { type Client, createClient } from '@inkwire/wire';
import { dialStream, dialWebSocket } from '@inkwire/wire/node';
import { expect, it, onTestFinished } from 'vitest';
import { patient } from '../../../wire/test/patient.ts';
import { type Running, serve, start, temporaryDirectory } from '../inkwire.ts';

const [request, send, forward] = [1, 5, 6];

/** A packet as the older clients send it: kind, command, and the text behind the id of whom it is for. */
function packet(command: number, to: number, text: string): Buffer {
  const bytes = Buffer.alloc(1032);
  bytes.writeInt32LE(request, 0);
  bytes.writeInt32LE(command, 4);
  bytes.writeInt32LE(to, 8);
  bytes.write(text, 12);
  return bytes;
}

async function joinLab(port: number) {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  onTestFinished(() => void socket.destroy());
  const next = async (): Promise<{ command: number; text: string }> => {
    for (;;) {
      const bytes = socket.read(1032) as Buffer | null;
      if (bytes)
        return { command: bytes.readInt32LE(4), text: bytes.toString('utf8', 8, bytes.indexOf(0, 8)) };
      await once(socket, 'readable');
    }
  };
  await next();
  return { next, say: (to: number, text: string) => void socket.write(packet(send!, to, text)) };
}

async function joinAs(name: string, dial: Parameters<typeof createClient>[0]['dial']) {
  const client = createClient({ dial, name, ...patient });
  onTestFinished(() => client.destroy());
  const inbox = client.subscribe((id) => `$inbox/${id}`);
  await inbox.ready();
  return {
    client,
    say: (to: number, text: string) => client.publish(`$inbox/${to}`, [text]),
    heard: async () => (await inbox.next()).value!.values!.slice(1),
  };
}

async function membersOf(client: Client) {
  const members = [...(await client.hgetall('$members')).values()].map((json) => JSON.parse(String(json)));
  return members as { id: number; name: string; transport: string }[];
}

/** What the terminal shows of a message, from now on. */
const shown = (terminal: Running, name: string, text: string) =>
  terminal.output(new RegExp(`^Message from \\d+, ${name}: ${text}$`, 'm'));

it('the page, the terminal, the lab packet and a program see one another and exchange messages', async () => {
  await using folder = await temporaryDirectory();
  const places = ['--wire', '127.0.0.1:0', '--lab', '127.0.0.1:0', '--tables', 'memory'];
  await using server = await serve([...places, '--data', folder.file('data')]);
  const [, wirePort] = await server.output(/wire tcp:\/\/127\.0\.0\.1:(\d+)/);
  const [, labPort] = await server.output(/lab lab:\/\/127\.0\.0\.1:(\d+)/);

  const url = `${server.url.replace('http', 'ws')}/wire`;
  const page = await joinAs('Page', (wait) => dialWebSocket({ url, ...wait }));
  const program = await joinAs('Program', (wait) =>
    dialStream({ host: '127.0.0.1', port: Number(wirePort), ...wait }),
  );
  await using terminal = start(['connect', `127.0.0.1:${wirePort}`, '--name', 'Terminal'], {
    keepsInput: true,
  });
  await terminal.output(/Connected to inkwire as member \d+, Terminal/);
  const lab = await joinLab(Number(labPort));

  const members = await membersOf(program.client);
  expect(await membersOf(page.client)).toEqual(members);
  expect(members.map(({ transport }) => transport).sort()).toEqual(['lab', 'tcp', 'tcp', 'websocket']);
  const idOf = (name: string) => members.find((member) => member.name === name)!.id;
  const labMember = members.find(({ transport }) => transport === 'lab')!;
  terminal.child.stdin.write('members\n');
  for (const { id, name } of members) await terminal.output(new RegExp(`^ *${id} +${name} `, 'm'));

  // Each to each of the others.
  for (const from of [page, program]) {
    const [name, other] = from === page ? ['Page', program] : ['Program', page];
    await from.say(idOf('Terminal'), `${name} to the terminal`);
    await shown(terminal, name!, `${name} to the terminal`);
    await from.say(labMember.id, `${name} to the lab`);
    expect(await lab.next()).toEqual({ command: forward, text: `\nForward by server: ${name} to the lab\n` });
    await from.say(idOf(from === page ? 'Program' : 'Page'), `${name} to the other`);
    expect(await other.heard()).toEqual([name, `${name} to the other`]);
  }
  for (const name of ['Page', 'Program']) {
    const to = name === 'Page' ? page : program;
    terminal.child.stdin.write(`send ${idOf(name)} from the terminal\n`);
    expect(await to.heard()).toEqual(['Terminal', 'from the terminal']);
    lab.say(idOf(name), 'from the lab');
    expect(await to.heard()).toEqual([labMember.name, 'from the lab']);
    expect((await lab.next()).text).toBe('');
  }
  terminal.child.stdin.write(`send ${labMember.id} from the terminal\n`);
  expect((await lab.next()).text).toBe('\nForward by server: from the terminal\n');
  lab.say(idOf('Terminal'), 'from the lab');
  await shown(terminal, labMember.name, 'from the lab');
});
