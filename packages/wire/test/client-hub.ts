import { createManualClock, type ManualClock } from '@inkwire/base';
import type { Channel } from '../src/channels/channel.ts';
import { createChannelPair } from '../src/channels/memory-channel.ts';
import { type ClientOptions, createClient } from '../src/client/index.ts';
import { decodeCommand } from '../src/codec/command-codec.ts';
import type { Command, Reply, Value } from '../src/codec/messages.ts';
import { encodeReply } from '../src/codec/reply-codec.ts';
import { toValue } from '../src/codec/values.ts';
import { Allowance } from '../src/frames/allowance.ts';
import { FrameStream } from '../src/frames/frame-stream.ts';
import { sharedWriter } from '../src/frames/frame-writer.ts';
import { createYamuxSession } from '../src/yamux/session.ts';

/** A hub of a test's own: tables and topics in memory, and whatever the test scripts instead. */
export class ScriptedHub {
  readonly connections: HubConnection[] = [];
  readonly tables = new Map<string, Map<string, Value>>();
  /** Answers instead of the tables; `silence` leaves the command without an answer. */
  script: (command: Command, stream: HubStream) => Reply | 'silence' | undefined = () => undefined;
  /** Dialling rejects with it. */
  unreachable: Error | undefined;
  /** Dialling does not settle while it is set, whatever the signal says. */
  stalls = false;
  readonly stalled: (() => void)[] = [];
  dials = 0;
  token: string | undefined;
  multiplexed = false;
  /** Puts something around the client's end. */
  wrap: (channel: Channel) => Channel = (channel) => channel;
  #ids = 0;

  readonly dial = async (): Promise<Channel> => {
    this.dials++;
    if (this.stalls) await new Promise<void>((resolve) => this.stalled.push(resolve));
    if (this.unreachable) throw this.unreachable;
    const [near, far] = createChannelPair();
    this.accept(far);
    return this.wrap(near);
  };

  accept(channel: Channel): void {
    this.connections.push(new HubConnection(this, channel, ++this.#ids));
  }

  get last(): HubConnection {
    return this.connections.at(-1)!;
  }

  get streams(): HubStream[] {
    return this.connections.flatMap((connection) => connection.streams);
  }

  /** Every command that came, over all connections. */
  get commands(): Command[] {
    return this.streams.flatMap((stream) => stream.commands);
  }

  publish(topic: string, ...values: Value[]): void {
    for (const stream of this.streams) if (stream.topic === topic) stream.reply({ ...accepted, values });
  }
}

/** A hub with some of its parts set. */
export const hubOf = (parts: Partial<ScriptedHub> = {}): ScriptedHub =>
  Object.assign(new ScriptedHub(), parts);

/** The error of a dial to a hub that does not run. */
export const unreachable = new Error('connect ECONNREFUSED');

export const accepted: Reply = { status: 200, message: '', values: [], pairs: [] };
export const refused = (status: number, message: string): Reply => ({ ...accepted, status, message });

export class HubConnection {
  readonly streams: HubStream[] = [];
  readonly hub: ScriptedHub;
  readonly id: number;
  readonly channel: Channel;
  name = '';
  signedIn: boolean;
  isOver = false;

  constructor(hub: ScriptedHub, channel: Channel, id: number) {
    this.hub = hub;
    this.id = id;
    this.channel = channel;
    this.signedIn = hub.token === undefined;
    const add = (stream: Channel) => {
      this.streams.push(new HubStream(this, stream));
    };
    if (hub.multiplexed)
      createYamuxSession({
        channel,
        side: 'server',
        onChannel: add,
        ping: false,
        onClose: () => {
          this.isOver = true;
        },
      });
    else add(channel);
  }

  destroy(): void {
    this.channel.destroy();
  }
}

export class HubStream {
  readonly commands: Command[] = [];
  readonly connection: HubConnection;
  readonly frames: FrameStream;
  topic: string | undefined;
  isOver = false;

  constructor(connection: HubConnection, channel: Channel) {
    this.connection = connection;
    this.frames = new FrameStream(
      channel,
      {
        onFrame: (bytes, start, end) => this.#serve(decodeCommand(bytes, start, end)!),
        onEnd: () => this.frames.end(),
        onDrain() {},
        onInvalid() {},
        onClose: () => {
          this.isOver = true;
          this.topic = undefined;
          if (!connection.hub.multiplexed) connection.isOver = true;
        },
      },
      new Allowance(),
    );
  }

  reply(reply: Reply): void {
    if (this.isOver) return;
    sharedWriter.begin();
    encodeReply(reply, sharedWriter);
    this.frames.outbox.add();
    this.frames.flushSoon();
  }

  destroy(): void {
    this.frames.destroy();
  }

  #serve(command: Command): void {
    this.commands.push(command);
    const scripted = this.connection.hub.script(command, this);
    if (scripted !== 'silence') this.reply(scripted ?? this.#answer(command));
  }

  #answer(command: Command): Reply {
    const { connection } = this;
    const { hub } = connection;
    const tableOf = (name: string) => {
      const table = hub.tables.get(name) ?? new Map<string, Value>();
      hub.tables.set(name, table);
      return table;
    };
    const value = (...values: Value[]): Reply => ({ ...accepted, values });
    const empty: Value = { kind: 'none' };
    const truth = (is: boolean): Value => ({ kind: 'bool', value: is });
    if (command.kind === 'hset' && command.table === '$session') {
      const said = command.pair!.value as { readonly value: string };
      if (command.pair!.key === 'token') {
        if (said.value !== hub.token) return refused(401, 'Wrong token');
        connection.signedIn = true;
      } else connection.name = said.value;
      return value(empty);
    }
    if (!connection.signedIn) return refused(401, 'Sign in first');
    switch (command.kind) {
      case 'hget': {
        if (command.table === '$session') return value(toValue(connection.id));
        const found = tableOf(command.table).get(command.key);
        return found ? value(found) : refused(404, `Not found: table ${command.table}, key ${command.key}`);
      }
      case 'hset':
      case 'hdel': {
        const table = tableOf(command.table);
        const key = command.kind === 'hset' ? command.pair!.key : command.key;
        const before = table.get(key) ?? empty;
        if (command.kind === 'hset') table.set(key, command.pair!.value!);
        else table.delete(key);
        return value(before);
      }
      case 'hgetall':
        return { ...accepted, pairs: Array.from(tableOf(command.table), ([key, value]) => ({ key, value })) };
      case 'hexist':
        return value(truth(tableOf(command.table).has(command.key)));
      case 'hmget':
        return value(...command.keys.map((key) => tableOf(command.table).get(key) ?? empty));
      case 'hmexist':
        return value(...command.keys.map((key) => truth(tableOf(command.table).has(key))));
      case 'hmset':
      case 'hmdel': {
        const table = tableOf(command.table);
        const before: Value[] = [];
        if (command.kind === 'hmset')
          for (const { key, value } of command.pairs) {
            before.push(table.get(key) ?? empty);
            table.set(key, value!);
          }
        else
          for (const key of command.keys) {
            before.push(table.get(key) ?? empty);
            table.delete(key);
          }
        return value(...before);
      }
      case 'publish':
        setImmediate(() => hub.publish(command.topic, ...command.data));
        return accepted;
      case 'subscribe':
        this.topic = command.topic;
        return value(toValue(connection.id * 100));
      case 'unsubscribe':
        return accepted;
      case 'read':
        return { ...accepted, reading: JSON.stringify({ text: '47', kept: command.keep }) };
      case 'lease':
        return { ...accepted, lease: command.bytes };
    }
  }
}

/** Lets the event loop turn until something is so. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets the event loop turn so often that whatever can happen without time has happened. */
export async function settle(turns = 30): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A client of a scripted hub, on a clock that the test moves. */
export function clientOf(hub: ScriptedHub, options: Partial<ClientOptions> = {}) {
  const clock: ManualClock = createManualClock();
  const client = createClient({
    dial: hub.dial,
    clock,
    backoff: { initialMs: 100, random: () => 0.5 },
    multiplexed: hub.multiplexed,
    ...options,
  });
  return { client, clock };
}

/** What a promise has come to by now. */
export function watch<T>(promise: Promise<T>) {
  const outcome: { state: 'pending' | 'fulfilled' | 'rejected'; value?: T; error?: unknown } = {
    state: 'pending',
  };
  promise.then(
    (value) => Object.assign(outcome, { state: 'fulfilled', value }),
    (error) => Object.assign(outcome, { state: 'rejected', error }),
  );
  return outcome;
}

/** A channel that counts what is written to it. */
export function counted(channel: Channel, onWrite: (bytes: Uint8Array) => void): Channel {
  return {
    get transport() {
      return channel.transport;
    },
    get peer() {
      return channel.peer;
    },
    get maxWriteBytes() {
      return channel.maxWriteBytes;
    },
    get queuedBytes() {
      return channel.queuedBytes;
    },
    attach: (handler) => channel.attach(handler),
    write(bytes) {
      onWrite(bytes);
      return channel.write(bytes);
    },
    pause: () => channel.pause(),
    resume: () => channel.resume(),
    end: () => channel.end(),
    destroy: (error) => channel.destroy(error),
  };
}

/** A channel that breaks when so many bytes have come (or gone). */
export function cutAfter(channel: Channel, direction: 'in' | 'out', bytes: number): Channel {
  let left = bytes;
  const whole = counted(channel, () => {});
  return Object.assign(Object.create(whole) as Channel, {
    attach: (handler: Parameters<Channel['attach']>[0]) =>
      channel.attach({
        onBytes(chunk) {
          if (direction === 'out') {
            handler.onBytes(chunk);
            return;
          }
          const taken = chunk.subarray(0, left);
          left -= taken.length;
          if (taken.length > 0) handler.onBytes(taken);
          if (left === 0) channel.destroy(new Error('Cut'));
        },
        onEnd: () => handler.onEnd(),
        onDrain: () => handler.onDrain(),
        onClose: (error) => handler.onClose(error),
      }),
    write(chunk: Uint8Array) {
      if (direction === 'in') return channel.write(chunk);
      const taken = chunk.subarray(0, left);
      left -= taken.length;
      const more = taken.length > 0 ? channel.write(taken) : true;
      if (left === 0) setImmediate(() => channel.destroy(new Error('Cut')));
      return more;
    },
  });
}
