import { cast, createTrainer, crossEntropy, input, mul, relu, sgd } from '@inkwire/tensor';
import { onnxRuntime } from '@inkwire/tensor/node';
import { type Contestant, learningRate, sizes, type Weights } from './contestant.ts';

export async function inkwire({ w1, b1, w2, b2 }: Weights): Promise<Contestant> {
  const trainer = await createTrainer({
    runtime: onnxRuntime,
    seed: 0,
    optimizer: sgd(),
    build(network) {
      const pixels = mul(cast(input('pixels', 'uint8', [sizes.batch, sizes.inputs]), 'float32'), 1 / 255);
      const from = (values: Float32Array) => () => values;
      const hidden = network.dense(pixels, {
        units: sizes.hidden,
        initializer: from(w1),
        biasInitializer: from(b1),
      });
      const logits = network.dense(relu(hidden), {
        units: sizes.classes,
        initializer: from(w2),
        biasInitializer: from(b2),
      });
      return { loss: crossEntropy(logits, input('labels', 'uint8', [sizes.batch])) };
    },
  });
  return {
    name: 'inkwire (ONNX Runtime)',
    step: async ({ pixels, labels }) => (await trainer.step({ pixels, labels, learningRate })).loss,
    close: () => trainer.close(),
  };
}
