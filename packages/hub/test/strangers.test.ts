import { createManualClock } from '@inkwire/base';
import {
  Allowance,
  type Command,
  createYamuxSession,
  decodeReply,
  FrameStream,
  type Reply,
} from '@inkwire/wire';
import { dialStream } from '@inkwire/wire/node';
import { expect, it, onTestFinished } from 'vitest';
import { frameOf, signIn } from './frames.ts';
import { patientMs } from './hub-on-wire.ts';
import { until } from './served-hub.ts';
import { wireHub } from './wired-hub.ts';

async function dial(port: number) {
  const channel = await dialStream({ host: '127.0.0.1', port, timeoutMs: patientMs });
  onTestFinished(() => channel.destroy());
  return channel;
}

interface Conversation {
  send(command: Command): void;
  /** The next reply; undefined when no more come. */
  next(): Promise<Reply | undefined>;
}

/** Commands and replies over a stream that has said nothing yet, or half a frame. */
function converse(channel: Awaited<ReturnType<typeof dial>>): Conversation {
  const replies: (Reply | undefined)[] = [];
  const waiting: ((reply: Reply | undefined) => void)[] = [];
  const onReply = (reply: Reply | undefined) => {
    const next = waiting.shift();
    if (next === undefined) replies.push(reply);
    else next(reply);
  };
  const stream = new FrameStream(
    channel,
    {
      onFrame: (bytes, start, end) => onReply(decodeReply(bytes, start, end)),
      onEnd: () => onReply(undefined),
      onDrain() {},
      onInvalid: (error) => stream.destroy(error),
      onClose: () => onReply(undefined),
    },
    new Allowance(),
  );
  return {
    send(command) {
      stream.outbox.addEncoded(frameOf(command));
      stream.flush();
    },
    next: () =>
      replies.length > 0 ? Promise.resolve(replies.shift()) : new Promise((resolve) => waiting.push(resolve)),
  };
}

const noise = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i * 2_654_435_761) >>> 13);
const large = {
  kind: 'hset',
  table: 't',
  pair: { key: 'k', value: { kind: 'binary', value: noise } },
} as const;

it('a stranger has frames of 64 KiB; who has signed in, those of a member from the next frame on', async () => {
  const { listener } = await wireHub({ tokens: { admin: 'open-sesame' } });
  const stranger = converse(await dial(listener.port));
  stranger.send(large);
  expect(await stranger.next()).toMatchObject({
    status: 400,
    message: expect.stringContaining('limit of 65536'),
  });
  expect(await stranger.next()).toBeUndefined();

  const member = converse(await dial(listener.port));
  for (const command of [signIn('wrong'), signIn('open-sesame'), large]) member.send(command);
  for (const status of [401, 200, 200]) expect(await member.next()).toMatchObject({ status });
});

it('a stranger may hold little over all streams of a connection; that is 413, and its end', async () => {
  const { listener, join } = await wireHub({ tokens: { admin: 'open-sesame' } });
  const member = await join({ token: 'open-sesame' });
  const channel = await dial(listener.port);
  let end = (_error?: Error) => {};
  const ended = new Promise<Error | undefined>((resolve) => {
    end = resolve;
  });
  const session = createYamuxSession({
    channel,
    side: 'client',
    ping: false,
    onClose: (error) => end(error),
  });
  const streams = Array.from({ length: 20 }, () => {
    const stream = session.open();
    stream.write(Uint8Array.of(0, 0, 0xff, 0xff));
    stream.write(new Uint8Array(60_000));
    return converse(stream);
  });
  expect(await ended).toMatchObject({ code: 'WIRE_YAMUX_INVALID' });
  const heard = await Promise.all(streams.map((stream) => stream.next()));
  expect(heard.map((reply) => reply?.status)).toContain(413);
  expect(await member.hget('$hub', 'name')).toBe('test hub');
});

it('a stranger may open few streams, whatever they say; a member as many as yamux lets it', async () => {
  const { listener, wire } = await wireHub(
    { tokens: { admin: 'open-sesame' } },
    { clock: createManualClock() },
  );
  const openStreams = async (first: Command): Promise<Conversation> => {
    const channel = await dial(listener.port);
    const session = createYamuxSession({ channel, side: 'client', ping: false });
    const stream = converse(session.open());
    stream.send(first);
    expect(await stream.next()).toBeDefined();
    for (let i = 0; i < 300 && !session.closed; i++) session.open().write(Uint8Array.of(0));
    return stream;
  };
  const member = await openStreams(signIn('open-sesame'));
  member.send(large);
  expect(await member.next()).toMatchObject({ status: 200 });
  expect(wire.members.size).toBe(1);

  await openStreams(signIn('wrong'));
  await until(() => listener.connections === 1);
});
