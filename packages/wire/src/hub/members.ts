import type { PlainValue } from '../codec/values.ts';
import { fieldsIn, haveType, isFields } from './json.ts';

/** The way in which a member connected to the hub. */
export interface MemberOrigin {
  /** `tcp`, `tls`, `websocket` or `lab`. */
  readonly transport: string;
  readonly address: string;
  readonly port: number;
}

/** The public facts of a member: the value of its key in the table `$members`, as JSON. */
export interface MemberFacts extends MemberOrigin {
  /** From 1 up. An id is given once in the life of the hub's process. */
  readonly id: number;
  readonly name: string;
  /** ISO 8601. */
  readonly since: string;
}

const eventKinds = ['joined', 'left', 'renamed'] as const;

/** A message of the topic `$members`, as JSON; `member` is as it is now, or as it was when it disconnected. */
export interface MemberEvent {
  readonly kind: (typeof eventKinds)[number];
  readonly member: MemberFacts;
}

/** A message of the topic `$inbox/<id>`: the sender's id, its name, and then what was sent. */
export interface MemberMessage<Value = PlainValue> {
  readonly from: number;
  readonly name: string;
  readonly values: readonly Value[];
}

/** In characters. */
export const longestMemberName = 64;

/**
 * A name as a hub takes it, without the space around it. Undefined for anything but one line of 1 to 64 characters, none
 * of which moves a cursor or turns the direction of text: names are shown on terminals and pages of others.
 */
export function fitName(text: string): string | undefined {
  const name = text.trim();
  const isFit =
    name.length > 0 && [...name].length <= longestMemberName && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name);
  return isFit ? name : undefined;
}

/** The topic on which a member receives its messages, and to which others publish them. */
export const inboxTopic = (id: number): string => `$inbox/${id}`;

/** A value of the table `$members`. Undefined for anything else. */
export function parseMember(value: PlainValue | undefined): MemberFacts | undefined {
  return memberIn(fieldsIn(value));
}

/** A message of the topic `$members`. Undefined for anything else. */
export function parseMemberEvent(value: PlainValue | undefined): MemberEvent | undefined {
  const fields = fieldsIn(value);
  const kind = eventKinds.find((each) => each === fields?.kind);
  const member = memberIn(fields?.member);
  return kind && member && { kind, member };
}

/** A message of an inbox. Undefined for anything else. */
export function parseMemberMessage(values: readonly PlainValue[]): MemberMessage | undefined {
  const [from, name, ...sent] = values;
  if (typeof from !== 'number' || typeof name !== 'string') return undefined;
  return { from, name, values: sent };
}

function memberIn(value: unknown): MemberFacts | undefined {
  if (!isFields(value)) return undefined;
  const isMember =
    Number.isSafeInteger(value.id) &&
    haveType(value, 'number', ['port']) &&
    haveType(value, 'string', ['name', 'since', 'transport', 'address']);
  return isMember ? (value as unknown as MemberFacts) : undefined;
}
