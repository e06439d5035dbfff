"""Golden values of the quantised networks of fixtures/quantised: run, with units silenced, edges.

    /usr/bin/python3 tests/oracle/quantised.py     (from the root of the repository)

Writes tests/golden/net/quantised/NAME.npz. Layers L count from 1 in the order of the nodes.
    input           [7, ...], f4
    output          [7, classes], f4
    post.L          [7, units, places], f4: layer L after its activation, as real numbers
    mask.L          [units] u1, of each layer but the last: half of its units
    zero.L          outputs with these silenced
    l1.I.J          [units of I, units of J], f4: edges, of the real weights (q - zero) * scale

Operators are computed by the formulas of onnx.ai/onnx/operators in NumPy, sums of whole numbers in
double precision, which is exact. Each image is run by itself, so that DynamicQuantizeLinear
measures the range of that image alone.
"""
import os

import numpy as np
import onnx
import torch
from onnx.helper import get_attribute_value
from onnx.numpy_helper import to_array

OUT = "tests/golden/net/quantised"
ROWS = 7
RANGE = {np.dtype("u1"): (0, 255), np.dtype("i1"): (-128, 127)}

# layer: (node that has the weights, input of the node, scale, zero point, value after activation)
LAYERS = {
    "operators": [("conv1", "w1", "w1_scale", "w1_zero", "conv1"),
                  ("conv2", "w2", "w2_scale", "w2_zero", "conv2"),
                  ("fc", "w3", "w3_scale", "w3_zero", "output")],
    "pairs": [("conv1", "conv1.weight_q", "conv1.weight_scale", "conv1.weight_zero", "a_dq"),
              ("conv2", "conv2.weight_q", "conv2.weight_scale", "conv2.weight_zero", "b_dq"),
              ("fc", "fc.weight_q", "fc.weight_scale", "fc.weight_zero", "output")],
    "dynamic": [("conv_sum", "conv.weight_quantized", "conv.scale", "conv.zero", "relu"),
                ("fc1_sum", "fc1.weight_quantized", "fc1.scale", "fc1.zero", "relu1"),
                ("fc2_sum", "fc2.weight_quantized", "fc2.scale", "fc2.zero", "output")],
    "planted": [(f"{n}_sum", f"{n}.weight_quantized", f"{n}.scale", f"{n}.zero", post)
                for n, post in (("fc0", "relu0"), ("fc1", "relu1"), ("fc2", "relu2"),
                                ("out", "output"))],
}


def along(v, ndim, axis):
    return v if v.ndim == 0 else v.reshape([-1 if k == axis else 1 for k in range(ndim)])


def quantise(x, scale, zero, axis=1):
    low, high = RANGE[zero.dtype]
    s, z = along(scale, x.ndim, axis), along(zero, x.ndim, axis).astype(float)
    q = np.rint(x.astype(np.float32) / s.astype(np.float32)).astype(float) + z
    return np.clip(q, low, high).astype(zero.dtype)


def dequantise(q, scale, zero, axis=1):
    z = along(zero, q.ndim, axis).astype(float)
    return ((q - z) * along(scale, q.ndim, axis)).astype(np.float32)


def convolve(x, w, a):
    p = a.get("pads", [0] * 4)
    x = np.pad(x, [(0, 0), (0, 0), (p[0], p[2]), (p[1], p[3])])
    return torch.conv2d(torch.tensor(x), torch.tensor(w), stride=a.get("strides", [1, 1]),
                        groups=a.get("group", 1)).numpy()


def less(q, zero, axis):
    return q.astype(float) - (0 if zero is None else along(zero, q.ndim, axis).astype(float))


def requantise(total, x_scale, w_scale, y_scale, y_zero, axis):
    factor = (np.float32(x_scale) * along(w_scale, total.ndim, axis) / y_scale)
    low, high = RANGE[y_zero.dtype]
    q = np.rint(total.astype(np.float32) * factor.astype(np.float32)).astype(float)
    return np.clip(q + float(y_zero), low, high).astype(y_zero.dtype)


def compute(op, x, a):
    if op == "QuantizeLinear":
        return [quantise(*x, **a)]
    if op == "DequantizeLinear":
        return [dequantise(*x, **a)]
    if op == "DynamicQuantizeLinear":
        low, high = np.float32(min(x[0].min(), 0)), np.float32(max(x[0].max(), 0))
        scale = (high - low) / np.float32(255) if high > low else np.float32(1)
        zero = np.uint8(np.clip(np.rint(-low / scale), 0, 255))
        return [quantise(x[0], scale, zero), scale, zero]
    if op == "QLinearConv":
        total = convolve(less(x[0], x[2], 1), less(x[3], x[5], 0), a)
        if len(x) > 8:
            total = total + x[8].astype(float)[:, None, None]
        return [requantise(total, x[1], x[4], x[6], x[7], 1)]
    if op == "QLinearMatMul":
        total = less(x[0], x[2], 0) @ less(x[3], x[5], 1)
        return [requantise(total, x[1], x[4], x[6], x[7], 1)]
    if op == "ConvInteger":
        return [convolve(less(x[0], x[2], 1), less(x[1], x[3], 0), a).astype(np.int32)]
    if op == "MatMulInteger":
        return [(less(x[0], x[2], 0) @ less(x[1], x[3], 1)).astype(np.int32)]
    if op == "Conv":
        return [convolve(x[0].astype(float), x[1].astype(float), a).astype(np.float32)]
    if op == "MaxPool":
        n, c, h, w = x[0].shape
        return [x[0].reshape(n, c, h // 2, 2, w // 2, 2).max((3, 5))]
    if op == "MatMul":
        return [(x[0].astype(float) @ x[1].astype(float)).astype(np.float32)]
    return [{"Relu": lambda: np.maximum(x[0], 0), "Flatten": lambda: x[0].reshape(1, -1),
             "Cast": lambda: x[0].astype(np.float32), "Mul": lambda: x[0] * x[1],
             "Add": lambda: x[0] + x[1]}[op]()]


class Network:
    def __init__(self, name):
        graph = onnx.load(f"fixtures/quantised/{name}.onnx").graph
        self.nodes = graph.node
        self.constants = {t.name: to_array(t) for t in graph.initializer}
        self.shape = [d.dim_value for d in graph.input[0].type.tensor_type.shape.dim[1:]]

    def run(self, image, value=None, mask=None):
        """All values; units in `mask` of `value` are silenced."""
        at = {"input": image[None], **self.constants}
        for node in self.nodes:
            a = {p.name: get_attribute_value(p) for p in node.attribute if p.name != "to"}
            made = compute(node.op_type, [at[i] for i in node.input], a)
            for name, v in zip(node.output, made):
                if name == value:
                    v = v.copy()
                    v[:, mask == 1] = self.zero_of(name)
                at[name] = v
        return at

    def zero_of(self, value):
        """What stands for 0 in this value."""
        node = next(n for n in self.nodes if value in n.output)
        return self.constants[node.input[7]] if node.op_type.startswith("QLinear") else 0

    def real(self, value, v):
        node = next(n for n in self.nodes if value in n.output)
        if not node.op_type.startswith("QLinear"):
            return v
        scale, zero = (self.constants[node.input[k]] for k in (6, 7))
        return (v.astype(float) - float(zero)) * scale


def magnitudes(net, layer, units):
    """[units before, units]: l1 norms of kernels; a channel that was flattened is one kernel."""
    node = next(n for n in net.nodes if n.output[0] == layer[0])
    q, scale, zero = (net.constants[k] for k in layer[1:4])
    axis = 0 if q.ndim == 4 else 1
    w = np.abs(less(q, zero, axis) * along(scale, q.ndim, axis))
    if q.ndim == 2:
        return w.reshape(units, -1, w.shape[1]).sum(1)
    groups = next((p.i for p in node.attribute if p.name == "group"), 1)
    w, out = w.sum((2, 3)), np.zeros((units, w.shape[0]))
    for o in range(w.shape[0]):
        first = o // (w.shape[0] // groups) * w.shape[1]
        out[first:first + w.shape[1], o] = w[o]
    return out


def values_of(name, random):
    net = Network(name)
    x = random.normal(0, 1, (ROWS, *net.shape)).astype(np.float32)
    runs = [net.run(image) for image in x]
    values = {"input": x, "output": np.concatenate([r["output"] for r in runs])}
    units = net.shape[0]
    for i, layer in enumerate(LAYERS[name]):
        post = np.concatenate([net.real(layer[4], r[layer[4]]) for r in runs])
        values[f"post.{i + 1}"] = post.reshape(ROWS, post.shape[1], -1)
        values[f"l1.{i}.{i + 1}"] = magnitudes(net, layer, units)
        units = post.shape[1]
        if i + 1 == len(LAYERS[name]):
            break
        mask = np.zeros(units, np.uint8)
        mask[random.permutation(units)[:units // 2]] = 1
        values[f"mask.{i + 1}"] = mask
        values[f"zero.{i + 1}"] = np.concatenate(
            [net.run(image, layer[4], mask)["output"] for image in x])
    return values


def main():
    os.makedirs(OUT, exist_ok=True)
    random = np.random.default_rng(15)
    for name in LAYERS:
        np.savez_compressed(f"{OUT}/{name}.npz", **{
            k: np.ascontiguousarray(a, a.dtype if a.dtype == np.uint8 else "f4")
            for k, a in values_of(name, random).items()})


if __name__ == "__main__":
    main()
