import {
  Allowance,
  type Channel,
  type Command,
  createChannelPair,
  decodeReply,
  encodeCommand,
  FrameStream,
  type Reply,
  sharedWriter,
} from '@inkwire/wire';
import type { CommandService } from '../src/index.ts';

/** The other side of a served stream: sends commands and bytes, keeps the frames that come back. */
export interface Peer {
  readonly channel: Channel;
  readonly stream: FrameStream;
  /** Payloads, in hexadecimal. */
  readonly frames: string[];
  readonly replies: Reply[];
  /** Sends commands, all of them in one write. */
  send(...commands: Command[]): void;
  /** Sends bytes as they are, given in hexadecimal. */
  sendHex(hex: string): void;
  /** Resolves when so many replies have come, since the beginning. Rejects when the service ends its side before. */
  until(count: number): Promise<void>;
  /** Whether the service has ended its side, and whether the channel is closed. */
  readonly ended: boolean;
  readonly closed: boolean;
  untilEnded(): Promise<void>;
  untilClosed(): Promise<void>;
}

export interface PeerOptions {
  readonly highWaterBytes?: number;
  readonly maxWriteBytes?: number;
}

/** Connects to a service through memory. */
export function connect<S>(service: CommandService<S>, session: S, options: PeerOptions = {}): Peer {
  const [here, there] = createChannelPair(options);
  service.serve(there, session);
  return createPeer(here);
}

export function createPeer(channel: Channel): Peer {
  const frames: string[] = [];
  const replies: Reply[] = [];
  const waiting: { readonly until: () => boolean; readonly resolve: () => void }[] = [];
  const state = { ended: false, closed: false };
  const look = () => {
    for (const one of [...waiting]) {
      if (!one.until()) continue;
      waiting.splice(waiting.indexOf(one), 1);
      one.resolve();
    }
  };
  const when = (until: () => boolean) =>
    new Promise<void>((resolve) => {
      waiting.push({ until, resolve });
      look();
    });
  const stream = new FrameStream(
    channel,
    {
      onFrame(bytes, start, end) {
        frames.push(Buffer.from(bytes.subarray(start, end)).toString('hex'));
        replies.push(decodeReply(Uint8Array.from(bytes.subarray(start, end)), 0, end - start));
        look();
      },
      onEnd() {
        state.ended = true;
        look();
      },
      onDrain() {},
      onInvalid(error) {
        throw error;
      },
      onClose() {
        state.closed = true;
        look();
      },
    },
    new Allowance(),
  );
  return {
    channel,
    stream,
    frames,
    replies,
    send(...commands) {
      for (const command of commands) {
        sharedWriter.begin();
        encodeCommand(command, sharedWriter);
        stream.outbox.add();
      }
      stream.flush();
    },
    sendHex: (hex) => void channel.write(Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))),
    async until(count) {
      await when(() => replies.length >= count || state.ended || state.closed);
      if (replies.length >= count) return;
      const statuses = replies.map(({ status }) => status).join(', ');
      throw new Error(`Expected ${count} replies before the end, got ${replies.length}: ${statuses}`);
    },
    untilEnded: () => when(() => state.ended || state.closed),
    untilClosed: () => when(() => state.closed),
    get ended() {
      return state.ended;
    },
    get closed() {
      return state.closed;
    },
  };
}

/** Lets everything happen that is about to, without waiting for any time. */
export async function turns(count = 10): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}
