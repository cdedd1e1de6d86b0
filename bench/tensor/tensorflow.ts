import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { type Contestant, learningRate, sizes, type Weights } from './contestant.ts';

/** TensorFlow.js on WebAssembly with SIMD. Its threads do not run in Node. */
export async function tensorflow({ w1, b1, w2, b2 }: Weights): Promise<Contestant> {
  const backend = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(join(dirname(backend), sep));
  await tf.setBackend('wasm');
  const { batch, inputs, hidden, classes } = sizes;
  const variables = [
    tf.variable(tf.tensor2d(w1, [inputs, hidden])),
    tf.variable(tf.tensor1d(b1)),
    tf.variable(tf.tensor2d(w2, [hidden, classes])),
    tf.variable(tf.tensor1d(b2)),
  ] as const;
  const [weights1, bias1, weights2, bias2] = variables;
  const optimizer = tf.train.sgd(learningRate);
  return {
    name: 'TensorFlow.js (WebAssembly)',
    async step({ scaled, labels }) {
      const loss = tf.tidy(() => {
        const x = tf.tensor2d(scaled, [batch, inputs]);
        const y = tf.oneHot(tf.tensor1d(Int32Array.from(labels), 'int32'), classes);
        const value = optimizer.minimize(() => {
          const features = tf.relu(tf.add(tf.matMul(x, weights1), bias1));
          const logits = tf.add(tf.matMul(features, weights2), bias2);
          return tf.losses.softmaxCrossEntropy(y, logits) as tf.Scalar;
        }, true);
        return value as tf.Scalar;
      });
      const [value] = await loss.data();
      loss.dispose();
      return value!;
    },
    async close() {
      for (const variable of variables) variable.dispose();
      optimizer.dispose();
    },
  };
}
