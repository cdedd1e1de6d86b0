import { messageOf, within } from '@inkwire/base';
import type { MemberFacts, MemberMessage, Reading } from '@inkwire/wire/hub';
import { CliError } from '../errors.ts';
import { failureText } from '../output/failure.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/text-table.ts';
import { readPictureBytes } from '../read/picture-bytes.ts';
import { formatListenAddress, type ListenAddress } from '../settings/listen-address.ts';
import { joinFailure, refusalOf, refused } from './hub-failure.ts';
import { type ClientFactory, parseHubAddress } from './hub-options.ts';
import { type HubListener, HubSession, type Names } from './hub-session.ts';
import { helpText, type LineCommand, parseLineCommand } from './line-command.ts';
import type { Screen } from './screen.ts';

/** Options of a terminal. */
export interface TerminalOptions {
  /** The address that `connect` uses at first when none is given. */
  readonly hub: ListenAddress;
  readonly name?: string | undefined;
  /** The number of `time` requests that are sent at once. */
  readonly repeat: number;
  readonly isTls: boolean;
  readonly clientsOf: (address: ListenAddress) => ClientFactory;
}

const prompt = 'inkwire> ';

/**
 * The conversation with one person, or with a pipe: reads a command, does it, says what came of it, until `quit` or the end
 * of the input. A command that fails says why, and the next is read.
 *
 *     apart ──connect──▶ joined ──disconnect, quit, end of input, the hub lets us in no more──▶ apart
 *
 * From a pipe, a command that needs a hub joins one by itself when none was named.
 */
export class Terminal {
  readonly #screen: Screen;
  readonly #options: TerminalOptions;
  #session: HubSession | undefined;
  /** The address that `connect` uses when none is given: the last one. */
  #usual: ListenAddress;
  #failures = 0;

  constructor(screen: Screen, options: TerminalOptions) {
    this.#screen = screen;
    this.#options = options;
    this.#usual = options.hub;
  }

  /**
   * Answers how many commands failed. `joinsAtOnce`: before the first command is read; a pipe ends when that fails, a
   * person may try another address.
   */
  async run({ joinsAtOnce }: { readonly joinsAtOnce: boolean }): Promise<number> {
    const screen = this.#screen;
    if (screen.isTerminal) screen.print(helpText);
    if (joinsAtOnce) await this.#do({ kind: 'connect', address: formatListenAddress(this.#options.hub) });
    const isHopeless = !screen.isTerminal && this.#failures > 0;
    while (!isHopeless) {
      const line = await screen.ask(prompt);
      if (line === undefined) break;
      const command = parseLineCommand(line);
      if (command.kind === 'quit') break;
      await this.#do(command);
    }
    await this.#leave();
    return this.#failures;
  }

  async #do(command: LineCommand): Promise<void> {
    const { leaving } = this.#screen;
    try {
      const said = await within(this.#carryOut(command), { signal: leaving });
      if (said !== undefined) this.#screen.print(said);
    } catch (error) {
      if (leaving.aborted) return;
      this.#failures++;
      this.#screen.complain(this.#complaint(error));
    }
  }

  /** The text says what a person can do. A script can match the code behind it. */
  #complaint(error: unknown): string {
    if (error === undefined) return 'no reason is known';
    if (error instanceof RangeError) return printable(messageOf(error));
    const refusal = refusalOf(error);
    const told = refusal ? refused(refusal) : error;
    return this.#screen.isTerminal ? printable(messageOf(told)) : failureText(told);
  }

  async #carryOut(command: LineCommand): Promise<string | undefined> {
    switch (command.kind) {
      case 'nothing':
        return undefined;
      case 'help':
        return helpText;
      case 'unknown':
        throw new RangeError(`There is no command "${command.word}"; help lists them`);
      case 'connect':
        return this.#connect(command.address);
      case 'disconnect':
      case 'quit':
        if (this.#session === undefined) throw notConnected();
        await this.#leave();
        return undefined;
      case 'time':
        return this.#time(await this.#hub());
      case 'name':
        return this.#name(await this.#hub(), command.name);
      case 'members':
        return this.#members(await this.#hub());
      case 'send':
        return this.#send(await this.#hub(), command.to, command.text);
      case 'read':
        return this.#read(await this.#hub(), command.file);
    }
  }

  async #hub(): Promise<HubSession> {
    if (this.#session) return this.#session;
    if (this.#screen.isTerminal) throw notConnected();
    return this.#join(this.#options.hub);
  }

  /** Asks for an argument that a command came without. */
  async #askFor(question: string): Promise<string | undefined> {
    const answer = (await this.#screen.ask(question))?.trim();
    return answer === '' ? undefined : answer;
  }

  async #connect(named: string | undefined): Promise<string> {
    if (this.#session) throw new RangeError('You are connected already; disconnect, or 2, comes first');
    const usual = formatListenAddress(this.#usual);
    const text = named ?? (await this.#askFor(`Address [${usual}]: `)) ?? usual;
    const session = await this.#join(parseHubAddress(text));
    return `Connected to ${whoOnWhat(await session.names())}`;
  }

  async #join(address: ListenAddress): Promise<HubSession> {
    const { name, isTls, clientsOf } = this.#options;
    const signal = this.#screen.leaving;
    const where = formatListenAddress(address);
    try {
      const clients = clientsOf(address);
      this.#session = await HubSession.open({ clients, name, signal, ...this.#listener(where) });
    } catch (error) {
      throw joinFailure(error, address, isTls);
    }
    this.#usual = address;
    return this.#session;
  }

  /** The messages that the hub sends unasked. */
  #listener(where: string): HubListener {
    const screen = this.#screen;
    return {
      onMessage: (message) => screen.print(formatMessage(message)),
      onAway: (error) => {
        const why = screen.isTerminal ? '' : `: ${this.#complaint(error)}`;
        screen.complain(`The connection to ${where} is lost, trying again${why}`);
      },
      onBack: (names) => screen.complain(`Back on ${whoOnWhat(names)}`),
      onMissed: () => screen.complain('Messages may have been missed meanwhile'),
      onEnd: (error) => {
        this.#session = undefined;
        this.#failures++;
        screen.complain(`${where} does not let you in any more: ${this.#complaint(error)}`);
      },
    };
  }

  async #leave(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session === undefined) return;
    await session.close();
    this.#screen.print('Disconnected');
  }

  async #time(hub: HubSession): Promise<string> {
    const { repeat } = this.#options;
    const began = performance.now();
    const times = await hub.times(repeat);
    const took = performance.now() - began;
    const last = times.at(-1)!.toISOString();
    return repeat === 1 ? last : `${times.length} answers in ${took.toFixed(1)} ms, the last ${last}`;
  }

  async #name(hub: HubSession, name: string | undefined): Promise<string> {
    if (name !== undefined) await hub.rename(name);
    return `You are on ${whoOnWhat(await hub.names())}`;
  }

  async #send(hub: HubSession, to: string | undefined, text: string | undefined): Promise<string> {
    const id = to ?? (await this.#askFor('To which member? '));
    if (id === undefined || !/^[1-9]\d{0,9}$/.test(id))
      throw new RangeError(`Expected a member's number, got "${id ?? ''}"; members, or 5, lists them`);
    const message = text ?? (await this.#askFor('Message: '));
    if (message === undefined) throw new RangeError('There is nothing to send');
    try {
      await hub.send(Number(id), message);
    } catch (error) {
      const status = refusalOf(error)?.status;
      if (status === 404) throw new RangeError(`There is no member ${id}; members, or 5, lists them`);
      if (status === 400) throw new RangeError(`Member ${id} is you; members, or 5, lists the others`);
      throw error;
    }
    return `Sent to ${id}`;
  }

  async #members(hub: HubSession): Promise<string> {
    const [members, { id }] = await Promise.all([hub.members(), hub.names()]);
    return formatMembers(members, id);
  }

  async #read(hub: HubSession, named: string | undefined): Promise<string> {
    const file = named ?? (await this.#askFor('Picture file: '));
    if (file === undefined) throw new RangeError('Expected the name of a picture file');
    // Standard input is where the commands come from.
    return formatReading(await hub.read(await pictureIn(file === '-' ? './-' : file)));
  }
}

const notConnected = () => new RangeError('You are not connected yet; connect HOST:PORT, or 1, comes first');

const whoOnWhat = ({ hub, own, id }: Names) => `${printable(hub)} as member ${id}, ${printable(own)}`;

async function pictureIn(file: string): Promise<Uint8Array> {
  try {
    return await readPictureBytes(file);
  } catch (error) {
    throw new CliError('CLI_FILE_UNREADABLE', `${file}: ${messageOf(error)}`, { cause: error });
  }
}

/** As `inkwire read` writes it, without the file. */
function formatReading({ written, confidence, unsure }: Reading): string {
  const lines = written.split('\n').map(printable).join(' / ');
  return [lines, confidence.toFixed(4), ...(unsure ? ['unsure'] : [])].join('  ');
}

function formatMessage({ from, name, values }: MemberMessage): string {
  const parts = values.map((value) =>
    value instanceof Uint8Array ? `(${value.length} bytes)` : String(value),
  );
  return `Message from ${from}, ${printable(name)}: ${printable(parts.join(' '))}`;
}

function formatMembers(members: readonly MemberFacts[], own: number): string {
  return formatTable(
    [{ title: 'id', align: 'right' }, { title: 'name' }, { title: 'from' }, { title: 'by' }],
    members.map(({ id, name, address, port, transport }) => [
      String(id),
      printable(name) + (id === own ? ' (you)' : ''),
      printable(port ? `${address}:${port}` : address),
      printable(transport),
    ]),
  );
}
