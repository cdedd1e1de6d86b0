import { createManualClock } from '@inkwire/base';
import type { Channel, ChannelHandler } from '../src/channels/channel.ts';
import { encodeHeader, Flag, FrameType, headerBytes, readUint32 } from '../src/yamux/header.ts';
import { createYamuxSession, type YamuxOptions } from '../src/yamux/index.ts';

/** A frame as tests write it. */
export interface RawFrame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly length: number;
  readonly data?: Uint8Array | undefined;
}

export function frame(type: number, flags: number, id: number, content: number | Uint8Array = 0): Uint8Array {
  const data = typeof content === 'number' ? new Uint8Array(0) : content;
  const bytes = new Uint8Array(headerBytes + data.length);
  encodeHeader(bytes, 0, type, flags, id, typeof content === 'number' ? content : content.length);
  bytes.set(data, headerBytes);
  return bytes;
}

export const concat = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** The bytes of a text. */
export const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));

/** Cuts what was written, which must be whole frames. */
export function parse(bytes: Uint8Array): RawFrame[] {
  const found: RawFrame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const type = bytes[at + 1]!;
    const flags = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    const length = readUint32(bytes, at + 8);
    const end = at + headerBytes + (type === FrameType.data ? length : 0);
    if (bytes[at] !== 0 || end > bytes.length) throw new Error(`No whole frame at ${at}`);
    const data = type === FrameType.data ? bytes.slice(at + headerBytes, end) : undefined;
    found.push({ type, flags, id: readUint32(bytes, at + 4), length, data });
    at = end;
  }
  return found;
}

/** Lets what waits for the end of the turn happen. */
export async function turn(times = 3): Promise<void> {
  for (let i = 0; i < times; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** A channel whose other end is the test: it says what arrives, sees what is written, and decides when that is too much. */
export class RawChannel implements Channel {
  readonly transport = 'memory' as const;
  readonly peer = { address: 'test', port: 0 };
  readonly maxWriteBytes: number;
  queuedBytes = 0;
  handler: ChannelHandler | undefined;
  written: Uint8Array[] = [];
  paused = false;
  ended = false;
  clogged = false;
  over = false;
  writes = 0;
  /** What the session destroyed it with. */
  error: Error | undefined;

  constructor(maxWriteBytes = Number.MAX_SAFE_INTEGER) {
    this.maxWriteBytes = maxWriteBytes;
  }

  attach(handler: ChannelHandler): void {
    this.handler = handler;
  }

  write(bytes: Uint8Array): boolean {
    if (this.over || this.ended) return true;
    this.writes += 1;
    this.written.push(bytes);
    return !this.clogged;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  end(): void {
    this.ended = true;
  }

  destroy(error?: Error): void {
    if (this.over) return;
    this.over = true;
    this.error = error;
    queueMicrotask(() => this.handler!.onClose(error));
  }

  // The test's side.

  feed(...parts: readonly Uint8Array[]): void {
    for (const part of parts) if (!this.over) this.handler!.onBytes(part);
  }

  feedEnd(): void {
    this.handler!.onEnd();
    if (this.ended) this.close();
  }

  close(error?: Error): void {
    if (this.over) return;
    this.over = true;
    this.handler!.onClose(error);
  }

  drain(): void {
    this.clogged = false;
    this.handler!.onDrain();
  }

  /** The frames that were written since the last call. */
  take(): RawFrame[] {
    const bytes = concat(...this.written);
    this.written = [];
    return parse(bytes);
  }
}

/** What a stream's handler heard. */
export class Heard implements ChannelHandler {
  readonly channel: Channel;
  chunks: Uint8Array[] = [];
  ends = 0;
  drains = 0;
  closes: (Error | undefined)[] = [];

  constructor(channel: Channel) {
    this.channel = channel;
    channel.attach(this);
  }

  get bytes(): Uint8Array {
    return concat(...this.chunks);
  }

  get text(): string {
    return Buffer.from(this.bytes).toString();
  }

  onBytes(bytes: Uint8Array): void {
    this.chunks.push(bytes);
  }

  onEnd(): void {
    this.ends += 1;
  }

  onDrain(): void {
    this.drains += 1;
  }

  onClose(error?: Error): void {
    this.closes.push(error);
  }
}

/** A session whose peer is the test. Streams of the peer are attached to at once unless `listen` does otherwise. */
export function startSession(
  options: Partial<YamuxOptions> = {},
  listen: (channel: Channel) => Heard | undefined = listening,
) {
  const raw = new RawChannel();
  const clock = createManualClock();
  const streams: Heard[] = [];
  const closes: (Error | undefined)[] = [];
  const session = createYamuxSession({
    channel: raw,
    side: 'server',
    clock,
    onChannel: (channel) => {
      const heard = listen(channel);
      if (heard !== undefined) streams.push(heard);
    },
    onClose: (error) => closes.push(error),
    ...options,
  });
  return { raw, clock, streams, closes, session };
}

const listening = (channel: Channel) => new Heard(channel);

/** A session with the peer's stream 1, paused, after `held` has come. Each side may have ended the stream. */
export async function startHeldStream({ ours, theirs }: { ours: boolean; theirs: boolean }) {
  const { syn, fin } = Flag;
  const session = startSession();
  const { raw, streams } = session;
  raw.feed(frame(FrameType.data, syn, 1));
  const { channel } = streams[0]!;
  channel.pause();
  if (ours) channel.end();
  await turn();
  raw.feed(frame(FrameType.data, theirs ? fin : 0, 1, text('held')));
  return session;
}

/** Sends back what a stream receives. */
export const echoing = (channel: Channel) => {
  const heard = new Heard(channel);
  heard.onBytes = (bytes) => void channel.write(bytes);
  return heard;
};
