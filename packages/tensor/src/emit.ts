import { encodeModel, type InitializerRecord, type NodeRecord, type ValueRecord } from './onnx.ts';
import type { Node, Tensor } from './tensor.ts';

/** Options of `emitModel`. */
export interface EmitOptions {
  /** The graph's name. Default `inkwire`. */
  readonly name?: string;
  /** The tensor that replaces each parameter. A parameter without one is an error. */
  readonly bindings?: ReadonlyMap<Tensor, Tensor>;
}

/**
 * Emits an ONNX model that computes `outputs` from the inputs that they depend on. Equal nodes are emitted once. Nodes that
 * no output needs are omitted. Throws a TypeError when two inputs share a name or a parameter is not bound.
 */
export function emitModel(outputs: Readonly<Record<string, Tensor>>, options: EmitOptions = {}): Uint8Array {
  const emitter = new Emitter(options.bindings ?? new Map());
  for (const [name, tensor] of Object.entries(outputs)) emitter.addOutput(name, tensor);
  return encodeModel({ name: options.name ?? 'inkwire', ...emitter.finish() });
}

/** Outputs that a node may leave out; a runtime that sees them unnamed takes a faster path. */
const optionalOutputs = new Set(['MaxPool']);

class Emitter {
  readonly #bindings: ReadonlyMap<Tensor, Tensor>;
  readonly #names = new Map<Tensor, string>();
  readonly #nodes: NodeRecord[] = [];
  readonly #emitted = new Map<string, NodeRecord>();
  readonly #inputs = new Map<string, ValueRecord & { readonly tensor: Tensor }>();
  readonly #initializers = new Map<unknown, InitializerRecord>();
  readonly #outputs: ValueRecord[] = [];
  readonly #used = new Set<string>();

  constructor(bindings: ReadonlyMap<Tensor, Tensor>) {
    this.#bindings = bindings;
  }

  addOutput(name: string, tensor: Tensor): void {
    const inner = this.#use(tensor);
    this.#nodes.push({ operator: 'Identity', inputs: [inner], outputs: [name], attributes: {} });
    this.#outputs.push({ name, type: tensor.type, shape: tensor.shape });
  }

  finish() {
    return {
      nodes: this.#withoutIdentities().map((node) => this.#trim(node)),
      inputs: [...this.#inputs.values()],
      outputs: this.#outputs,
      initializers: [...this.#initializers.values()],
    };
  }

  #use(tensor: Tensor): string {
    const name = this.#name(tensor);
    this.#used.add(name);
    return name;
  }

  #name(tensor: Tensor): string {
    const known = this.#names.get(tensor);
    if (known !== undefined) return known;
    const name = this.#emit(tensor);
    this.#names.set(tensor, name);
    return name;
  }

  #emit(tensor: Tensor): string {
    const { source } = tensor;
    if (source.kind === 'input') return this.#addInput(source.name, tensor);
    if (source.kind === 'constant') return this.#addInitializer(tensor, source.data);
    if (source.kind === 'parameter') {
      const bound = this.#bindings.get(tensor);
      if (!bound) throw new TypeError(`Expected the parameter \`${source.name}\` to be bound`);
      return this.#name(bound);
    }
    const { node } = source;
    const index = node.outputs.indexOf(tensor);
    return node.body ? this.#name(node.body[index]!) : this.#addNode(node).outputs[index]!;
  }

  #addInput(name: string, tensor: Tensor): string {
    const known = this.#inputs.get(name);
    if (known && known.tensor !== tensor) throw new TypeError(`Expected one input \`${name}\`, got two`);
    this.#inputs.set(name, { name, type: tensor.type, shape: tensor.shape, tensor });
    return name;
  }

  #addInitializer({ type, shape }: Tensor, data: InitializerRecord['data']): string {
    const key = data.length <= 64 ? `${type}:${shape}:${data}` : data;
    const known = this.#initializers.get(key);
    if (known) return known.name;
    const name = `c${this.#initializers.size}`;
    this.#initializers.set(key, { name, type, shape, data });
    return name;
  }

  #addNode({ operator, inputs, attributes, outputs }: Node): NodeRecord {
    const names = inputs.map((tensor) => this.#use(tensor));
    const key = JSON.stringify([operator, names, attributes, outputs.length]);
    const known = this.#emitted.get(key);
    if (known) return known;
    const at = this.#nodes.length;
    const record = { operator, inputs: names, attributes, outputs: outputs.map((_, i) => `t${at}_${i}`) };
    this.#emitted.set(key, record);
    this.#nodes.push(record);
    return record;
  }

  /** Lets a node write straight to the output's name where it can, so that an Identity copies nothing. */
  #withoutIdentities(): NodeRecord[] {
    const renamed = new Map<string, string>();
    const produced = new Set(
      this.#nodes.flatMap(({ operator, outputs }) => (operator === 'Identity' ? [] : outputs)),
    );
    const kept = this.#nodes.filter(({ operator, inputs, outputs }) => {
      const [from, to] = [inputs[0]!, outputs[0]!];
      if (operator !== 'Identity' || !produced.has(from) || renamed.has(from)) return true;
      renamed.set(from, to);
      return false;
    });
    for (const [from, to] of renamed) if (this.#used.has(from)) this.#used.add(to);
    const rename = (name: string) => renamed.get(name) ?? name;
    return kept.map((node) => ({
      ...node,
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
    }));
  }

  #trim(node: NodeRecord): NodeRecord {
    if (!optionalOutputs.has(node.operator)) return node;
    return { ...node, outputs: node.outputs.filter((name, i) => i === 0 || this.#used.has(name)) };
  }
}
