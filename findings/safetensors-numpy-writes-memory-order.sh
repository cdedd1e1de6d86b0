#!/usr/bin/env bash
# safetensors 0.8.0 saves a transposed NumPy array with the right shape and its numbers in the wrong places.
#
# A careful engineer would guess: save_file({"weight": array}) stores the numbers that the array shows, as numpy.save does,
# or refuses an array whose layout it cannot write. The same package's save_file for PyTorch refuses it with a ValueError.
#
# What happens: save() and save_file() of safetensors.numpy write the bytes in the order in which memory holds them, under
# the shape that the array shows. A transposed matrix, or one in Fortran's order, is scrambled without an error. Every
# check of shapes, types and sizes passes. Version 0.7.0 wrote the right numbers.
#
# The documentation asks for tensors that are "contiguous and dense". NumPy calls these arrays contiguous too: its flag
# F_CONTIGUOUS is set, and every byte belongs to an element. (safetensors/safetensors, issue 825, open.)
#
# Seen with: safetensors 0.8.0 and 0.7.0, numpy 2.4.6, Python 3.11.7, on 2026-11-29.
# Why it matters here: packages/tensor reads safetensors. A PyTorch Linear layer keeps its weights as [outputs, inputs] and
# a Gemm here wants [inputs, outputs], so `weight.T` is what a Python script that brings weights over would save. The
# model loads without an error and reads at chance. numpy.ascontiguousarray(weight.T) avoids it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
pip_into() { # folder packages…
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --target "$@"
}
pip_into numpy numpy==2.4.6
pip_into old safetensors==0.7.0
pip_into new safetensors==0.8.0
cat >transposed.py <<'PY'
import sys

import numpy as np
import safetensors
from safetensors.numpy import load, load_file, save, save_file

weight = np.arange(6, dtype=np.float32).reshape(2, 3)
arrays = {"in C's order": weight, "transposed": weight.T, "in Fortran's order": np.asfortranarray(weight)}
right = {}
for name, array in arrays.items():
    save_file({"weight": array}, "weight.safetensors")
    read = load_file("weight.safetensors")["weight"]
    right[name] = np.array_equal(read, array) and np.array_equal(load(save({"weight": array}))["weight"], array)
    contiguous = array.flags.c_contiguous or array.flags.f_contiguous
    print(f"safetensors {safetensors.__version__}, {name} (contiguous: {contiguous}, shape read: {read.shape})")
    print(f"  expected {array.tolist()}\n  seen     {read.tolist()}")
expected = [True, True, True] if sys.argv[1] == "right" else [True, False, False]
sys.exit(0 if list(right.values()) == expected else "the behaviour has changed")
PY
PYTHONPATH=numpy:old python3 transposed.py right
PYTHONPATH=numpy:new python3 transposed.py scrambled
