import { hostname } from 'node:os';
import type { Clock } from '@inkwire/base';
import type { Channel, Value } from '@inkwire/wire';
import type { MemberFacts, MemberMessage } from '@inkwire/wire/hub';
import { HubError } from '../errors.ts';
import { RateLimit } from '../limits/rate-limit.ts';
import type { Membership } from '../members/members.ts';
import { text } from '../system/virtual-table.ts';
import type { WireService } from '../wire/wire-service.ts';
import {
  commands,
  encodePacket,
  fitContent,
  kinds,
  type LabPacket,
  mostContentBytes,
  PacketDecoder,
} from './packet.ts';

/** A response: success or error, and its text. */
interface Answer {
  readonly command: number;
  readonly content: string;
}

const success = (content = ''): Answer => ({ command: commands.success, content });
const failure = (content: string): Answer => ({ command: commands.error, content });

const forwardedBy = '\nForward by server: ';
/** The part of a message that fits between that and the end of its line. */
const forwardedBytes = mostContentBytes - forwardedBy.length - 1;
/** The time in which a client must disconnect after the last reply. */
const lastWordMs = 1_000;
/** Bytes that a client may leave unread before it is cut off. */
const mostUnreadBytes = 1024 * 1024;

/** The parts that the clients of one listener share. */
export interface LabParts {
  readonly wire: WireService;
  readonly clock: Clock;
  /** The address of the listener, as the greeting says it. */
  readonly address: string;
  readonly maxRequestsPerSecond: number;
  readonly sessions: Set<LabSession>;
}

/** One client of the lab listener: a member like any other. */
export class LabSession {
  readonly #wire: WireService;
  readonly #channel: Channel;
  readonly #clock: Clock;
  readonly #maxRequestsPerSecond: number;
  readonly #requests: RateLimit;
  readonly #decoder = new PacketDecoder();
  #membership: Membership | undefined;
  #over = false;

  constructor(channel: Channel, { wire, clock, address, maxRequestsPerSecond, sessions }: LabParts) {
    this.#wire = wire;
    this.#channel = channel;
    this.#clock = clock;
    this.#maxRequestsPerSecond = maxRequestsPerSecond;
    this.#requests = new RateLimit(maxRequestsPerSecond, 1_000);
    channel.attach({
      onBytes: (bytes) => {
        for (const packet of this.#decoder.push(bytes)) if (!this.#over) this.#receive(packet);
      },
      onEnd: () => this.#end(),
      onDrain: () => channel.resume(),
      onClose: () => {
        if (sessions.delete(this)) wire.lab.clients--;
        this.#leave();
      },
    });
    try {
      this.#membership = wire.members.join(
        { transport: 'lab', ...channel.peer },
        (message) => this.#forward(message),
        () => channel.destroy(),
      );
      sessions.add(this);
      wire.lab.clients++;
      this.#write(kinds.instruct, commands.success, `hello from server ${address}!`);
    } catch {
      channel.destroy();
    }
  }

  /** Notifies the client that the server stops. */
  dismiss(): void {
    this.#write(kinds.instruct, commands.disconnect);
    this.#end();
  }

  cut(): void {
    this.#channel.destroy();
  }

  /** Receives nothing more; a client that does not hang up is cut. */
  #end(): void {
    this.#leave();
    this.#channel.end();
    this.#clock.after(lastWordMs, () => this.cut(), { unref: true });
  }

  #leave(): void {
    this.#over = true;
    this.#membership?.leave();
  }

  #receive(packet: LabPacket): void {
    this.#wire.lab.requests++;
    const answer = this.#answer(packet);
    if (answer) this.#write(kinds.response, answer.command, answer.content);
  }

  /** The answer to a packet; undefined when the session is over. */
  #answer({ kind, command, to, content }: LabPacket): Answer | undefined {
    if (command !== commands.disconnect && !this.#requests.take(this.#clock.monotonic()))
      return failure(`At most ${this.#maxRequestsPerSecond} requests a second are answered`);
    if (kind !== kinds.request) return failure('Expected a request');
    switch (command) {
      case commands.time:
        return success(formatTime(new Date(this.#clock.now())));
      case commands.name:
        return success(hostname());
      case commands.list:
        return success(listOf(this.#wire.members));
      case commands.send:
        return this.#send(to, content);
      case commands.disconnect:
        this.#end();
        return undefined;
      default:
        return failure('Unknown command');
    }
  }

  #send(to: number, content: string): Answer {
    const { id: from, name } = this.#membership!.facts;
    if (to === from) return failure('Destination is yourself');
    try {
      const isSent = this.#wire.members.send(to, { from, name, values: [text(content)] });
      return isSent ? success() : failure('Destination is not connected');
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      return failure(error.message);
    }
  }

  #forward({ values }: MemberMessage<Value>): void {
    const text = fitContent(values.map(plain).join(' '), forwardedBytes);
    this.#write(kinds.instruct, commands.forward, `${forwardedBy}${text}\n`);
  }

  #write(kind: number, command: number, content = ''): void {
    if (this.#channel.queuedBytes > mostUnreadBytes) this.#channel.destroy();
    else if (!this.#channel.write(encodePacket(kind, command, content))) this.#channel.pause();
  }
}

/** Local time, as the clients parse it: `Date:2021/12/30 Time:21:55:50`. */
function formatTime(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${time.getFullYear()}/${two(time.getMonth() + 1)}/${two(time.getDate())}`;
  return `Date:${date} Time:${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** As many members as fit, each on a line that is whole. */
function listOf(members: Iterable<MemberFacts>): string {
  let list = '';
  for (const member of members) {
    const line = formatMember(member);
    if (list.length + line.length > mostContentBytes) break;
    list += line;
  }
  return list;
}

function formatMember({ id, port, address }: { id: number; port: number; address: string }): string {
  return `Client sockfd:${id} Port:${port} IP addr:${address}\n`;
}

function plain(value: Value): string {
  if (value.kind === 'none') return '';
  return value.kind === 'binary' ? `${value.value.length} bytes` : String(value.value);
}
