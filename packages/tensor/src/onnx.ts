/**
 * The part of ONNX's protobuf schema that this package writes (onnx/onnx.proto, IR version 8, opset 17). The numbers
 * in `field` are on disk.
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Shape } from './shape.ts';
import { type Attribute, type ElementType, elementCodes, type TensorData } from './tensor.ts';

/** IR version 8 belongs to ONNX 1.13; every runtime since 2023 reads it. */
export const irVersion = 8;
/** The version of the operator set ai.onnx. */
const opsetVersion = 17;

/** AttributeProto.AttributeType. */
const attributeCodes = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** Field numbers by message. */
const field = {
  model: { irVersion: 1, producerName: 2, graph: 7, opset: 8, metadata: 14 },
  opset: { version: 2 },
  entry: { key: 1, value: 2 },
  graph: { node: 1, name: 2, initializer: 5, input: 11, output: 12 },
  node: { input: 1, output: 2, name: 3, operator: 4, attribute: 5 },
  attribute: { name: 1, float: 2, int: 3, string: 4, ints: 8, type: 20 },
  tensor: { dims: 1, type: 2, name: 8, rawData: 9 },
  value: { name: 1, type: 2 },
  type: { tensor: 1 },
  tensorType: { element: 1, shape: 2 },
  shape: { dimension: 1 },
  dimension: { size: 1, name: 2 },
} as const;

/** The field numbers of ModelProto. */
export const modelFields = field.model;
/** The field numbers of StringStringEntryProto. */
export const entryFields = field.entry;

/** A node of the emitted graph; inputs and outputs by name. */
export interface NodeRecord {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** An input or output of the emitted graph. */
export interface ValueRecord {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
}

/** A constant of the emitted graph. */
export interface InitializerRecord extends ValueRecord {
  readonly data: TensorData;
}

/** A graph ready to be written. */
export interface GraphRecord {
  readonly name: string;
  readonly nodes: readonly NodeRecord[];
  readonly inputs: readonly ValueRecord[];
  readonly outputs: readonly ValueRecord[];
  readonly initializers: readonly InitializerRecord[];
}

function message(writer: BinaryWriter, number: number, write: (writer: BinaryWriter) => void): void {
  writer.tag(number, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}

const text = (writer: BinaryWriter, number: number, value: string) =>
  writer.tag(number, WireType.LengthDelimited).string(value);

const integer = (writer: BinaryWriter, number: number, value: number) =>
  writer.tag(number, WireType.Varint).int64(value);

function writeAttribute(writer: BinaryWriter, name: string, value: Attribute): void {
  const { attribute } = field;
  text(writer, attribute.name, name);
  if (typeof value === 'number') {
    integer(writer, attribute.int, value);
    integer(writer, attribute.type, attributeCodes.int);
  } else if (typeof value === 'string') {
    writer.tag(attribute.string, WireType.LengthDelimited).string(value);
    integer(writer, attribute.type, attributeCodes.string);
  } else if ('float' in value) {
    writer.tag(attribute.float, WireType.Bit32).float(value.float);
    integer(writer, attribute.type, attributeCodes.float);
  } else {
    for (const item of value) integer(writer, attribute.ints, item);
    integer(writer, attribute.type, attributeCodes.ints);
  }
}

function writeNode(writer: BinaryWriter, record: NodeRecord, index: number): void {
  const { node } = field;
  for (const name of record.inputs) text(writer, node.input, name);
  for (const name of record.outputs) text(writer, node.output, name);
  text(writer, node.name, `${record.operator}_${index}`);
  text(writer, node.operator, record.operator);
  for (const [name, value] of Object.entries(record.attributes)) {
    message(writer, node.attribute, (inner) => writeAttribute(inner, name, value));
  }
}

function writeInitializer(writer: BinaryWriter, { name, type, shape, data }: InitializerRecord): void {
  const { tensor } = field;
  for (const size of shape) integer(writer, tensor.dims, Number(size));
  integer(writer, tensor.type, elementCodes[type]);
  text(writer, tensor.name, name);
  // raw_data is little-endian, as is every machine that JavaScript runs on today.
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  writer.tag(tensor.rawData, WireType.LengthDelimited).bytes(bytes);
}

function writeValue(writer: BinaryWriter, { name, type, shape }: ValueRecord): void {
  text(writer, field.value.name, name);
  message(writer, field.value.type, (outer) =>
    message(outer, field.type.tensor, (inner) => {
      integer(inner, field.tensorType.element, elementCodes[type]);
      message(inner, field.tensorType.shape, (dimensions) => {
        for (const size of shape) {
          message(dimensions, field.shape.dimension, (one) =>
            typeof size === 'number'
              ? integer(one, field.dimension.size, size)
              : text(one, field.dimension.name, size),
          );
        }
      });
    }),
  );
}

/** Writes one entry of a model's metadata_props. */
export function writeMetadataEntry(writer: BinaryWriter, key: string, value: string): void {
  message(writer, field.model.metadata, (entry) => {
    text(entry, field.entry.key, key);
    text(entry, field.entry.value, value);
  });
}

/** The bytes of a ModelProto that holds the graph. The same graph gives the same bytes. */
export function encodeModel(graph: GraphRecord): Uint8Array {
  const writer = new BinaryWriter();
  integer(writer, field.model.irVersion, irVersion);
  text(writer, field.model.producerName, 'inkwire');
  message(writer, field.model.graph, (inner) => {
    graph.nodes.forEach((node, i) => {
      message(inner, field.graph.node, (one) => writeNode(one, node, i));
    });
    text(inner, field.graph.name, graph.name);
    for (const one of graph.initializers)
      message(inner, field.graph.initializer, (w) => writeInitializer(w, one));
    for (const one of graph.inputs) message(inner, field.graph.input, (w) => writeValue(w, one));
    for (const one of graph.outputs) message(inner, field.graph.output, (w) => writeValue(w, one));
  });
  message(writer, field.model.opset, (opset) => integer(opset, field.opset.version, opsetVersion));
  return writer.finish();
}
