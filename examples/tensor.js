// Learns the exclusive or, and runs the trained network as an ordinary ONNX model.
// Run: node examples/tensor.js
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adamW, createTrainer, crossEntropy, exportModel, input } from '@inkwire/tensor';
import { onnxRuntime } from '@inkwire/tensor/node';

const pairs = Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1);
const labels = Uint8Array.of(0, 1, 1, 0);

/** One model for training and for use: the network that it gets decides what its layers emit. */
const model = (net, x) => net.dense(net.relu(net.dense(x, { units: 8 })), { units: 2 });

const trainer = await createTrainer({
  runtime: onnxRuntime,
  seed: 1,
  optimizer: adamW(),
  build(net) {
    const logits = model(net, input('pairs', 'float32', [4, 2]));
    return { loss: crossEntropy(logits, input('labels', 'uint8', [4])) };
  },
});
for (let step = 0; step < 500; step++) await trainer.step({ pairs, labels, learningRate: 0.02 });

const onnx = exportModel({
  parameters: trainer.parameters,
  build: (net) => ({ logits: model(net, input('pairs', 'float32', ['N', 2])) }),
});
await writeFile(join(tmpdir(), 'exclusive-or.onnx'), onnx); // any ONNX runtime opens it

const program = await onnxRuntime.load(onnx);
const { logits } = await program.run({ pairs: { type: 'float32', shape: [4, 2], data: pairs } });
for (let i = 0; i < 4; i++) {
  const answer = logits.data[2 * i + 1] > logits.data[2 * i] ? 1 : 0;
  console.log(`${pairs[2 * i]} xor ${pairs[2 * i + 1]} = ${answer}`);
}

await Promise.all([trainer.close(), program.close()]);

// Prints:
// 0 xor 0 = 0
// 0 xor 1 = 1
// 1 xor 0 = 1
// 1 xor 1 = 0
