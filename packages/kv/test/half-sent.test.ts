import {
  Allowance,
  type Channel,
  createYamuxSession,
  decodeReply,
  encodeCommand,
  type FrameLimits,
  FrameStream,
  openStreams,
  type Reply,
  sharedWriter,
  type YamuxSession,
} from '@inkwire/wire';
import { dialStream, listenStreams } from '@inkwire/wire/node';
import { expect, it, onTestFinished } from 'vitest';
import { patient } from '../../wire/test/patient.ts';
import { createCommandService, createMemoryTables, createTopics } from '../src/index.ts';

/*
 * Peers that begin frames and do not end them, over real sockets: what all streams of a connection hold is bounded
 * together, and what passes the bound is 413 and the end of that connection only.
 */

const mebibyte = 2 ** 20;

/** A service on a port: every connection has an allowance of its own, which the tests look at. */
async function serve(limits: FrameLimits = {}) {
  const allowances: Allowance[] = [];
  const service = createCommandService<Allowance>({
    tables: createMemoryTables(),
    topics: createTopics(),
    system: {
      answer(_command, allowance) {
        allowance.raise();
        return { status: 200, message: '', values: [], pairs: [] };
      },
    },
  });
  const listener = await listenStreams({
    onChannel: (channel) => {
      const allowance = new Allowance(limits);
      allowances.push(allowance);
      openStreams(channel, (stream) => service.serve(stream, allowance, allowance), { allowance });
    },
  });
  onTestFinished(() => listener.close());
  const dial = async () => {
    const channel = await dialStream({
      host: '127.0.0.1',
      port: listener.port,
      timeoutMs: patient.timeoutMs,
    });
    onTestFinished(() => channel.destroy());
    return channel;
  };
  return { dial, allowances };
}

/** A stream to the service that hears replies. */
class Asker {
  readonly replies: Reply[] = [];
  readonly channel: Channel;
  readonly stream: FrameStream;
  isOver = false;
  onDrain = () => {};
  #look = () => {};

  constructor(channel: Channel) {
    this.channel = channel;
    this.stream = new FrameStream(
      channel,
      {
        onFrame: (bytes, start, end) => {
          this.replies.push(decodeReply(bytes, start, end));
          this.#look();
        },
        onEnd: () => channel.end(),
        onDrain: () => this.onDrain(),
        onInvalid(error) {
          throw error;
        },
        onClose: () => {
          this.isOver = true;
          this.#look();
        },
      },
      new Allowance(),
      { readsOn: true },
    );
  }

  ask(...commands: Parameters<typeof encodeCommand>[0][]): void {
    for (const command of commands) {
      sharedWriter.begin();
      encodeCommand(command, sharedWriter);
      this.stream.outbox.add();
    }
    this.stream.flush();
  }

  until(ready: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => ready() && resolve();
      this.#look();
    });
  }
}

const piece = new Uint8Array(131_072);

/** Says that a frame of so many bytes comes, and sends some of them, as fast as they are taken. */
function beginFrame(session: YamuxSession, promised: number, sent: number): Asker {
  const asker = new Asker(session.open());
  const header = new Uint8Array(4);
  new DataView(header.buffer).setUint32(0, promised);
  asker.channel.write(header);
  let left = sent;
  const writeOn = () => {
    while (left > 0 && !asker.isOver) {
      const part = piece.subarray(0, Math.min(left, piece.length));
      left -= part.length;
      if (!asker.channel.write(part)) return;
    }
  };
  asker.onDrain = writeOn;
  writeOn();
  return asker;
}

async function multiplexed(
  channel: Channel,
): Promise<{ session: YamuxSession; ended: Promise<Error | undefined> }> {
  let end: (error: Error | undefined) => void;
  const ended = new Promise<Error | undefined>((resolve) => {
    end = resolve;
  });
  const session = createYamuxSession({
    channel,
    side: 'client',
    onClose: (error) => end(error),
    ping: false,
  });
  return { session, ended };
}

it('sixty streams that each send most of a frame of 16 MiB take a bounded memory: 413, and only their connection ends', async () => {
  const { dial, allowances } = await serve();
  const bystander = new Asker(await dial());
  bystander.ask({ kind: 'hexist', table: 't', key: 'k' });
  await bystander.until(() => bystander.replies.length === 1);

  const { session, ended } = await multiplexed(await dial());
  const before = process.memoryUsage().arrayBuffers;
  let [mostHeld, mostBuffers] = [0, 0];
  const watch = setInterval(() => {
    mostHeld = Math.max(mostHeld, allowances[1]?.heldBytes ?? 0);
    mostBuffers = Math.max(mostBuffers, process.memoryUsage().arrayBuffers - before);
  }, 1);
  onTestFinished(() => clearInterval(watch));
  const askers = Array.from({ length: 60 }, () => beginFrame(session, 16 * mebibyte, 15 * mebibyte));
  expect(await ended).toMatchObject({ code: 'WIRE_YAMUX_INVALID' });
  const [allowance] = allowances.slice(1);
  expect(mostHeld).toBeGreaterThan(10 * mebibyte);
  expect(mostHeld).toBeLessThanOrEqual(allowance!.maxHeldBytes);
  // What is no longer held may not be collected yet.
  expect(mostBuffers).toBeLessThan(4 * allowance!.maxHeldBytes);
  const statuses = askers.flatMap(({ replies }) => replies.map(({ status }) => status));
  expect(new Set(statuses)).toEqual(new Set([413]));
  expect(allowance!.heldBytes).toBe(0);

  bystander.ask({ kind: 'hexist', table: 't', key: 'k' });
  await bystander.until(() => bystander.replies.length === 2);
  expect(bystander.isOver).toBe(false);
});

const signIn = { kind: 'hset', table: '$session', pair: { key: 'token' } } as const;
const strangers: FrameLimits = { maxFrameBytes: 65_536, maxInflatedBytes: 65_536 };

it('a stranger has small frames, and a member large ones from its very next frame on', async () => {
  const { dial } = await serve(strangers);
  const noise = Uint8Array.from({ length: 70_000 }, (_, i) => (i * i * 2_654_435_761) >>> 13);
  const large = {
    kind: 'hset',
    table: 't',
    pair: { key: 'k', value: { kind: 'binary', value: noise } },
  } as const;
  const stranger = new Asker(await dial());
  stranger.ask(large);
  await stranger.until(() => stranger.isOver);
  expect(stranger.replies).toMatchObject([
    { status: 400, message: expect.stringContaining('limit of 65536') },
  ]);

  const member = new Asker(await dial());
  member.ask(signIn, large);
  await member.until(() => member.replies.length === 2);
  expect(member.replies.map(({ status }) => status)).toEqual([200, 200]);
});

it('a stranger may not inflate more either, and holds far less over all its streams', async () => {
  const { dial, allowances } = await serve(strangers);
  const stranger = new Asker(await dial());
  const bomb = { kind: 'binary', value: new Uint8Array(70_000) } as const;
  stranger.ask({ kind: 'hset', table: 't', pair: { key: 'k', value: bomb } });
  await stranger.until(() => stranger.isOver);
  expect(stranger.replies).toMatchObject([
    { status: 400, message: expect.stringContaining('limit of 65536') },
  ]);

  const { session, ended } = await multiplexed(await dial());
  const askers = Array.from({ length: 20 }, () => beginFrame(session, 65_536, 60_000));
  await ended;
  expect(askers.flatMap(({ replies }) => replies)).toContainEqual(expect.objectContaining({ status: 413 }));
  expect(allowances[1]!.maxHeldBytes).toBe(2 * 65_536 + 262_144);
});

it('what waits in streams whose answers are not read counts as well, and the connection goes', async () => {
  const { dial, allowances } = await serve({ maxHeldBytes: mebibyte });
  const channel = await dial();
  const { session, ended } = await multiplexed(channel);
  const value = { kind: 'binary', value: new Uint8Array(1400) } as const;
  for (let i = 0; i < 20; i++) {
    const asker = new Asker(session.open());
    // A hundred thousand answers that nobody takes; then more questions than the service hears.
    asker.stream.pause();
    asker.channel.pause();
    asker.ask({ kind: 'hset', table: 't', pair: { key: 'k', value } });
    const questions = new Array(30_000).fill({ kind: 'hget', table: 't', key: 'k' });
    for (let at = 0; at < questions.length; at += 3000) asker.ask(...questions.slice(at, at + 3000));
  }
  expect(await ended).toMatchObject({ code: 'WIRE_YAMUX_INVALID' });
  expect(allowances[0]!.heldBytes).toBe(0);
});
