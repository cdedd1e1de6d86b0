import { describe, expect, it } from 'vitest';
import { evaluate, host } from '../test/support.ts';
import { adamW, momentum, type Optimizer, sgd } from './optimizers.ts';
import { constant } from './tensor.ts';

const start = [1, -2, 3];
/** The gradient of each step; the third element does not decay. */
const gradients = [
  [0.5, -1, 2],
  [0.25, 1, -2],
  [-1, 0, 0.125],
];
const decayMask = Float32Array.of(1, 1, 0);

/** The parameters after each step, computed by the optimiser's graph. */
async function follow(optimizer: Optimizer, learningRate: number): Promise<number[][]> {
  let parameters = host(start, [3]);
  let slots = optimizer.slots.map(() => host([0, 0, 0], [3]));
  const path: number[][] = [];
  for (const [step, gradient] of gradients.entries()) {
    const scalars = Object.entries(optimizer.scalars(step, learningRate));
    [parameters, ...slots] = (await evaluate(
      [parameters, host(gradient, [3]), ...slots],
      (p, g, ...memory) => {
        const update = optimizer.update({
          parameters: p!,
          gradient: g!,
          slots: Object.fromEntries(optimizer.slots.map((name, i) => [name, memory[i]!])),
          scalars: Object.fromEntries(scalars.map(([name, value]) => [name, constant(value)])),
          decayMask,
        });
        return [update.parameters, ...optimizer.slots.map((name) => update.slots[name]!)];
      },
    )) as [typeof parameters, ...typeof slots];
    path.push(Array.from(parameters.data, Number));
  }
  return path;
}

/** The same by a rule for one element, in double precision. */
function expected(rule: (p: number, g: number, decays: number, memory: number[], step: number) => number) {
  const memories = start.map(() => [0, 0]);
  let current = start;
  return gradients.map((gradient, step) => {
    current = current.map((p, i) => rule(p, gradient[i]!, decayMask[i]!, memories[i]!, step));
    return current.map((value) => expect.closeTo(value, 5));
  });
}

describe('optimisers', () => {
  it('sgd descends, with L2 on weights only', async () => {
    expect(await follow(sgd(), 0.1)).toEqual(expected((p, g) => p - 0.1 * g));
    const regularized = expected((p, g, decays) => p - 0.1 * (g + 0.01 * decays * p));
    expect(await follow(sgd({ l2: 0.01 }), 0.1)).toEqual(regularized);
  });

  it('momentum rolls on', async () => {
    const rule = expected((p, g, _, memory) => p - 0.1 * (memory[0] = 0.8 * memory[0]! + g));
    expect(await follow(momentum({ momentum: 0.8 }), 0.1)).toEqual(rule);
  });

  it("Nesterov's momentum looks ahead", async () => {
    const rule = expected((p, g, decays, memory) => {
      const regularized = g + 0.5 * decays * p;
      memory[0] = 0.9 * memory[0]! + regularized;
      return p - 0.1 * (regularized + 0.9 * memory[0]);
    });
    expect(await follow(momentum({ nesterov: true, l2: 0.5 }), 0.1)).toEqual(rule);
  });

  it('adamW corrects its bias and decays weights apart from the gradient', async () => {
    const rule = expected((p, g, decays, memory, step) => {
      memory[0] = 0.9 * memory[0]! + 0.1 * g;
      memory[1] = 0.99 * memory[1]! + 0.01 * g * g;
      const mean = memory[0] / (1 - 0.9 ** (step + 1));
      const variance = memory[1] / (1 - 0.99 ** (step + 1));
      return p - 0.1 * (mean / (Math.sqrt(variance) + 1e-8) + 0.02 * decays * p);
    });
    expect(await follow(adamW({ beta2: 0.99, weightDecay: 0.02 }), 0.1)).toEqual(rule);
  });

  it('refuse options out of range', () => {
    expect(() => sgd({ l2: -1 })).toThrow(RangeError);
    expect(() => momentum({ momentum: 1.5 })).toThrow(RangeError);
    expect(() => adamW({ beta1: Number.NaN })).toThrow(RangeError);
  });
});
