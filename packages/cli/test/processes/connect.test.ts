import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createCertificates } from '@inkwire/wire/node';
import { describe, expect, it } from 'vitest';
import { connectHub } from '../connect-hub.ts';
import { type Outcome, start, temporaryDirectory } from '../inkwire.ts';

const text = new TextEncoder();

/** Runs `inkwire connect ARGS` with these lines as its input. */
function connect(args: readonly string[], lines: readonly string[], env: Record<string, string> = {}) {
  const input = text.encode(lines.map((line) => `${line}\n`).join(''));
  return start(['connect', ...args], { input, env }).outcome;
}

const lines = ({ stdout }: Outcome) => stdout.split('\n').slice(0, -1);

describe('from a pipe', () => {
  it('answers one command after the other, without a prompt or an escape, and ends with the input', async () => {
    await using hub = await connectHub();
    const outcome = await connect(
      [hub.address, '--name', 'ann'],
      ['time', '', 'name', 'name bea', 'members'],
    );
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(
      lines(outcome).map((line) => line.replace(/127.0.0.1:\d+/, 'ADDRESS').replace(/ +/g, ' ')),
    ).toEqual([
      'Connected to test hub as member 1, ann',
      '2026-01-02T03:04:05.000Z',
      'You are on test hub as member 1, ann',
      'You are on test hub as member 1, bea',
      'id name from by',
      ' 1 bea (you) ADDRESS tcp',
      'Disconnected',
    ]);
  });

  it('follows the numbers of the menu, whose questions the next lines answer', async () => {
    await using hub = await connectHub();
    const outcome = await connect([], ['1', hub.address, '3', '4', '6', '1', 'hello', '2', '7', 'time']);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    // To oneself, so that it comes back or not as the end of the input has it.
    expect(lines(outcome).filter((line) => !line.startsWith('Message'))).toEqual([
      'Connected to test hub as member 1, guest-1',
      '2026-01-02T03:04:05.000Z',
      'You are on test hub as member 1, guest-1',
      'Sent to 1',
      'Disconnected',
    ]);
    expect(hub.seen.at(-1)).toMatchObject({ kind: 'publish', topic: '$inbox/1', data: [{ value: 'hello' }] });
  });

  it('joins the usual hub by itself when a command needs one', async () => {
    await using hub = await connectHub();
    const outcome = await connect([], ['time'], { INKWIRE_HUB: hub.address });
    expect(outcome).toMatchObject({
      code: 0,
      stdout: '2026-01-02T03:04:05.000Z\nDisconnected\n',
      stderr: '',
    });
  });

  it('sends a hundred requests at once and counts a hundred answers', async () => {
    await using hub = await connectHub();
    const outcome = await connect([hub.address, '--repeat', '100'], ['time']);
    expect(lines(outcome)[1]).toMatch(/^100 answers in [\d.]+ ms, the last 2026-01-02T03:04:05.000Z$/);
    expect(hub.seen.filter((each) => each.kind === 'hget' && each.key === 'time')).toHaveLength(100);
  });

  it('goes on after a command that failed, says on stderr what it was, and exits with 1', async () => {
    await using hub = await connectHub();
    const outcome = await connect([hub.address], ['tiem', 'send 99 hello', 'send all hello', '1', 'time']);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr.split('\n')).toEqual([
      'inkwire: There is no command "tiem"; help lists them',
      'inkwire: There is no member 99; members, or 5, lists them',
      'inkwire: Expected a member\'s number, got "all"; members, or 5, lists them',
      'inkwire: You are connected already; disconnect, or 2, comes first',
      '',
    ]);
    expect(lines(outcome).slice(1)).toEqual(['2026-01-02T03:04:05.000Z', 'Disconnected']);
  });

  it('lets no stranger speak to the terminal', async () => {
    await using hub = await connectHub();
    await using running = start(['connect', hub.address], { keepsInput: true });
    await running.output(/Connected/);
    hub.members.get(1)!.name = '\x1b[2Jmallory';
    hub.say(1, 7, 'eve\r', 'hi\x1b]0;owned\x07\nConnected to', 5, new Uint8Array(3));
    await running.output(/Message/);
    running.child.stdin.end('members\nname\n');
    const { stdout } = await running.outcome;
    expect(stdout).not.toMatch(/[^\n\x20-\x7e]/);
    expect(stdout).toContain(
      'Message from 7, eve\\u{d}: hi\\u{1b}]0;owned\\u{7}\\u{a}Connected to 5 (3 bytes)\n',
    );
  });

  it('has a picture read, also one that is larger than a frame of a shared connection may be', async () => {
    await using folder = await temporaryDirectory();
    await using hub = await connectHub();
    await writeFile(folder.file('small'), new Uint8Array(1000));
    await writeFile(
      folder.file('large'),
      new Uint8Array(500_000).fill(1).map((_, at) => (at * at) >> 3),
    );
    const files = ['small', 'large', 'none'].map((name) => `read ${folder.file(name)}`);
    const outcome = await connect([hub.address], files);
    expect(lines(outcome).slice(1, 3)).toEqual([
      '47 / 541b3e9d  0.9877  unsure',
      expect.stringMatching(/^47 \/ [0-9a-f]{8} {2}0\.9877 {2}unsure$/),
    ]);
    expect(outcome.stderr).toMatch(/^inkwire: \/.*none: no such file \(CLI_FILE_UNREADABLE\)\n$/);
    expect(outcome.code).toBe(1);
  });

  it('leaves politely at SIGINT and SIGTERM', async () => {
    await using hub = await connectHub();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      await using running = start(['connect', hub.address], { keepsInput: true });
      await running.output(/Connected/);
      running.child.kill(signal);
      expect(await running.outcome).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/Disconnected\n$/),
      });
    }
    await expect.poll(() => hub.members.size).toBe(0);
  });
});

describe('a hub that goes away', () => {
  it('is told, and told again when it is back, with the name that was taken since', async () => {
    const first = await connectHub();
    await using running = start(['connect', first.address, '--name', 'ann'], { keepsInput: true });
    await running.output(/Connected/);
    running.child.stdin.write('name bea\n');
    await running.output(/member 1, bea/);
    await first[Symbol.asyncDispose]();
    await running.output(/^inkwire: The connection to 127.0.0.1:\d+ is lost, trying again: .*\(WIRE_\w+\)$/m);
    await using second = await connectHub({ port: first.port });
    await running.output(/^inkwire: Back on test hub as member \d+, bea$/m);
    await running.output(/^inkwire: Messages may have been missed meanwhile$/m);
    const [id] = [...second.members.keys()];
    second.say(id!, 3, 'cid', 'still there?');
    await running.output(/^Message from 3, cid: still there\?$/m);
    running.child.stdin.end('time\n');
    const outcome = await running.outcome;
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringMatching(/05\.000Z\nDisconnected\n$/) });
    expect(outcome.stderr.match(/is lost/g)).toHaveLength(1);
  });

  it('ends the session when it does not take the token any more', async () => {
    const first = await connectHub({ token: 'the-first-token' });
    const env = { INKWIRE_TOKEN: 'the-first-token' };
    await using running = start(['connect', first.address], { keepsInput: true, env });
    await running.output(/Connected/);
    await first[Symbol.asyncDispose]();
    await running.output(/is lost/);
    await using _ = await connectHub({ port: first.port, token: 'another-token' });
    await running.output(/^inkwire: 127.0.0.1:\d+ does not let you in any more: .*not the token/m);
    running.child.stdin.end();
    expect(await running.outcome).toMatchObject({ code: 1 });
  });
});

describe('a hub that cannot be joined is one clear line and exit 1', () => {
  async function refused(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
    const { code, stdout, stderr } = await connect(args, ['time', 'members'], env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^inkwire: .+ \(CLI_HUB_\w+\)\n$/);
    return stderr;
  }

  it('nobody listens, or there is no such host', async () => {
    expect(await refused(['127.0.0.1:1'])).toContain('Nothing listens at 127.0.0.1:1; a hub is started with');
    expect(await refused(['localhost:1'])).toContain('Nothing listens at localhost:1');
    expect(await refused(['no.invalid:9527'])).toMatch(/no\.invalid/);
  });

  it('a token is missing or wrong', async () => {
    await using hub = await connectHub({ token: 'of-this-test-only' });
    expect(await refused([hub.address])).toMatch(
      /refused: Who are you\? \(status 401\); a token is given with/,
    );
    expect(await refused([hub.address], { INKWIRE_TOKEN: 'not-of-this-test' })).toContain('not the token');
    expect((await connect([hub.address, '--token', 'of-this-test-only'], ['time'])).code).toBe(0);
  });

  it('something else listens there', async () => {
    const other = createServer((socket) =>
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n').on('error', () => {}),
    );
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    expect(await refused([`127.0.0.1:${port}`])).toContain('does not answer as a hub does; it may want TLS');
    expect(await refused([`127.0.0.1:${port}`, '--tls'])).toContain('does not speak TLS');
    other.close();
  });

  it('certificates are missing or not trusted', async () => {
    await using folder = await temporaryDirectory();
    const { ca, server, clients } = await createCertificates({ directory: folder.path });
    const pem = async (file: string) => (await import('node:fs/promises')).readFile(file, 'utf8');
    const tls = { cert: await pem(server.cert), key: await pem(server.key), ca: await pem(ca.cert) };
    await using hub = await connectHub({ tls });
    const mine = ['--cert', clients.client!.cert, '--key', clients.client!.key];
    expect(await refused([hub.address])).toContain('it may want TLS: --ca FILE');
    expect(await refused([hub.address, ...mine])).toContain('is named with --ca FILE');
    expect(await refused([hub.address, '--ca', ca.cert])).toContain('--cert FILE --key FILE');
    const outcome = await connect([hub.address, '--ca', ca.cert, ...mine], ['members']);
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringMatching(/ tls\n/) });
  });
});

describe('wrong usage exits with 2', () => {
  it.each([
    [['nowhere'], 'Expected HOST:PORT, such as 127.0.0.1:9527, got "nowhere"'],
    [['127.0.0.1:1', '--repeat', '0'], 'Expected an integer from 1 to 100000'],
    [['127.0.0.1:1', '--cert', 'c.pem'], '--key is missing'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await connect(args, []);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});
