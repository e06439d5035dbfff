"""Weights of edges between layers, measured with torch on networks of magnitudes.

    /usr/bin/python3 tests/oracle/edges.py [MODEL...]     (from the root of the repository)

writes tests/golden/net/edges/NAME.npz for every model of fixtures, fixtures/small and
fixtures/planted that can be run (planted-NAME for the last), plain chains of large dense
layers aside, and for those of edge_networks.py, which it writes there. NORM.I.J is the block
[units of I, units of J] of the edges from layer I to layer J; layers count from 1 in the order
of nodes that make units, 0 is the input. Blocks of norms other than l1 are there where they
differ from that of l1. paper.I.J are blocks as the published code makes them: the largest sum
of a column, BatchNormalizations left out; only of convolutional networks that have some.

No sets of units are kept and no path is followed. For a layer of U units the model is run with
a batch of U rows, in which row u says how strongly unit u is present in every element: 1 in its
own output, 0 in all others. Every node then acts on magnitudes: activations leave them, a
normalisation or a constant multiplies them by its magnitude, sums add them, other operators of
several values take the larger, pooling and means over places the largest of all places, and
what moves elements moves them. What arrives at the inputs of a layer weighs the norms of its
kernels. Conventions as in docs/method.md: means and deviations over features carry nothing,
nor does a softmax; attention passes the features of its values on.
"""
import os
import sys

import numpy as np
import torch

import edge_networks
from onnx_torch import compute, fixtures
from units import Model

OUT = "tests/golden/net/edges"
REFUSED = {"dropout-training", "transposed-input"}  # random; mixes the images of a batch
CHAINS = {"fashion-mlp", "fashion-mlp-dropout", "side-by-side", "side-by-side-split"}
NORMS = ("l1", "l2", "colsum", "spectral")
SAME = {"Relu", "LeakyRelu", "PRelu", "Sigmoid", "Tanh", "Dropout", "Identity", "Clip", "Erf",
        "HardSigmoid", "HardSwish", "Sqrt", "Cast", "InstanceNormalization"}
MOVES = {"Transpose", "Concat", "Slice", "Split", "Expand", "Reshape", "Flatten", "Squeeze",
         "Unsqueeze", "Gather", "Pad"}
POOLS = {"MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool"}
SUMS = {"Add", "Sub", "Sum"}
LARGER = {"Mul", "Div", "Pow", "Max", "Min", "Where"}
ELEMENTWISE = SAME - {"InstanceNormalization"} | SUMS | LARGER - {"Where"}


def norm_of(kernel, norm):
    """Of the last two dimensions of magnitudes."""
    if norm == "l1":
        return kernel.sum((-2, -1))
    if norm == "l2":
        return kernel.square().sum((-2, -1)).sqrt()
    if norm == "colsum":
        return kernel.sum(-2).amax(-1)
    return torch.linalg.matrix_norm(kernel, 2)


def as_matrix(kernel):
    """[..., height, width] of a convolution's weights of one or two dimensions."""
    return kernel.abs() if kernel.dim() == 4 else kernel.abs()[:, :, None]


def add_up(parts, norm):
    """Over the first dimension."""
    return parts.square().sum(0).sqrt() if norm == "l2" else parts.sum(0)


class Layer:
    """Of node `node`: weights [outputs, inputs / groups, height, width], magnitudes."""

    def __init__(self, model, node):
        a = {p.name: p for p in node.attribute}
        weight = model.constants[node.input[1]]
        self.node, self.input, self.behind = node, node.input[0], None
        self.dense, self.axis, self.groups = node.op_type != "Conv", 1, 1
        if self.dense:
            self.axis = -1
            weight = weight if "transB" in a and a["transB"].i else weight.T
            weight = weight * (a["alpha"].f if "alpha" in a else 1.0)
            self.kernel = weight.abs()[:, :, None, None]
        else:
            self.groups = a["group"].i if "group" in a else 1
            self.kernel = as_matrix(weight)
        self.units = len(self.kernel)
        self.post = self.follow(model, node.output[0])

    def follow(self, model, value):
        """The units' output, behind bias, BatchNormalization and activations."""
        user = model.sole_user(value)
        if user is not None and user.op_type == "Add" and len(model.runtime(user)) == 1:
            value = user.output[0]
            user = model.sole_user(value)
        channels = not self.dense or model.values(1)[value].dim() == 2  # else it is of tokens
        if user is not None and user.op_type == "BatchNormalization" and channels:
            self.behind = user
            value = user.output[0]
        return model.activated(value)


class Magnitudes(Model):
    def __init__(self, path, generator):
        super().__init__(path)
        self.generator, self.ran, self.folded = generator, {}, True
        wide = [n for n in self.nodes if n.op_type in ("Conv", "Gemm", "MatMul")
                and n.input[1] in self.constants]
        self.passing = {n.output[0] for n in wide if n.op_type == "Conv" and self.depthwise(n)}
        self.shape = next(i for i in self.graph.input if i.name == self.input).type.tensor_type
        self.makers = [Layer(self, n) for n in wide if n.output[0] not in self.passing]
        self.ends = {layer.post for layer in self.makers}
        self.made = {layer.node.output[0]: layer for layer in self.makers}
        self.mixed = self.find_mixed()

    def depthwise(self, node):
        groups = next((a.i for a in node.attribute if a.name == "group"), 1)
        return groups > 1 and self.constants[node.input[1]].shape[1] == 1

    def sole_user(self, value):
        users = self.users(value)
        return users[0] if len(users) == 1 else None

    def affine(self, node):
        if not self.folded:
            return torch.ones(1).double()
        gamma, _, _, var = (self.constants[i] for i in node.input[1:5])
        epsilon = next((a.f for a in node.attribute if a.name == "epsilon"), 1e-5)
        return (gamma / (var + epsilon).sqrt()).abs()

    # ---- activations: elementwise, nothing read but one value and numbers ----

    def in_function(self, node, inside):
        reads = self.runtime(node)
        numbers = [self.constants[i] for i in node.input if i in self.constants]
        return (node.op_type in ELEMENTWISE and reads and set(reads) <= inside
                and (node.op_type in ("PRelu", "Dropout") or all(c.numel() == 1 for c in numbers)))

    def closed(self, value):
        """The next value that is all that is left of the function of `value`, or None."""
        inside = {value}
        for node in self.nodes:
            if not inside & set(node.input):
                continue
            if not self.in_function(node, inside):
                return None
            inside.add(node.output[0])
            ends = [v for v in inside if any(
                u is None or u.output[0] not in inside for u in self.users(v))]
            if ends in ([], [node.output[0]]):
                return node.output[0]
        return None

    def activated(self, value):
        following = self.closed(value)
        while following is not None:
            value, following = following, self.closed(following)
        return value

    # ---- what a softmax or a product of two values has mixed ----

    def find_mixed(self):
        mixed = set()
        for node in self.nodes:
            reads = self.runtime(node)
            if node.output[0] in self.made:
                continue
            two = node.op_type == "MatMul" and len(reads) == 2
            if node.op_type in ("Softmax", "LogSoftmax") or (
                    two and len(mixed & set(reads)) != 1) or (not two and mixed & set(reads)):
                mixed |= set(node.output)
        return mixed

    # ---- magnitudes through a node ----

    def combined(self, node, x, at):
        """Of several values, constants included; x: magnitudes, None for none."""
        total = None
        for v in x:
            if v is not None and total is not None:
                total = total + v if node.op_type in SUMS else torch.maximum(total, v)
            elif v is not None:
                total = v
        for k, i in enumerate(node.input):
            if i in self.constants and at[i].is_floating_point():
                if node.op_type == "Mul":
                    total = total * at[i].abs()
                elif node.op_type == "Div" and k == 1:
                    total = total / at[i].abs()
        return total

    def pooled(self, value, out):
        places = list(range(2, value.dim()))
        return value.amax(places, True).expand(out.shape) if out.dim() == value.dim() else None

    def reduced(self, node, x):
        a = {p.name: p for p in node.attribute}
        axes, keep = [i % x.dim() for i in a["axes"].ints], "keepdims" not in a or a["keepdims"].i
        if (1 if x.dim() == 4 else x.dim() - 1) in axes:
            return None  # over features: a statistic of them
        return x.amax(axes, bool(keep))

    def passed(self, node, x, out):
        """A convolution of each channel for itself."""
        norms = norm_of(as_matrix(self.constants[node.input[1]])[:, 0], self.norm)
        each = len(norms) // x.shape[1]
        tags = x.flatten(2).amax(2).repeat_interleave(each, 1) * norms
        return tags.reshape(*tags.shape, *[1] * (out.dim() - 2)).expand(out.shape)

    def attended(self, node, x, out):
        """Values lie on one side of the product, what a softmax made on the other."""
        left = x[0] is not None
        value = x[0] if left else x[1]
        return value.amax(-1 if left else -2, True).expand(out.shape)

    def magnitudes(self, node, x, at):
        """Those of the node's outputs, from x, those of its inputs (None: 0 everywhere)."""
        op, out = node.op_type, at[node.output[0]]
        if op in SAME:
            return [x[0]]
        if op == "BatchNormalization":
            return [x[0] * self.affine(node).reshape(-1, *[1] * (x[0].dim() - 2))]
        if op == "LayerNormalization":
            return [x[0] * at[node.input[1]].abs()]
        if op in SUMS | LARGER:
            return [self.combined(node, x, at)]
        if op in POOLS:
            return [self.pooled(x[0], out)]
        if op == "ReduceMean":
            return [self.reduced(node, x[0])]
        if op == "Conv" and node.output[0] in self.passing:
            return [self.passed(node, x[0], out)]
        if op == "MatMul" and len(self.runtime(node)) == 2:
            return [self.attended(node, x, out)]
        if op in MOVES:
            full = [None if not i else v if v is not None else
                    torch.zeros_like(at[i]) if at[i].is_floating_point() else at[i]
                    for i, v in zip(node.input, x)]
            return compute(node, full, self.opset)
        raise ValueError(f"no rule for {op}")

    # ---- a layer against all others ----

    def arrivals(self, value, first, norm):
        """{layer: magnitudes at its input} when `value` has those of `first`, all others 0."""
        self.norm = norm
        rows = len(first)
        at = self.values(rows)
        tags = {value: first}
        functions = {}  # end of a function elsewhere: its magnitudes
        found = {}
        for node in self.nodes:
            x = [tags.get(i) for i in node.input]
            if node.output[0] in self.made:
                if x[0] is not None and bool((x[0] > 0).any()):
                    found[node.output[0]] = x[0]
                continue
            if (all(v is None for v in x) or node.output[0] in self.mixed
                    or not at[node.output[0]].is_floating_point()):
                continue
            for name, v in zip(node.output, self.magnitudes(node, x, at)):
                if name in functions:
                    v = functions[name]
                if v is None or name in self.ends:
                    continue
                tags[name] = v
                if len(self.users(name)) > 1 and self.closed(name):
                    functions[self.closed(name)] = v
                    functions[self.activated(name)] = v
        return found

    def values(self, rows):
        """All values of some input of so many rows: their shapes, and those that are no floats."""
        if rows not in self.ran:
            self.ran = {rows: self.run(self.any_input(rows))}
        return dict(self.ran[rows])

    def any_input(self, rows):
        shape = [rows] + [d.dim_value for d in self.shape.shape.dim][1:]
        if self.shape.elem_type == 7:
            return torch.zeros(shape, dtype=torch.int64)
        return torch.rand(shape, generator=self.generator, dtype=torch.float64)

    def places(self, layer):
        """(channel, row, column) of each input of a dense layer that reads a flattened map."""
        by_output = {o: n for n in self.nodes for o in n.output}
        path, value = [], layer.input
        at = self.values(1)
        if at[value].dim() != 2:
            return None
        while at[value].dim() != 4:
            node = by_output.get(value)
            if node is None or node.op_type not in SAME | MOVES - {"Concat"}:
                return None
            path.append(node)
            value = node.input[0]
        while value in by_output and by_output[value].op_type == "Transpose":
            path.append(by_output[value])
            value = by_output[value].input[0]
        shape = at[value].shape
        at[value] = torch.arange(1.0, 1 + at[value].numel()).double().reshape(shape)
        for node in reversed(path):
            if node.op_type not in SAME:
                at.update(zip(node.output, compute(node, [at[i] for i in node.input], self.opset)))
            else:
                at[node.output[0]] = at[node.input[0]]
        at = at[layer.input].flatten().round().long() - 1
        return torch.stack([at // (shape[2] * shape[3]), at // shape[3] % shape[2],
                            at % shape[3]]), shape[2:]

    def flattened(self, layer, factor, norm, where):
        """A channel that became features is one kernel of its height and width."""
        (channel, row, column), (height, width) = where
        w = layer.kernel[:, :, 0, 0]
        total = torch.zeros(len(factor), layer.units).double()
        for c in channel.unique():
            mine = channel == c
            kernels = torch.zeros(len(factor), layer.units, height, width).double()
            kernels[:, :, row[mine], column[mine]] = factor[:, None, mine] * w[None, :, mine]
            total += norm_of(kernels, norm)
        return total

    def block(self, layer, arrived, norm):
        """[units of the producer, units of the layer]"""
        scale = 1 if layer.behind is None else self.affine(layer.behind)
        if layer.dense:
            factor = arrived.reshape(len(arrived), -1, arrived.shape[-1]).amax(1)
            where = self.places(layer) if norm in ("colsum", "spectral") else None
            if where is not None:
                return self.flattened(layer, factor, norm, where) * scale
        else:
            factor = arrived.flatten(2).amax(2)
        norms = norm_of(layer.kernel, norm)  # [outputs, inputs / groups]
        outputs, inputs = norms.shape
        parts = []
        for g in range(layer.groups):
            f = factor[:, g * inputs:(g + 1) * inputs].T[:, :, None]
            w = norms[g * outputs // layer.groups:(g + 1) * outputs // layer.groups].T[:, None]
            parts.append(add_up(f * w, norm))
        return torch.cat(parts, 1) * scale

    def sources(self):
        """(number, value, magnitudes of its units) of every layer that may feed others."""
        shape = [d.dim_value for d in self.shape.shape.dim][1:]
        if self.shape.elem_type != 7:
            channels = len(shape) > 1 and any(n.op_type == "Conv" for n in self.nodes)
            n = shape[0] if channels else int(np.prod(shape))
            eye = torch.eye(n).double()
            yield 0, self.input, (eye.reshape(n, n, *[1] * (len(shape) - 1)).expand(n, *shape)
                                  if channels else eye.reshape(n, *shape))
        at = self.values(1)
        for i, layer in enumerate(self.makers, 1):
            eye = torch.eye(layer.units).double()
            dims = at[layer.post].dim()
            if layer.axis == 1:
                eye = eye.reshape(layer.units, layer.units, *[1] * (dims - 2))
            else:
                eye = eye.reshape(layer.units, *[1] * (dims - 2), layer.units)
            yield i, layer.post, eye.expand(layer.units, *at[layer.post].shape[1:])


def published(model, values):
    """Blocks of colsum without BatchNormalizations."""
    model.folded = False
    for i, value, units in model.sources():
        found = model.arrivals(value, units, "colsum")
        for j, layer in enumerate(model.makers, 1):
            if layer.node.output[0] in found:
                w = model.block(layer, found[layer.node.output[0]], "colsum")
                values[f"paper.{i}.{j}"] = w.float().numpy()


def weigh(path, name):
    model = Magnitudes(path, torch.Generator().manual_seed(1))
    values = {}
    for i, value, units in model.sources():
        found = model.arrivals(value, units, "l1")
        for norm in NORMS:
            if norm != "l1" and model.passing:
                found = model.arrivals(value, units, norm)
            for j, layer in enumerate(model.makers, 1):
                if layer.node.output[0] not in found:
                    continue
                w = model.block(layer, found[layer.node.output[0]], norm).float().numpy()
                if norm == "l1" or not np.allclose(w, values[f"l1.{i}.{j}"], 1e-7, 0):
                    values[f"{norm}.{i}.{j}"] = w
    if {"Conv", "BatchNormalization"} <= {n.op_type for n in model.nodes}:
        published(model, values)
    np.savez_compressed(f"{OUT}/{name}.npz", **values)
    print(f"{name}: {len(model.makers)} layers, {len(values)} blocks", flush=True)


@torch.no_grad()
def main():
    torch.set_num_threads(1)
    os.makedirs(OUT, exist_ok=True)
    paths = fixtures() + edge_networks.write(OUT)
    for path in sys.argv[1:] or paths:
        name = os.path.basename(path)[:-5]
        if name not in REFUSED | CHAINS:
            weigh(path, ("planted-" if "/planted/" in path else "") + name)


if __name__ == "__main__":
    main()
