import { createManualClock } from '@inkwire/base';
import {
  createMessageStream,
  createYamuxSession,
  decodeReply,
  encodeCommand,
  type MessageStream,
  type Reply,
} from '@inkwire/wire';
import { dialStream } from '@inkwire/wire/node';
import { expect, it, onTestFinished } from 'vitest';
import { until } from './served-hub.ts';
import { wireHub } from './wired-hub.ts';

type Stream = MessageStream<Reply, Parameters<typeof encodeCommand>[0]>;

async function dial(port: number) {
  const channel = await dialStream({ host: '127.0.0.1', port });
  onTestFinished(() => channel.destroy());
  return channel;
}

function converse(channel: Awaited<ReturnType<typeof dial>>): Stream {
  return createMessageStream({ channel, decode: decodeReply, encode: encodeCommand });
}

const noise = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i * 2_654_435_761) >>> 13);
const large = {
  kind: 'hset',
  table: 't',
  pair: { key: 'k', value: { kind: 'binary', value: noise } },
} as const;
const signIn = (token: string) =>
  ({
    kind: 'hset',
    table: '$session',
    pair: { key: 'token', value: { kind: 'string', value: token } },
  }) as const;

it('a stranger has frames of 64 KiB; who has signed in, those of a member from the next frame on', async () => {
  const { listener } = await wireHub({ tokens: { admin: 'open-sesame' } });
  const stranger = converse(await dial(listener.port));
  await stranger.send(large);
  const { value } = await stranger.next();
  expect(value).toMatchObject({ status: 400, message: expect.stringContaining('limit of 65536') });
  expect((await stranger.next()).done).toBe(true);

  const member = converse(await dial(listener.port));
  for (const command of [signIn('wrong'), signIn('open-sesame'), large]) await member.send(command);
  for (const status of [401, 200, 200]) expect((await member.next()).value).toMatchObject({ status });
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
  const heard = await Promise.all(streams.map((stream) => stream.next().catch(() => undefined)));
  expect(heard.map((reply) => reply?.value?.status)).toContain(413);
  expect(await member.hget('$hub', 'name')).toBe('test hub');
});

it('a stranger may open few streams, whatever they say; a member as many as yamux lets it', async () => {
  const { listener, hub } = await wireHub(
    { tokens: { admin: 'open-sesame' } },
    { clock: createManualClock() },
  );
  const openStreams = async (first: Parameters<Stream['send']>[0]): Promise<Stream> => {
    const channel = await dial(listener.port);
    const session = createYamuxSession({ channel, side: 'client', ping: false });
    const stream = converse(session.open());
    await stream.send(first);
    expect((await stream.next()).done).toBe(false);
    for (let i = 0; i < 300 && !session.closed; i++) session.open().write(Uint8Array.of(0));
    return stream;
  };
  const member = await openStreams(signIn('open-sesame'));
  await member.send(large);
  expect((await member.next()).value).toMatchObject({ status: 200 });
  expect(hub.wire.members.size).toBe(1);

  await openStreams(signIn('wrong'));
  await until(() => listener.connections === 1);
});
