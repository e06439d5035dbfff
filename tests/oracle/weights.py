#!/usr/bin/python3
"""Files of weights, and the graphs of the chains that they make, for tests/unit/{weights,chain}_test.c.

chain.safetensors has convolutions and dense layers in single, half, bfloat16 and double
precision; sharded/ and chain.npz hold the same numbers. dense.npz holds dense layers
[inputs, outputs], whose names do not sort as text. values.txt has every array as NumPy
reads it, blocks.txt every block: rows are units of the layer before.

    /usr/bin/python3 tests/oracle/weights.py     # writes tests/golden/weights/
"""
import io
import json
import os
import struct
import zipfile

import numpy as np

OUT = "tests/golden/weights"
os.makedirs(f"{OUT}/sharded", exist_ok=True)
rng = np.random.default_rng(13)


def bfloat16(a):
    """The upper halves of floats, and the floats that they stand for."""
    bits = a.astype("<f4").view("<u4") & 0xFFFF0000
    return (bits >> 16).astype("<u2"), bits.view("<f4")


def encode(a, dtype):
    if dtype == "BF16":
        return bfloat16(a)[0].tobytes()
    return a.astype({"F32": "<f4", "F16": "<f2", "F64": "<f8", "I64": "<i8"}[dtype]).tobytes()


def safetensors(path, arrays):
    """arrays: [(name, array, dtype)], in the order of their bytes"""
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, a, dtype in arrays:
        part = encode(a, dtype)
        header[name] = {"dtype": dtype, "shape": list(a.shape), "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def npz(path, arrays):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, a in arrays:
            f = io.BytesIO()
            np.lib.format.write_array(f, a)
            z.writestr(zipfile.ZipInfo(name + ".npy"), f.getvalue())


def normal(*shape):
    return rng.normal(0, 1, shape).astype("<f4")


conv2 = normal(5, 4, 3, 3).astype("<f2")
conv2[0, 0, 0, :2] = 6e-8, -6.1e-5  # subnormal
fc1 = bfloat16(normal(6, 35))[1]
head = rng.normal(0, 1, (3, 6))
chain = [
    ("head.weight", head, "F64"),
    ("conv1.weight", normal(4, 2, 3, 2), "F32"),
    ("conv1.bias", normal(4), "F32"),
    ("fc1.weight", fc1, "BF16"),
    ("conv2.weight", conv2, "F16"),
    ("fc1.bias", normal(6), "F32"),
]
dense = [("layer10", normal(6, 3)), ("layer2", normal(5, 6)), ("layer1", normal(7, 5))]

safetensors(f"{OUT}/chain.safetensors", chain)
shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
safetensors(f"{OUT}/sharded/{shards[0]}", chain[:3])
safetensors(f"{OUT}/sharded/{shards[1]}", chain[3:])
with open(f"{OUT}/sharded/model.safetensors.index.json", "w") as f:
    where = {name: shards[i >= 3] for i, (name, _, _) in enumerate(chain)}
    json.dump({"metadata": {"total_size": 0}, "weight_map": where}, f, indent=1)
npz(f"{OUT}/chain.npz", [(name, a) for name, a, _ in chain])
npz(f"{OUT}/dense.npz", dense)


def numbers(a):
    return " ".join("%.9g" % x for x in np.asarray(a).ravel())


with open(f"{OUT}/values.txt", "w") as f:
    for name, a, _ in chain:
        f.write(f"{name} {a.size} {numbers(a.astype('<f4'))}\n")

NORMS = {
    "l1": lambda k: k.sum((2, 3)),
    "l2": lambda k: np.sqrt((k * k).sum((2, 3))),
    "colsum": lambda k: k.sum(2).max(2),
    "spectral": lambda k: np.linalg.norm(k, 2, (2, 3)),
}
ordered = {name: a for name, a, _ in chain}
kernels = [
    ordered["conv1.weight"],
    ordered["conv2.weight"],
    fc1.reshape(6, 5, 1, 7),
    head.astype("<f4")[:, :, None, None],
]
with open(f"{OUT}/blocks.txt", "w") as f:
    for norm, of in NORMS.items():
        # of the 1 x 7 features of a channel rows and columns are not known
        for i, k in enumerate(kernels if norm in ("l1", "l2") else kernels[:2]):
            f.write(f"chain {norm} {i} {k.shape[0] * k.shape[1]} {numbers(of(np.abs(k.astype(float))).T)}\n")
    for i, (_, a) in enumerate(reversed(dense)):
        f.write(f"dense l1 {i} {a.size} {numbers(np.abs(a))}\n")
