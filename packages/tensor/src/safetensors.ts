/**
 * The safetensors format (Hugging Face, format 1.0):
 *
 *     ┌───────────────┬──────────────────────────────────────┬───────────────┐
 *     │ n: u64, LE    │ n bytes of JSON, padded with spaces  │ tensors, LE   │
 *     └───────────────┴──────────────────────────────────────┴───────────────┘
 *     {"__metadata__": {"key": "text"}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}
 *
 * Offsets count from the end of the header; the tensors fill the rest without gaps or overlaps. Everything is checked
 * before memory is taken.
 */
import { messageOf } from '@inkwire/base';
import { TensorError } from './errors.ts';
import type { HostTensor } from './runtime.ts';
import type { ElementType, TensorData } from './tensor.ts';

/** The longest header that is read, in bytes: the limit of the reference implementation. */
const maxHeaderBytes = 100_000_000;

/** Element types on disk. */
const elements = {
  F32: { type: 'float32', bytes: 4, view: Float32Array },
  I64: { type: 'int64', bytes: 8, view: BigInt64Array },
  I32: { type: 'int32', bytes: 4, view: Int32Array },
  U8: { type: 'uint8', bytes: 1, view: Uint8Array },
  BOOL: { type: 'bool', bytes: 1, view: Uint8Array },
} as const;

type DiskType = keyof typeof elements;

/** A file's contents. */
export interface Safetensors {
  readonly tensors: Readonly<Record<string, HostTensor>>;
  /** Texts under `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The bytes of a safetensors file. Tensors are written in the order given, larger elements first, so that all are aligned. */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  const diskType = (type: ElementType) =>
    (Object.keys(elements) as DiskType[]).find((key) => elements[key].type === type)!;
  const sorted = Object.entries(tensors).toSorted(
    ([, a], [, b]) => elements[diskType(b.type)].bytes - elements[diskType(a.type)].bytes,
  );
  const header: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) header.push(['__metadata__', metadata]);
  let end = 0;
  for (const [name, { type, shape, data }] of sorted) {
    const size = shape.reduce((a, b) => a * b, 1);
    if (name === '__metadata__' || data.length !== size) {
      throw new RangeError(`Expected the tensor \`${name}\` to hold ${size} elements, got ${data.length}`);
    }
    header.push([name, { dtype: diskType(type), shape, data_offsets: [end, (end += data.byteLength)] }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerBytes + end).fill(0x20, 8, 8 + headerBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(json, 8);
  let at = 8 + headerBytes;
  for (const [, { data }] of sorted) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** Reads a safetensors file into new memory. Throws `TENSOR_SAFETENSORS_INVALID`, whose message says what is wrong. */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  const { header, dataStart } = readHeader(bytes);
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) {
    throw invalid('`__metadata__` holds something other than texts');
  }
  const places = Object.entries(entries).map(([name, entry]) => checkEntry(name, entry));
  let expected = 0;
  for (const { name, start, end } of places.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== expected) throw invalid(`\`${name}\` begins at ${start}, where ${expected} is due`);
    expected = end;
  }
  if (dataStart + expected !== bytes.length) {
    throw invalid(`the tensors end at byte ${dataStart + expected} of ${bytes.length}`);
  }
  const tensors = places.map(({ name, type, shape, start, end }) => {
    const { view, type: element } = elements[type];
    // Copied, because a view needs an aligned start, which the file's need not be. Not by slice: a Buffer's copies nothing.
    const copy = new Uint8Array(end - start);
    copy.set(bytes.subarray(dataStart + start, dataStart + end));
    return [name, { type: element, shape, data: new view(copy.buffer) as TensorData }] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata: metadata as Record<string, string> };
}

const invalid = (reason: string, cause?: unknown) =>
  new TensorError('TENSOR_SAFETENSORS_INVALID', `The bytes are no safetensors file: ${reason}`, { cause });

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < 8) throw invalid(`${bytes.length} bytes are too few`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > maxHeaderBytes || Number(length) > bytes.length - 8) {
    throw invalid(`a header of ${length} bytes does not fit into ${bytes.length}`);
  }
  const dataStart = 8 + Number(length);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, dataStart)));
  } catch (cause) {
    throw invalid(messageOf(cause), cause);
  }
  if (!isRecord(header)) throw invalid('the header is no JSON object');
  return { header, dataStart };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function checkEntry(name: string, entry: unknown) {
  if (!isRecord(entry)) throw invalid(`\`${name}\` is no JSON object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(elements, dtype)) {
    throw invalid(`\`${name}\` has the unknown type ${String(dtype)}`);
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) throw invalid(`\`${name}\` has no shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw invalid(`\`${name}\` has no offsets`);
  }
  const [start, end] = offsets as [number, number];
  const type = dtype as DiskType;
  const size = (shape as number[]).reduce((a, b) => a * b, elements[type].bytes);
  if (end - start !== size) throw invalid(`\`${name}\` takes ${size} bytes, not ${start} to ${end}`);
  return { name, type, shape: shape as number[], start, end };
}
