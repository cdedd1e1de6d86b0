import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { Command, Pair, Reply, Value } from '../src/codec/messages.ts';
import {
  type Value as AbiValue,
  type CommandRequest,
  CommandRequestSchema,
  type CommandResponse,
  CommandResponseSchema,
  type Kvpair,
  type KvpairSchema,
  type ValueSchema,
} from './abi_pb.ts';

/** Between our messages and those of the reference codec, @bufbuild/protobuf. */

type Init<T extends Parameters<typeof create>[0]> = MessageInitShape<T>;

export function toReference(command: Command): CommandRequest {
  return create(CommandRequestSchema, { requestData: requestData(command) } as Init<
    typeof CommandRequestSchema
  >);
}

function requestData(command: Command): unknown {
  const { kind, ...rest } = command;
  switch (command.kind) {
    case 'hset':
    case 'hmset': {
      const ttlMs = BigInt(command.ttlMs ?? 0);
      const pairs = command.kind === 'hset' ? (command.pair ? [command.pair] : []) : command.pairs;
      const init = pairs.map(toKvpair);
      return {
        case: kind,
        value:
          command.kind === 'hset'
            ? { table: command.table, pair: init[0], ttlMs }
            : { table: command.table, pairs: init, ttlMs },
      };
    }
    case 'publish':
      return { case: kind, value: { topic: command.topic, data: command.data.map(toAbiValue) } };
    case 'lease':
      return { case: kind, value: command.bytes };
    case 'read':
      return { case: kind, value: { picture: pictureOf(command.picture), preview: !command.keep } };
    default:
      return { case: kind, value: rest };
  }
}

function pictureOf(picture: Extract<Command, { kind: 'read' }>['picture']): unknown {
  if ('image' in picture) return { case: 'image', value: picture.image };
  const strokes = picture.strokes.map((points) => ({ points: points.map(([x, y]) => ({ x, y })) }));
  return { case: 'strokes', value: { strokes } };
}

const toKvpair = ({ key, value }: Pair): Init<typeof KvpairSchema> =>
  value === undefined ? { key } : { key, value: toAbiValue(value) };

function toAbiValue(value: Value): Init<typeof ValueSchema> {
  if (value.kind === 'none') return {};
  return { value: { case: value.kind, value: value.value } } as Init<typeof ValueSchema>;
}

export function fromReference({ requestData: data }: CommandRequest): Command | undefined {
  switch (data.case) {
    case undefined:
      return undefined;
    case 'hset':
      return {
        kind: 'hset',
        table: data.value.table,
        pair: data.value.pair && fromKvpair(data.value.pair),
        ttlMs: Number(data.value.ttlMs) || undefined,
      };
    case 'hmset':
      return {
        kind: 'hmset',
        table: data.value.table,
        pairs: data.value.pairs.map(fromKvpair),
        ttlMs: Number(data.value.ttlMs) || undefined,
      };
    case 'publish':
      return { kind: 'publish', topic: data.value.topic, data: data.value.data.map(fromAbiValue) };
    case 'lease':
      return { kind: 'lease', bytes: data.value };
    case 'read':
      return { kind: 'read', picture: fromPicture(data.value.picture), keep: !data.value.preview };
    default: {
      const { $typeName, $unknown, ...fields } = data.value;
      return { kind: data.case, ...fields } as Command;
    }
  }
}

function fromPicture(picture: { case?: string | undefined; value?: unknown }) {
  if (picture.case !== 'strokes')
    return { image: (picture.value as Uint8Array | undefined) ?? new Uint8Array(0) };
  const { strokes } = picture.value as { strokes: { points: { x: number; y: number }[] }[] };
  return { strokes: strokes.map(({ points }) => points.map(({ x, y }) => [x, y] as const)) };
}

const fromKvpair = ({ key, value }: Kvpair): Pair => ({ key, value: value && fromAbiValue(value) });

function fromAbiValue({ value }: AbiValue): Value {
  return value.case === undefined ? { kind: 'none' } : ({ kind: value.case, value: value.value } as Value);
}

export function toReferenceReply({ status, message, values, pairs, reading, lease }: Reply): CommandResponse {
  return create(CommandResponseSchema, {
    status,
    message,
    values: values.map(toAbiValue),
    pairs: pairs.map(toKvpair),
    ...(reading !== undefined && { reading }),
    ...(lease !== undefined && { lease }),
  });
}

export function fromReferenceReply({
  status,
  message,
  values,
  pairs,
  reading,
  lease,
}: CommandResponse): Reply {
  return { status, message, values: values.map(fromAbiValue), pairs: pairs.map(fromKvpair), reading, lease };
}
