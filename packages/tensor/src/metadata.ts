import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { TensorError } from './errors.ts';
import { entryFields, modelFields, writeMetadataEntry } from './onnx.ts';

interface TopLevelField {
  readonly number: number;
  /** The place of the field in the file, its tag included. */
  readonly start: number;
  readonly end: number;
  readonly entry?: { readonly key: string; readonly value: string };
}

/** Reads the metadata_props of an ONNX model. Throws `TENSOR_MODEL_INVALID` for bytes that are no model. */
export function readMetadata(model: Uint8Array): Record<string, string> {
  const entries = scan(model).flatMap(({ entry }) => (entry ? [[entry.key, entry.value] as const] : []));
  return Object.fromEntries(entries);
}

/**
 * A copy of an ONNX model with these metadata_props; keys that it had already are replaced, others stay, the rest of
 * the model is copied byte by byte. Throws `TENSOR_MODEL_INVALID` for bytes that are no model.
 */
export function withMetadata(model: Uint8Array, metadata: Readonly<Record<string, string>>): Uint8Array {
  const writer = new BinaryWriter();
  for (const { start, end, entry } of scan(model)) {
    if (!entry || !Object.hasOwn(metadata, entry.key)) writer.raw(model.subarray(start, end));
  }
  for (const [key, value] of Object.entries(metadata)) writeMetadataEntry(writer, key, value);
  return writer.finish();
}

/** A copy of an ONNX model without any metadata_props: the same graph gives the same bytes. */
export function withoutMetadata(model: Uint8Array): Uint8Array {
  const writer = new BinaryWriter();
  for (const { start, end, entry } of scan(model)) if (!entry) writer.raw(model.subarray(start, end));
  return writer.finish();
}

function scan(model: Uint8Array): TopLevelField[] {
  try {
    const fields = readFields(model);
    const has = (number: number) => fields.some((one) => one.number === number);
    if (!has(modelFields.irVersion) || !has(modelFields.graph) || !has(modelFields.opset)) {
      throw new RangeError('the IR version, the graph or the operator set is missing');
    }
    return fields;
  } catch (cause) {
    throw new TensorError('TENSOR_MODEL_INVALID', 'The bytes are no ONNX model', { cause });
  }
}

function readFields(bytes: Uint8Array): TopLevelField[] {
  const reader = new BinaryReader(bytes);
  const fields: TopLevelField[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [number, wireType] = reader.tag();
    const expected = number === modelFields.irVersion ? WireType.Varint : WireType.LengthDelimited;
    const known = Object.values<number>(modelFields).includes(number);
    if (known && wireType !== expected) throw new RangeError(`field ${number} has another wire type`);
    if (number === modelFields.metadata) {
      const entry = readEntry(reader.bytes());
      fields.push({ number, start, end: reader.pos, entry });
    } else {
      reader.skip(wireType, number);
      fields.push({ number, start, end: reader.pos });
    }
    if (reader.pos > reader.len) throw new RangeError('the last field is cut off');
  }
  return fields;
}

function readEntry(bytes: Uint8Array): { key: string; value: string } {
  const reader = new BinaryReader(bytes);
  const entry = { key: '', value: '' };
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === entryFields.key) entry.key = reader.string();
    else if (number === entryFields.value) entry.value = reader.string();
    else reader.skip(wireType, number);
  }
  return entry;
}
