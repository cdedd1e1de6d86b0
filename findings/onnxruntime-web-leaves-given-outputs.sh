#!/usr/bin/env bash
# onnxruntime-web does not write into an output tensor that run() is given, and returns it as the result all the same.
#
# A careful engineer would guess: `session.run(feeds, { y: tensor })` fills `tensor`, to spare an allocation for each run.
# The API's types say so for both packages (onnxruntime-common, FetchesType): a value that is present is used "as a
# pre-allocated value by the inference engine". onnxruntime-node does that.
#
# What happens: onnxruntime-web runs the model, but copies nothing back into a tensor on the CPU. The result is the very
# tensor that was given, with the numbers that it held before: zeros the first time, or the numbers of an older picture.
# There is no error and no warning. The wrong shape is refused, so the tensor is not ignored either. A fix has been
# proposed to the project (microsoft/onnxruntime, pull request 26037) and is not in this version.
#
# Seen with: onnxruntime-node 1.30.0 and onnxruntime-web 1.30.0 (WebAssembly, in Node 20.20.2), on 2026-11-29.
# Why it matters here: packages/tensor hides the runtime behind one interface. The same code with preallocated outputs
# trains under Node, and in a page returns stale logits. Outputs are to be asked for with `null` there.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund onnx-proto@8.0.1 onnxruntime-node@1.30.0 onnxruntime-web@1.30.0
cat >outputs.js <<'JS'
import { createRequire } from 'node:module';
import proto from 'onnx-proto';
import * as native from 'onnxruntime-node';
import * as web from 'onnxruntime-web';

const { onnx } = proto;
const value = (name) => ({
  name,
  type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'N' }] } } },
});
const model = onnx.ModelProto.encode({
  irVersion: 8,
  opsetImport: [{ version: 17 }],
  graph: {
    name: 'relu',
    node: [{ opType: 'Relu', input: ['x'], output: ['y'] }],
    input: [value('x')],
    output: [value('y')],
  },
}).finish();

async function run(name, { InferenceSession, Tensor }, options) {
  const { version } = createRequire(import.meta.url)(`./node_modules/${name}/package.json`);
  const session = await InferenceSession.create(model, { logSeverityLevel: 3, ...options });
  const x = new Tensor('float32', Float32Array.of(-1, 2, 3), [3]);
  const plain = (await session.run({ x }, { y: null })).y;
  const given = new Tensor('float32', Float32Array.of(7, 7, 7), [3]);
  const { y } = await session.run({ x }, { y: given });
  console.log(`${name} ${version}: Relu of -1,2,3`);
  console.log(`  expected                  0,2,3`);
  console.log(`  seen, own output          ${plain.data}`);
  console.log(`  seen, given 7,7,7         ${y.data}   (the tensor that was given: ${given.data})`);
  return [plain, given, y].map(({ data }) => data.join());
}

web.env.wasm.numThreads = 1;
console.log(`node ${process.version}`);
const inNode = await run('onnxruntime-node', native);
const inWeb = await run('onnxruntime-web', web, { executionProviders: ['wasm'] });
const asBefore = inNode.join(' ') === '0,2,3 0,2,3 0,2,3' && inWeb.join(' ') === '0,2,3 7,7,7 7,7,7';
if (!asBefore) console.log('the behaviour has changed');
process.exit(asBefore ? 0 : 1);
JS
node outputs.js
