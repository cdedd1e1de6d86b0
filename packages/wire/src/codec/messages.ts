/** The messages of docs/protocol.md as values. Their form on the wire is in abi.proto. */

/** A value as it is sent: every kind that the protocol knows, and `none` for `Value{}`. */
export type Value =
  | { readonly kind: 'none' }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'binary'; readonly value: Uint8Array }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean };

/** A key and its value; `value` is absent where the sender omitted it, which reads as `none`. */
export interface Pair {
  readonly key: string;
  readonly value?: Value | undefined;
}

/** A point of a pen stroke. */
export type StrokePoint = readonly [x: number, y: number];

/** A picture that the hub is asked to read. Ours: field 16. */
export interface ReadPictureCommand {
  readonly kind: 'read';
  /** A picture file's bytes, or pen strokes. */
  readonly picture:
    | { readonly image: Uint8Array }
    | { readonly strokes: readonly (readonly StrokePoint[])[] };
  /** False for a preview that is not kept. */
  readonly keep: boolean;
}

/** A message from a client. */
export type Command =
  | { readonly kind: 'hget' | 'hdel' | 'hexist'; readonly table: string; readonly key: string }
  | { readonly kind: 'hgetall'; readonly table: string }
  | { readonly kind: 'hmget' | 'hmdel' | 'hmexist'; readonly table: string; readonly keys: readonly string[] }
  | {
      readonly kind: 'hset';
      readonly table: string;
      readonly pair: Pair | undefined;
      /** Milliseconds until the key expires; 0 or absent: never. Ours: field 16. */
      readonly ttlMs?: number | undefined;
    }
  | {
      readonly kind: 'hmset';
      readonly table: string;
      readonly pairs: readonly Pair[];
      readonly ttlMs?: number | undefined;
    }
  | { readonly kind: 'subscribe'; readonly topic: string }
  | { readonly kind: 'unsubscribe'; readonly topic: string; readonly id: number }
  | { readonly kind: 'publish'; readonly topic: string; readonly data: readonly Value[] }
  | ReadPictureCommand
  /** Ours: field 17, the lease protocol's own message, whose bytes are not read here. */
  | { readonly kind: 'lease'; readonly bytes: Uint8Array };

/** The name of a command. */
export type CommandKind = Command['kind'];

/** A message from the hub, which answers a command or delivers what was published. */
export interface Reply {
  readonly status: number;
  readonly message: string;
  readonly values: readonly Value[];
  readonly pairs: readonly Pair[];
  /** The answer to `read`: a Reading as HTTP gives it, in JSON. Ours: field 16. */
  readonly reading?: string | undefined;
  /** Ours: field 17. */
  readonly lease?: Uint8Array | undefined;
}

/** A message while it is being read. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };
