"""Factors that balance the weights of networks, by Newton's method.

    /usr/bin/python3 tests/oracle/scales.py     (from the root of the repository, after edges.py)

The edges are those of tests/golden/net/edges (made by torch). Which units are tied is written down
here by hand. The sum of all edges w_ij exp(x_j - x_i) is convex in the logarithms x of the factors,
and smallest where the in-norm of every unit equals its out-norm. SciPy finds that place.

That the factors leave the network alone is checked by running it in torch with scaled weights.
Written to tests/golden/net/balance/NAME.npz: scale.L, the factors of the units of layer L.
"""
import os

import numpy as np
import scipy.optimize
import torch

import onnx_torch

OUT = "tests/golden/net/balance"

# Layers whose unit i is tied to unit i of the others; all other hidden units are alone.
NETWORKS = {
    "small/relu": [], "small/leaky": [], "small/grouped": [], "fashion-vgg": [],
    "small/residual": [(1, 2)],
    "fashion-resnet": [(1, 3, 5), (7, 8, 10), (12, 13, 15)],
}


def edges_of(name):
    blocks = np.load(f"tests/golden/net/edges/{os.path.basename(name)}.npz")
    return {tuple(map(int, k.split(".")[1:])): blocks[k].astype(float)
            for k in blocks.files if k.startswith("l1.")}


def balance(edges, ties):
    """Factors of the units of every layer; the first and the last layer keep theirs."""
    layers = max(b for _, b in edges) + 1
    units = {}
    for (a, b), w in edges.items():
        units[a], units[b] = w.shape
    last = {b for _, b in edges} - {a for a, _ in edges}
    first, n = {}, 0
    for layer in range(layers):
        if layer == 0 or layer in last:
            continue
        same = [t[0] for t in ties if layer in t]
        if same and same[0] != layer:
            first[layer] = first[same[0]]
            continue
        first[layer], n = n, n + units[layer]

    def spread(x):
        return [x[first[v]:first[v] + units[v]] if v in first else np.zeros(units[v]) for v in range(layers)]

    def value(x):
        x = spread(x)
        return sum((w * np.exp(x[b][None] - x[a][:, None])).sum() for (a, b), w in edges.items())

    def gradient(x):
        g, x = np.zeros(n), spread(x)
        for (a, b), w in edges.items():
            v = w * np.exp(x[b][None] - x[a][:, None])
            if b in first:
                g[first[b]:first[b] + units[b]] += v.sum(0)
            if a in first:
                g[first[a]:first[a] + units[a]] -= v.sum(1)
        return g

    def curvature(x):
        h, x = np.zeros((n, n)), spread(x)
        for (a, b), w in edges.items():
            v = w * np.exp(x[b][None] - x[a][:, None])
            rows = None if a not in first else slice(first[a], first[a] + units[a])
            cols = None if b not in first else slice(first[b], first[b] + units[b])
            if rows:
                h[rows, rows] += np.diag(v.sum(1))
            if cols:
                h[cols, cols] += np.diag(v.sum(0))
            if rows and cols:
                h[rows, cols] -= v
                h[cols, rows] -= v.T
        return h

    x = scipy.optimize.minimize(value, np.zeros(n), jac=gradient, method="L-BFGS-B",
                                options={"maxiter": 2000}).x
    for _ in range(20):
        x = x - np.linalg.solve(curvature(x), gradient(x))
    assert np.abs(gradient(x)).max() < 1e-9 * value(x)
    return [np.exp(v) for v in spread(x)]


def attribute(node, name, default):
    return next((a.i for a in node.attribute if a.name == name), default)


def scale_layer(net, node, before, after):
    """In-weights and bias of a layer times `after`, and divided by the factors of what it reads."""
    w = net.constants[node.input[1]].double().clone()
    flip = node.op_type == "Gemm" and not attribute(node, "transB", 0)
    w = w.T if flip else w
    groups, inputs = attribute(node, "group", 1), w.shape[1]
    if node.op_type == "Gemm":  # a channel that was flattened has several features
        before = np.repeat(before, inputs // len(before))
    for k in range(groups):
        rows = slice(k * w.shape[0] // groups, (k + 1) * w.shape[0] // groups)
        part = torch.from_numpy(before[k * inputs:(k + 1) * inputs])
        w[rows] /= part.reshape(1, -1, *[1] * (w.dim() - 2))
    w *= torch.from_numpy(after).reshape(-1, *[1] * (w.dim() - 1))
    net.constants[node.input[1]] = (w.T if flip else w).float()
    scale_bias(net, node, after)


def scale_bias(net, node, factors):
    if len(node.input) > 2:
        scale_constant(net, node.input[2], factors)


def scale_constant(net, name, factors):
    net.constants[name] = (net.constants[name].double() * torch.from_numpy(factors)).float()


def check_unchanged(path, scale):
    """The network computes the same with weights scaled like that."""
    net = onnx_torch.Network(path)
    shape = [d.dim_value or 5 for d in next(
        i for i in net.graph.input if i.name == net.input).type.tensor_type.shape.dim]
    x = torch.from_numpy(np.random.default_rng(1).normal(size=[5] + shape[1:]).astype(np.float32))
    want = net.run(x)[net.output]
    factors, layer = {net.input: scale[0]}, 0  # of the channels of each value
    for node in net.nodes:
        known = [factors[i] for i in node.input if i in factors]
        factors[node.output[0]] = known[0]
        if node.op_type == "BatchNormalization":  # of mean and bias
            for i in (2, 3):
                scale_constant(net, node.input[i], known[0])
        elif node.op_type not in ("Conv", "Gemm"):
            for other in known[1:]:
                np.testing.assert_allclose(other, known[0])
        elif 1 < attribute(node, "group", 1) == len(known[0]):  # depthwise
            each = net.constants[node.input[1]].shape[0] // len(known[0])
            factors[node.output[0]] = np.repeat(known[0], each)
            scale_bias(net, node, factors[node.output[0]])
        else:
            layer += 1
            scale_layer(net, node, known[0], scale[layer])
            factors[node.output[0]] = scale[layer]
    got = net.run(x)[net.output]
    assert layer + 1 == len(scale)
    assert (got - want).abs().max() <= 1e-4 * want.abs().max(), path


def main():
    os.makedirs(OUT, exist_ok=True)
    for name, ties in NETWORKS.items():
        scale = balance(edges_of(name), ties)
        check_unchanged(f"fixtures/{name}.onnx", scale)
        np.savez(f"{OUT}/{os.path.basename(name)}.npz",
                 **{f"scale.{i}": s.astype(np.float32) for i, s in enumerate(scale)})


if __name__ == "__main__":
    main()
