#!/usr/bin/python3
"""Controls that are matched: strengths of pairs of units, groups that are grown, norms, activations.

    /usr/bin/python3 tests/oracle/controls.py     # writes tests/golden/study/

cohesive.txt: layers and their units; the edges of a chain (single precision), block after block;
the strengths A D^-1 A within each layer; sizes of the sets that the middle layer is cut into, a
seed, a stream and a number of draws, and the set of each unit for every draw.
in_norms.txt: for each network its path, for each of its layers with weights the name, the number of
units, and the norms of their incoming weights.
activations.txt: a path, a number of images; for each hidden layer of an MLP the name, the number of
units, and the mean magnitudes of their outputs.
"""
import gzip
import pathlib

import numpy as np
import onnx
import onnx.numpy_helper

GOLDEN = pathlib.Path("tests/golden/study")
UNITS, SIZES, SEED, STREAM, DRAWS, PURPOSE = [9, 26, 12], [3, 10, 1, 7, 5], 7, 2, 8, 43
NETWORKS = ["fixtures/fashion-mlp.onnx", "fixtures/small/conv.onnx", "fixtures/small/grouped.onnx",
            "fixtures/small/matmul.onnx", "fixtures/recurrent/lstm.onnx"]
IMAGES = 300


class Philox:
    """Philox4x32-10, keyed as base/rng.h says."""

    def __init__(self, seed, purpose, layer, draw):
        self.key = [seed & 0xFFFFFFFF, seed >> 32]
        self.counter = [0, draw, layer, purpose]
        self.block = []

    def u32(self):
        if not self.block:
            c, k = list(self.counter), list(self.key)
            for _ in range(10):
                p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
                c = [p1 >> 32 ^ c[1] ^ k[0], p1 & 0xFFFFFFFF, p0 >> 32 ^ c[3] ^ k[1], p0 & 0xFFFFFFFF]
                k = [k[0] + 0x9E3779B9 & 0xFFFFFFFF, k[1] + 0xBB67AE85 & 0xFFFFFFFF]
            self.block = c
            self.counter[0] += 1
        return self.block.pop(0)

    def below(self, n):
        while True:
            m = self.u32() * n
            if m & 0xFFFFFFFF >= 2 ** 32 % n:
                return m >> 32

    def shuffled(self, n):
        a = list(range(n))
        for i in range(n, 1, -1):
            j = self.below(i)
            a[i - 1], a[j] = a[j], a[i - 1]
        return a


def grow(s, sizes, rng):
    """Seeds at random; then the sets take turns, each the unit of the largest mean edge to it."""
    order, turns = rng.shuffled(len(s)), rng.shuffled(len(sizes))
    sets = {g: [order[k]] for k, g in enumerate(turns)}
    free = [u for u in order if all(u not in members for members in sets.values())]
    while free:
        for g in turns:
            if len(sets[g]) < sizes[g]:
                best = max(free, key=lambda u: np.mean(s[sets[g], u]))  # the first of equal ones
                sets[g].append(best)
                free.remove(best)
    of = np.full(len(s), -1)
    for g, members in sets.items():
        of[members] = g
    return of


def words(f, values):
    f.write(" ".join(f"{v:.17g}" for v in np.ravel(values)) + "\n")


def write_cohesive():
    rng = np.random.default_rng(15)
    blocks = [rng.pareto(2, (a, b)) * (rng.random((a, b)) < 0.6) for a, b in zip(UNITS, UNITS[1:])]
    blocks = [b.astype(np.float32) for b in blocks]
    blocks[0][:, 4] = blocks[1][4] = 0  # an isolated unit
    first = np.cumsum([0, *UNITS])
    a = np.zeros((first[-1], first[-1]))
    for k, b in enumerate(blocks):
        a[first[k]:first[k + 1], first[k + 1]:first[k + 2]] = b
    a += a.T
    degree = a.sum(axis=0)
    s = a @ np.diag(np.divide(1, degree, where=degree > 0, out=np.zeros_like(degree))) @ a
    np.fill_diagonal(s, 0)
    with open(GOLDEN / "cohesive.txt", "w") as f:
        words(f, [len(UNITS), *UNITS])
        for b in blocks:
            words(f, b)
        for k in range(len(UNITS)):
            words(f, s[first[k]:first[k + 1], first[k]:first[k + 1]])
        words(f, [len(SIZES), *SIZES, SEED, STREAM, DRAWS])
        middle = s[first[1]:first[2], first[1]:first[2]].astype(np.float32).astype(np.float64)
        for draw in range(1, DRAWS + 1):
            words(f, grow(middle, SIZES, Philox(SEED, PURPOSE, STREAM, draw)))


def normalisation(model, constants, node):
    """The factors by which a BatchNormalization behind a node multiplies its channels."""
    for n in model.graph.node:
        if n.op_type == "BatchNormalization" and n.input[0] == node.output[0]:
            epsilon = ([a.f for a in n.attribute if a.name == "epsilon"] or [1e-5])[0]
            return np.abs(constants[n.input[1]]) / np.sqrt(constants[n.input[4]] + epsilon)
    return 1


def rows_of(node, constants):
    """The incoming weights of each unit, a row each."""
    w = constants[node.input[1]].astype(np.float64)
    if node.op_type == "LSTM":  # gates first: W [1, 4 units, inputs] and R [1, 4 units, units]
        both = np.concatenate([w[0], constants[node.input[2]][0].astype(np.float64)], axis=1)
        return both.reshape(4, -1, both.shape[1]).transpose(1, 0, 2)
    transposed = any(a.name == "transB" and a.i for a in node.attribute)
    return w if node.op_type == "Conv" or transposed else w.T


def is_depthwise(node, constants):
    """Such a convolution has no units of its own."""
    group = ([a.i for a in node.attribute if a.name == "group"] or [1])[0]
    return group > 1 and constants[node.input[1]].shape[1] == 1


def write_norms():
    with open(GOLDEN / "in_norms.txt", "w") as f:
        for path in NETWORKS:
            model = onnx.load(path)
            constants = {t.name: onnx.numpy_helper.to_array(t) for t in model.graph.initializer}
            nodes = [n for n in model.graph.node if n.op_type in ("Conv", "Gemm", "MatMul", "LSTM")
                     and not is_depthwise(n, constants)]
            f.write(f"{path} {len(nodes)}\n")
            for k, node in enumerate(nodes):
                rows = rows_of(node, constants)
                norm = np.linalg.norm(rows.reshape(len(rows), -1), axis=1)
                words(f, [k + 1, len(rows), *(norm * normalisation(model, constants, node))])


def write_activations():
    path = NETWORKS[0]
    model = onnx.load(path)
    constants = {t.name: onnx.numpy_helper.to_array(t) for t in model.graph.initializer}
    with gzip.open("fixtures/fashion-test-2000-images.gz") as images:
        x = np.frombuffer(images.read()[16:16 + IMAGES * 784], np.uint8).reshape(IMAGES, 784) / 255
    gemms = [n for n in model.graph.node if n.op_type == "Gemm"]
    with open(GOLDEN / "activations.txt", "w") as f:
        f.write(f"{path} {IMAGES} {len(gemms) - 1}\n")
        for k, node in enumerate(gemms[:-1]):
            w, b = (constants[i].astype(np.float64) for i in node.input[1:3])
            x = np.maximum(x @ w.T + b, 0)
            words(f, [k + 1, len(b), *np.abs(x).mean(axis=0)])


GOLDEN.mkdir(exist_ok=True)
write_cohesive()
write_norms()
write_activations()
