#!/usr/bin/env bash
# In ONNX Runtime on the CPU, neighbouring seeds give neighbouring noise, and Dropout removes the first number every time.
#
# A careful engineer would guess: the seeds 1, 2, 3 give three unrelated streams, as in NumPy or PyTorch. So each Dropout
# layer gets the next number, and two trainings with the seeds 1 and 2 differ. Each step's mask is independent of the
# seed's size: with a ratio of 0.5 the first unit is removed in about half of the steps.
#
# What happens:
# - Dropout with the seed s uses in its step k + 1 the mask that the seed s + 1 uses in its step k. Trainings with
#   neighbouring seeds see the same masks, one step apart. So do two layers of one network.
# - The first number of the input is removed in each of a thousand steps, also at a ratio of 0.1. A small seed makes a
#   small first random number, and the step is added to the seed.
# - RandomUniform with the seed k gives k times the numbers of the seed 1, modulo 1. The first number of each of the seeds
#   1 to 1000 is below 0.008. The seed is a float in ONNX: its fraction is dropped, so 0.25, 0.75 and 1 are one seed.
#
# ONNX's text for both operators says only that the seed is one for the random generator, "if not specified we will auto
# generate one". We found nothing about it in ONNX Runtime's documentation and issues.
#
# Seen with: onnxruntime 1.30.0 (Linux, x64, CPU), onnx 1.23.2, Python 3.11.7, on 2026-11-29.
# Why it matters here: packages/tensor feeds its dropout masks, and packages/digits its augmentation, as inputs from a
# generator of its own. To move either into the graph saves a copy for each step, and gives masks that are not independent.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --target packages \
  onnxruntime==1.30.0 onnx==1.23.2 numpy==2.4.6 protobuf==7.36.2 ml_dtypes==0.6.0 typing_extensions==4.16.0 \
  flatbuffers==25.12.19 packaging==26.4
cat >seeds.py <<'PY'
import platform
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper


def session(node, inputs, constants, size):
    tensors = [numpy_helper.from_array(np.array(value), name) for name, value in constants.items()]
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [size]) for name in inputs]
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, [size])
    graph = helper.make_graph([node], "noise", values, [result], initializer=tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options)


def masks(seed, steps, ratio):
    node = helper.make_node("Dropout", ["x", "ratio", "training"], ["y"], seed=seed)
    dropout = session(node, ["x"], {"ratio": np.float32(ratio), "training": True}, 784)
    ones = np.ones(784, np.float32)
    return [dropout.run(None, {"x": ones})[0] != 0 for _ in range(steps)]


def uniform(seed, size=784):
    node = helper.make_node("RandomUniform", [], ["y"], shape=[size], seed=float(seed))
    return session(node, [], {}, size).run(None, {})[0].astype(np.float64)


checks = []


def report(what, expected, seen, as_before):
    checks.append(as_before)
    print(f"{what}\n  expected {expected}\n  seen     {seen}{'' if as_before else '   <- changed'}")


print(f"python {platform.python_version()}, onnxruntime {onnxruntime.__version__}, onnx {onnx.__version__}")
one, two = masks(1, 101, 0.5), masks(2, 101, 0.5)
equal = sum(np.array_equal(a, b) for a, b in zip(one[1:], two))
report("Dropout: masks of the seed 1, a step later, that equal those of the seed 2", "0 of 100", f"{equal} of 100", equal == 100)
for ratio in 0.5, 0.1:
    removed = sum(not mask[0] for mask in masks(1, 1000, ratio))
    about = f"about {round(1000 * ratio)} of 1000"
    report(f"Dropout with the ratio {ratio}: steps that remove the first number", about, f"{removed} of 1000", removed == 1000)

first = uniform(1)
apart = max(np.abs((uniform(seed) - seed * first + 0.5) % 1 - 0.5).max() for seed in (2, 3, 10))
report("RandomUniform: distance of the seeds 2, 3, 10 from 2, 3, 10 times the seed 1, modulo 1", "about 0.5", f"{apart:.7f}", apart < 1e-5)
highest = max(uniform(seed, 1)[0] for seed in range(1, 1001))
report("RandomUniform: the highest of the first numbers of the seeds 1 to 1000", "about 0.999", f"{highest:.4f}", highest < 0.008)
same = all(np.array_equal(uniform(seed), first) for seed in (0, 0.25, 0.75))
report("RandomUniform: the seeds 0, 0.25, 0.75 and 1 give", "four streams", "one stream" if same else "several", same)
sys.exit(0 if all(checks) else 1)
PY
PYTHONPATH=packages python3 seeds.py
