"""Run an ONNX model node by node with torch, in float32, and find its layers of units.

The oracle of lib/net: operators as the ONNX specification defines them, nothing shared
with the library. Imported by the scripts beside it.
"""
import glob

import numpy as np
import onnx
import onnx.numpy_helper
import torch
from torch.nn import functional

from onnx_operators import OPERATORS

ELSEWHERE = ("exports", "quantised", "recurrent")  # folders whose networks have their own oracles


def fixtures():
    """The networks that this module runs."""
    return [path for path in sorted(glob.glob("fixtures/**/*.onnx", recursive=True))
            if path.split("/")[1] not in ELSEWHERE]


ACTIVATIONS = {"Relu", "LeakyRelu", "Sigmoid", "Tanh", "Dropout", "Identity"}


def slice_(x, starts, ends, axes, steps):
    for start, end, axis, step in zip(starts, ends, axes, steps):
        chosen = range(x.shape[axis])[slice(start, None if end < -x.shape[axis] else end, step)]
        x = x.index_select(axis, torch.tensor(list(chosen)))
    return x


def softmax(x, axis, opset):
    if opset >= 13:
        return functional.softmax(x, -1 if axis is None else axis)
    axis = 1 if axis is None else axis % x.dim()
    rows = int(np.prod(x.shape[:axis]))
    return functional.softmax(x.reshape(rows, -1), 1).reshape(x.shape)


def gemm(x, w, c, alpha=1.0, beta=1.0, transA=0, transB=0):
    y = alpha * ((x.T if transA else x) @ (w.T if transB else w))
    return y if c is None else y + beta * c


def reshape(x, shape):
    return x.reshape([x.shape[i] if s == 0 else s for i, s in enumerate(shape.tolist())])


def constant(a):
    (kind, value), = a.items()
    if isinstance(value, onnx.TensorProto):
        return torch.from_numpy(onnx.numpy_helper.to_array(value).copy())
    return torch.tensor(value, dtype=torch.int64 if "int" in kind else torch.float32)


def compute(node, x, opset, linear=False):
    """Outputs of a node with inputs `x` (None: left out); `linear` makes activations identities."""
    op, a = node.op_type, {p.name: onnx.helper.get_attribute_value(p) for p in node.attribute}
    x = x + [None] * (5 - len(x))
    if op == "Identity" or (linear and op in ACTIVATIONS):
        return [x[0]]
    if op == "Constant":
        return [constant(a)]
    if op == "Gemm":
        return [gemm(*x[:3], **a)]
    if op == "MatMul":
        return [x[0] @ x[1]]
    if op == "Add":
        return [x[0] + x[1]]
    if op == "Mul":
        return [x[0] * x[1]]
    if op == "Relu":
        return [x[0].clamp(min=0)]
    if op == "LeakyRelu":
        return [functional.leaky_relu(x[0], a.get("alpha", 0.01))]
    if op == "Sigmoid":
        return [torch.sigmoid(x[0])]
    if op == "Tanh":
        return [torch.tanh(x[0])]
    if op == "Softmax":
        return [softmax(x[0], a.get("axis"), opset)]
    if op == "LogSoftmax":
        return [softmax(x[0], a.get("axis"), opset).log()]
    if op == "Dropout":
        if x[2] is not None and bool(x[2]):
            raise ValueError(f"{node.name}: Dropout in training mode is random")
        return [x[0], torch.ones_like(x[0], dtype=torch.bool)]
    if op == "Flatten":
        return [x[0].reshape(int(np.prod(x[0].shape[:a.get("axis", 1)])), -1)]
    if op == "Reshape":
        return [reshape(x[0], x[1])]
    if op == "Concat":
        return [torch.cat([v for v in x if v is not None], a["axis"])]
    if op == "Split":
        axis = a.get("axis", 0)
        sizes = a.get("split") if opset < 13 else x[1] if x[1] is None else x[1].tolist()
        n = len(node.output)
        return list(x[0].split(sizes or [x[0].shape[axis] // n] * n, axis))
    if op == "Slice":
        if opset >= 10:
            lists = [None if v is None else v.tolist() for v in x[1:5]]
        else:
            lists = [a["starts"], a["ends"], a.get("axes"), None]
        starts, ends, axes, steps = lists
        return [slice_(x[0], starts, ends, axes or list(range(len(starts))),
                       steps or [1] * len(starts))]
    if op not in OPERATORS:
        raise ValueError(f"no rule for {op}")
    return OPERATORS[op](x, a)


class Network:
    """A model; `layers` lists (name of the value before, name of the value after) activation."""

    def __init__(self, path):
        self.model = onnx.load(path)
        self.graph = self.model.graph
        self.opset = max(o.version for o in self.model.opset_import if o.domain == "")
        self.constants = {t.name: torch.from_numpy(onnx.numpy_helper.to_array(t).copy())
                          for t in self.graph.initializer}
        for node in self.graph.node:
            if all(not i or i in self.constants for i in node.input):
                inputs = [self.constants[i] if i else None for i in node.input]
                values = compute(node, inputs, self.opset)
                self.constants.update(zip(node.output, values))
        self.nodes = [n for n in self.graph.node if n.output[0] not in self.constants]
        runtime = [i for i in self.graph.input if i.name not in self.constants]
        self.input, self.output = runtime[0].name, self.graph.output[0].name
        self.layers = [self.layer(n) for n in self.nodes if n.op_type in ("Gemm", "MatMul")]

    def user(self, value):
        """The only node that uses `value`, or None."""
        users = [n for n in self.nodes for i in n.input if i == value]
        users += [None for o in self.graph.output if o.name == value]
        return users[0] if len(users) == 1 else None

    def layer(self, node):
        pre, user = node.output[0], self.user(node.output[0])
        if node.op_type == "MatMul" and user is not None and user.op_type == "Add" and any(
                i in self.constants for i in user.input):
            pre, user = user.output[0], self.user(user.output[0])
        post = pre
        while user is not None and user.op_type in ACTIVATIONS:
            post = user.output[0]
            user = self.user(post)
        return pre, post

    def run(self, x, change=None, linear=False):
        """All values by name for the input x. `change(name, value)` may replace a value."""
        at = dict(self.constants)
        at[self.input] = x if change is None else change(self.input, x)
        return self.run_from(0, at, change, linear)

    def run_from(self, first, at, change=None, linear=False):
        """The nodes from number `first` on, given the values before them."""
        for node in self.nodes[first:]:
            inputs = [at[i] if i else None for i in node.input]
            for name, v in zip(node.output, compute(node, inputs, self.opset, linear)):
                at[name] = v if change is None else change(name, v)
        return at

    def edges(self, x):
        """{(from, to): |dy/dx| [units, units]} between layers next to each other; 0 is the input.

        Derivatives with activations taken as identities are the weights themselves, wherever
        at most one path joins two units.
        """
        ends = [(self.input, self.input)] + self.layers
        leaves = {}

        def cut(name, value):
            if name in [post for _, post in ends]:
                leaves[name] = value.detach().requires_grad_()
                return leaves[name]
            return value

        x = x[:1]
        self.run(x, cut, linear=True)
        found = {}
        for to, (pre, _) in enumerate(ends[1:], 1):
            y = self.run(x, lambda n, v: v if n == pre else leaves.get(n, v), linear=True)[pre]
            sources = [leaves[post] for _, post in ends[:to]]
            rows = [torch.autograd.grad(v, sources, retain_graph=True, allow_unused=True)
                    for v in y.flatten()]
            for source, columns in enumerate(zip(*rows)):
                if any(c is not None for c in columns):
                    columns = [torch.zeros_like(sources[source]) if c is None else c
                               for c in columns]
                    found[source, to] = torch.stack([c.flatten() for c in columns], 1).abs()
        return found
