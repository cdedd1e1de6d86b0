import type { Random } from '@inkwire/base';
import type { Initializer } from './initializers.ts';
import { sizeOf } from './shape.ts';
import { reshape, split } from './shaping.ts';
import { constant, parameterLeaf, type Tensor } from './tensor.ts';

/** One named part of the flat vector. */
export interface Parameter {
  /** Such as `conv1/weight`; unique. */
  readonly name: string;
  readonly shape: readonly number[];
  /** The place where it begins in the flat vector, in elements. */
  readonly offset: number;
  readonly size: number;
  /** Whether weight decay and L2 apply: to weights, not to biases and normalisation. */
  readonly decays: boolean;
  readonly initializer: Initializer;
  /** The parameter in graphs. `emitModel` replaces it by what it is bound to. */
  readonly leaf: Tensor;
}

/** Named parameters, one after another in one flat vector, so that an optimiser is a few vector operations. */
export class ParameterSet implements Iterable<Parameter> {
  readonly #list: Parameter[] = [];
  #size = 0;

  /** Adds a parameter at the end and returns its leaf. Throws a RangeError when the name is taken. */
  add(name: string, shape: readonly number[], initializer: Initializer, decays = false): Tensor {
    if (this.#list.some((other) => other.name === name)) {
      throw new RangeError(`Expected parameters with different names, got \`${name}\` twice`);
    }
    const size = sizeOf(shape);
    const leaf = parameterLeaf(name, shape);
    this.#list.push({ name, shape, offset: this.#size, size, decays, initializer, leaf });
    this.#size += size;
    return leaf;
  }

  [Symbol.iterator](): Iterator<Parameter> {
    return this.#list[Symbol.iterator]();
  }

  /** Elements of the flat vector. */
  get size(): number {
    return this.#size;
  }

  /** First values, as each parameter's initialiser draws them, in order. */
  initialize(random: Random): Float32Array {
    const flat = new Float32Array(this.#size);
    for (const { shape, offset, initializer } of this.#list) flat.set(initializer(shape, random), offset);
    return flat;
  }

  /** 1 for elements that decay and 0 for the others, `[size]`. */
  decayMask(): Float32Array {
    const mask = new Float32Array(this.#size);
    for (const { decays, offset, size } of this.#list) if (decays) mask.fill(1, offset, offset + size);
    return mask;
  }

  /** Binds the leaves to slices of a symbolic flat vector `[size]`. */
  bindTo(flat: Tensor): Map<Tensor, Tensor> {
    const pieces = split(
      flat,
      this.#list.map(({ size }) => size),
      0,
    );
    return new Map(this.#list.map(({ leaf, shape }, i) => [leaf, reshape(pieces[i]!, shape)]));
  }

  /** Binds the leaves to values, as constants. Throws a RangeError unless `flat` has exactly this set's size. */
  bindToValues(flat: Float32Array): Map<Tensor, Tensor> {
    if (flat.length !== this.#size) {
      throw new RangeError(`Expected ${this.#size} values for the parameters, got ${flat.length}`);
    }
    return new Map(
      this.#list.map(({ leaf, shape, offset, size }) => [
        leaf,
        constant(flat.slice(offset, offset + size), shape),
      ]),
    );
  }
}
