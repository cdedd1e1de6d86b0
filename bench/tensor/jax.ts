import { defaultDevice, init, jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { type Contestant, learningRate, sizes, type Weights } from './contestant.ts';

/** jax-js on WebAssembly, the whole step compiled by `jit`. Its arrays are counted: `.ref` keeps one that is used again. */
export async function jax(weights: Weights): Promise<Contestant> {
  await init('wasm');
  defaultDevice('wasm');
  const { batch, inputs, hidden, classes } = sizes;
  type Parameters = { w1: np.Array; b1: np.Array; w2: np.Array; b2: np.Array };

  const loss = (p: Parameters, x: np.Array, y: np.Array) => {
    const features = nn.relu(np.matmul(x, p.w1).add(p.b1));
    const logits = np.matmul(features, p.w2).add(p.b2);
    return nn
      .logSoftmax(logits)
      .mul(nn.oneHot(y, classes))
      .sum()
      .mul(-1 / batch);
  };
  const step = jit((p: Parameters, x: np.Array, y: np.Array) => {
    const kept = { w1: p.w1.ref, b1: p.b1.ref, w2: p.w2.ref, b2: p.b2.ref };
    const [value, g] = valueAndGrad(loss)(p, x, y);
    const next = (name: keyof Parameters) => kept[name].sub(g[name].mul(learningRate));
    return { value, parameters: { w1: next('w1'), b1: next('b1'), w2: next('w2'), b2: next('b2') } };
  });

  let parameters: Parameters = {
    w1: np.array(weights.w1).reshape([inputs, hidden]),
    b1: np.array(weights.b1),
    w2: np.array(weights.w2).reshape([hidden, classes]),
    b2: np.array(weights.b2),
  };
  return {
    name: 'jax-js (WebAssembly)',
    async step({ scaled, labels }) {
      const x = np.array(scaled).reshape([batch, inputs]);
      const y = np.array(Int32Array.from(labels), { dtype: np.int32 });
      const result = step(parameters, x, y);
      parameters = result.parameters as Parameters;
      await Promise.all(Object.values(parameters).map((array) => array.blockUntilReady()));
      return (await result.value.data())[0] as number;
    },
    async close() {
      for (const array of Object.values(parameters)) array.dispose();
    },
  };
}
