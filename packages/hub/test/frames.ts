import { once } from 'node:events';
import { connect } from 'node:net';
import { type Command, decodeReply, encodeCommand, FrameWriter, type Reply } from '@inkwire/wire';

/** The command that signs a connection in. */
export function signIn(token: string) {
  const pair = { key: 'token', value: { kind: 'string', value: token } } as const;
  return { kind: 'hset', table: '$session', pair } as const;
}

/** The frame of a command, as a client that speaks plain frames sends it. */
export function frameOf(command: Command): Uint8Array {
  const writer = new FrameWriter();
  writer.begin();
  encodeCommand(command, writer);
  const from = writer.finish(false);
  return writer.bytes.slice(from, writer.at);
}

/** Sends one command on a connection of its own, says that nothing more comes, and waits for the answer. */
export async function askOnce(port: number, command: Command): Promise<Reply> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  try {
    socket.end(frameOf(command));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return decodeReply(answer, 4, answer.length);
  } finally {
    socket.destroy();
  }
}
