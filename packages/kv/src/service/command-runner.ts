import { type Command, copyBytes, type EncodedValue, encodedValue, type PlainCommand } from '@inkwire/wire';
import type { CountedKind } from '../metrics.ts';
import type { Answer } from '../tables/tables.ts';
import type { Slot } from './answer-queue.ts';
import type { ResolvedServiceOptions } from './options.ts';
import { Promised } from './promised.ts';
import { type Refusal, refusalOf, refusals } from './refusals.ts';
import { runTableCommand } from './table-command.ts';
import { refusalWithoutSystem } from './without-system.ts';

/** Receives the answer to each command, in the order of the commands. */
export interface AnswerSink {
  /** `table` and `key`: what a 404 names. `command`: carried out like any other when the system has no answer to it. */
  give(
    kind: CountedKind,
    shape: Slot['shape'],
    answer: Answer<unknown>,
    bytes: number,
    table?: string,
    key?: string,
    command?: Command,
  ): void;
}

const nothing: readonly EncodedValue[] = [];

/** Whether a table or a topic is the system's: `$…`. */
export const isSystem = (name: string): boolean => name.charCodeAt(0) === 36;

/** The table or topic of a command that has one. */
function nameOf(command: Command): string {
  if ('table' in command) return command.table;
  return 'topic' in command ? command.topic : '';
}

/** Whether a command is answered by the system first. */
function isForSystem(command: Command): boolean {
  return command.kind === 'read' || command.kind === 'lease' || isSystem(nameOf(command));
}

/** Carries out the commands of one session on the tables, the topics and the system. */
export class CommandRunner<Session> {
  readonly #service: ResolvedServiceOptions<Session>;
  readonly #session: Session;
  readonly #sink: AnswerSink;

  constructor(service: ResolvedServiceOptions<Session>, session: Session, sink: AnswerSink) {
    this.#service = service;
    this.#session = session;
    this.#sink = sink;
  }

  /** The reason for which this session may not give that command; undefined when it may. */
  refusalTo(command: Command): Refusal | undefined {
    return this.#service.permit?.(command.kind, this.#session, nameOf(command));
  }

  /** Carries out a command that was recognised in `bytes`, which is `length` bytes long. */
  runPlain(command: PlainCommand, bytes: Uint8Array, length: number): void {
    const { kind, table, key } = command;
    const { tables, topics, permit } = this.#service;
    const refused = permit?.(kind, this.#session, table);
    if (refused) {
      this.#sink.give(kind, 'refusal', refused, length);
      return;
    }
    try {
      switch (kind) {
        case 'hget':
          this.#sink.give(kind, 'found', tables.hget(table, key), length, table, key);
          return;
        case 'hset': {
          const value = copyBytes(bytes, command.valueStart, command.valueEnd);
          this.#sink.give(kind, 'value', tables.hset(table, key, value), length);
          return;
        }
        case 'hexist':
          this.#sink.give(kind, 'bool', tables.hexist(table, key), length);
          return;
        case 'publish':
          topics.publishEncoded(table, bytes, command.valueStart, command.valueEnd);
          this.#sink.give(kind, 'values', nothing, length);
          return;
      }
    } catch (error) {
      this.#sink.give(kind, 'refusal', this.failure(error), length);
    }
  }

  /** Carries out any command, except a subscription to a topic that is not the system's. */
  run(command: Command, bytes: number): void {
    if (isForSystem(command)) {
      this.#runSystem(command, bytes);
    } else if ('table' in command) {
      const { tables, limits } = this.#service;
      const [shape, answer] = runTableCommand(tables, command, limits.maxReplyBytes);
      this.#sink.give(command.kind, shape, answer, bytes, command.table, 'key' in command ? command.key : '');
    } else if (command.kind === 'publish' || command.kind === 'unsubscribe') {
      const refused = this.runTopic(command);
      this.#sink.give(command.kind, refused ? 'refusal' : 'values', refused ?? nothing, bytes);
    }
  }

  /** Publishes or unsubscribes; returns why not when that cannot be. */
  runTopic(command: Extract<Command, { kind: 'publish' | 'unsubscribe' }>): Refusal | undefined {
    const { topics } = this.#service;
    if (command.kind === 'publish') topics.publish(command.topic, command.data.map(encodedValue));
    else if (!topics.unsubscribe(command.topic, command.id)) return refusals.noSubscription(command.id);
    return undefined;
  }

  /** The answer to a failure. Reports a failure that the caller did not cause. */
  failure(error: unknown): Refusal {
    const refusal = refusalOf(error);
    if (refusal.status === 500) this.#service.onFailure?.(error);
    return refusal;
  }

  #runSystem(command: Command, bytes: number): void {
    const { system } = this.#service;
    if (system === undefined) {
      this.#sink.give(command.kind, 'refusal', refusalWithoutSystem(command), bytes);
      return;
    }
    const answered = system.answer(command, this.#session);
    const answer = answered instanceof Promise ? new Promised(answered) : answered;
    this.#sink.give(command.kind, 'system', answer, bytes, '', '', command);
  }
}
