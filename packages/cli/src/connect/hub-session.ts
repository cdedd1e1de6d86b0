import { messageOf, Owner, within } from '@inkwire/base';
import type { Client, ClientState, PlainValue, Subscription } from '@inkwire/wire';
import {
  inboxTopic,
  type MemberFacts,
  type MemberMessage,
  parseMember,
  parseMemberMessage,
  type Reading,
} from '@inkwire/wire/hub';
import { CliError } from '../errors.ts';
import { firstAnswer } from './first-answer.ts';
import type { ClientFactory } from './hub-options.ts';

/** The names of the hub and of our own member. */
export interface Names {
  readonly hub: string;
  readonly own: string;
  readonly id: number;
}

/** Receives the events of a session that no command asked for. */
export interface HubListener {
  onMessage(message: MemberMessage): void;
  /** The connection is lost, and is being made again. */
  onAway(error: Error | undefined): void;
  /** The connection is back, as a new member. */
  onBack(names: Names): void;
  /** Messages may have been missed meanwhile. */
  onMissed(): void;
  /** The hub refuses us from now on: nothing more follows. */
  onEnd(error: Error | undefined): void;
}

export interface HubSessionOptions extends HubListener {
  readonly clients: ClientFactory;
  readonly name?: string | undefined;
  /** Ends the attempt to connect. */
  readonly signal?: AbortSignal | undefined;
}

/** The time for which a person waits for an orderly close. */
const farewellMs = 1_500;
const readMs = 30_000;
const joinMs = 10_000;
/** A little less than what a frame may have on a multiplexed connection (131,072 bytes). */
const largePictureBytes = 128_000;

/**
 * The terminal's session on a hub. It is one multiplexed connection, and so one member: commands and the inbox are streams
 * of it. A picture that is larger than the hub's frames may be is sent on a connection of its own.
 */
export class HubSession extends Owner {
  readonly #client: Client;
  readonly #options: HubSessionOptions;
  readonly #stopWatching: () => void;
  /** The name that was taken since the connection was made; a new connection takes it again. */
  #name: string | undefined;
  #isAway = false;

  private constructor(client: Client, options: HubSessionOptions) {
    super('session');
    this.#client = client;
    this.#options = options;
    this.#stopWatching = client.onState((state, error) => this.#turn(state, error));
  }

  /** Connects, and listens to the inbox before anything else. Rejects with what the client rejects with. */
  static async open(options: HubSessionOptions): Promise<HubSession> {
    const { clients, name, signal } = options;
    const client = clients({ name });
    try {
      const inbox = client.subscribe(inboxTopic);
      const listening = listen(inbox, options);
      await firstAnswer(client, inbox.ready({ timeoutMs: joinMs }), signal);
      void listening;
      return new HubSession(client, options);
    } catch (error) {
      await client.destroy();
      throw error;
    }
  }

  /** The hub's time, asked for `times` at once; every answer. Rejects when one is missing, and says how many came. */
  async times(times: number): Promise<Date[]> {
    const asked = Array.from({ length: times }, () => this.#client.hget('$hub', 'time'));
    const answers = await Promise.allSettled(asked);
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed && times === 1) throw failed.reason;
    const came = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    if (failed)
      throw new CliError(
        'CLI_HUB_REFUSED',
        `${came.length} of ${times} were answered: ${messageOf(failed.reason)}`,
        { cause: failed.reason },
      );
    return came.map(toDate);
  }

  async names(): Promise<Names> {
    const [hub, own, id] = await Promise.all([
      this.#client.hget('$hub', 'name'),
      this.#client.hget('$session', 'name'),
      this.#client.hget('$session', 'id'),
    ]);
    return { hub: String(hub), own: String(own), id: Number(id) };
  }

  async rename(name: string): Promise<void> {
    await this.#client.hset('$session', 'name', name);
    this.#name = name;
  }

  /** By id. */
  async members(): Promise<MemberFacts[]> {
    const table = await this.#client.hgetall('$members');
    const members = Array.from(table.values(), parseMember).filter((member) => member !== undefined);
    return members.sort((a, b) => a.id - b.id);
  }

  async send(to: number, text: string): Promise<void> {
    await this.#client.publish(inboxTopic(to), [text]);
  }

  async read(picture: Uint8Array): Promise<Reading> {
    const wait = { timeoutMs: readMs };
    if (picture.length <= largePictureBytes) return this.#client.read(picture, wait);
    await using client = this.#options.clients({
      name: this.#name ?? this.#options.name,
      multiplexed: false,
    });
    return await firstAnswer(client, client.read(picture, wait));
  }

  /** Closes in order, but does not keep a person waiting. */
  protected override async drain(): Promise<void> {
    this.#stopWatching();
    try {
      await within(this.#client.close(), { timeoutMs: farewellMs });
    } catch {
      await this.#client.destroy();
    }
  }

  protected override abort(error: Error): Promise<void> {
    return this.#client.destroy(error);
  }

  #turn(state: ClientState, error: Error | undefined): void {
    if (state === 'closed') {
      this.#options.onEnd(error);
    } else if (state === 'offline' && !this.#isAway) {
      this.#isAway = true;
      this.#options.onAway(error);
    } else if (state === 'online' && this.#isAway) {
      this.#isAway = false;
      void this.#comeBack();
    }
  }

  async #comeBack(): Promise<void> {
    try {
      if (this.#name !== undefined) await this.rename(this.#name);
      const names = await this.names();
      if (!this.closed) this.#options.onBack(names);
    } catch {
      // The connection is lost again, which is reported by itself.
    }
  }
}

/** Receives until the client is closed. Never rejects: what ends the inbox fails `ready`, or is reported as the client's state. */
async function listen(inbox: Subscription, listener: HubListener): Promise<void> {
  try {
    for await (const item of inbox) {
      const message = item.missed ? undefined : parseMemberMessage(item.values);
      if (message) listener.onMessage(message);
      else if (item.missed) listener.onMissed();
    }
  } catch {}
}

function toDate(time: PlainValue | undefined): Date {
  const date = new Date(Number(time));
  if (typeof time === 'number' && !Number.isNaN(date.getTime())) return date;
  throw new CliError('CLI_HUB_REFUSED', `The hub gave a time that is none: ${String(time)}`);
}
