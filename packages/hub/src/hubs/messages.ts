import type { MemberFacts } from '@inkwire/wire/hub';
import { z } from 'zod';

/*
 * The messages between hubs on the control lane: JSON, so that versions of Inkwire that add a field understand each other.
 *
 *     hello                 a hub is new or connected again: each other answers with its `state`
 *     beat      each second the version of its state, so that a gap is noticed
 *     changed               its state has this version now, by this change
 *     ask ──▶ state         the whole state, to the hub that asked
 *     echo                  "send an echo through this topic": see reach.ts
 *     bye                   it closes
 */

/** The public facts of a hub on the bus. */
export interface HubFacts {
  /** Of this process; no other ever has it. */
  readonly id: string;
  /** 1 to 213; 0 while it has not taken one. */
  readonly number: number;
  readonly name: string;
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly started: number;
}

/** A change of what a hub tells the others. */
export type Change =
  | { readonly kind: 'joined' | 'renamed' | 'left'; readonly member: MemberFacts }
  | { readonly kind: 'wanted' | 'unwanted'; readonly topic: string };

/** A message between hubs. `at`: the version of the sender's state. */
export type HubMessage = { readonly from: HubFacts; readonly at: number } & (
  | { readonly kind: 'hello' | 'beat' | 'ask' | 'bye' }
  | { readonly kind: 'changed'; readonly change: Change }
  | { readonly kind: 'state'; readonly members: readonly MemberFacts[]; readonly topics: readonly string[] }
  | { readonly kind: 'echo'; readonly topic: string; readonly token: string; readonly to: readonly string[] }
);

const count = z.int().min(0);
const member = z.object({
  id: z.int().min(1),
  name: z.string(),
  address: z.string(),
  port: z.number(),
  since: z.string(),
  transport: z.string(),
});
const from = z.object({
  id: z.string().min(1).max(64),
  number: z.int().min(0).max(213),
  name: z.string(),
  version: z.string(),
  started: z.number(),
});
const change = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['joined', 'renamed', 'left']), member }),
  z.object({ kind: z.enum(['wanted', 'unwanted']), topic: z.string() }),
]);
const common = { from, at: count };
const message = z.discriminatedUnion('kind', [
  z.object({ ...common, kind: z.enum(['hello', 'beat', 'ask', 'bye']) }),
  z.object({ ...common, kind: z.literal('changed'), change }),
  z.object({ ...common, kind: z.literal('state'), members: z.array(member), topics: z.array(z.string()) }),
  z.object({
    ...common,
    kind: z.literal('echo'),
    topic: z.string(),
    token: z.string(),
    to: z.array(z.string()),
  }),
]);

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export const encodeJson = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value));

/** Throws for bytes that are not JSON. */
export const decodeJson = (bytes: Uint8Array): unknown => JSON.parse(decoder.decode(bytes));

/** Undefined for anything but a message that this version knows. */
export function parseHubMessage(bytes: Uint8Array): HubMessage | undefined {
  try {
    return message.parse(decodeJson(bytes)) satisfies HubMessage;
  } catch {
    return undefined;
  }
}
