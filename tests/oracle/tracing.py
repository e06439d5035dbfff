"""Who feeds whom, measured with torch: units are disturbed and the others' inputs looked at.

    /usr/bin/python3 tests/oracle/tracing.py [MODEL...]     (from the root of the repository)

writes tests/golden/net/tracing/NAME.tsv for every model of fixtures, fixtures/small and
fixtures/planted that can be run (planted-NAME for the last). No path is followed: unit u of
one layer feeds unit v of another when large random changes of u's output, the outputs of all
other layers held fixed, change v's pre-activation in some of several runs. Layers and the
places of outputs and pre-activations are those of units.py. Lines, fields by tabs:

    layer I NODE WEIGHT KIND UNITS PRE POST
        layer I, from 1 in the order of nodes: names of the node and its kernel, kind (conv,
        depthwise, dense), number of units, names of the values before and after activation
    feeds I J VIA HOW
        some unit of layer I feeds some of J. HOW is `all`, `same` (unit u feeds unit u, alone),
        or the matrix: a row of hexadecimal digits for each unit of I, rows by commas, the
        first bit (highest of the first digit) for unit 0 of J, rows filled up with 0
    through I J VIA HOW
        the same among the other layers when depthwise convolutions are no layers but pass
        their channels on; only where a model has some, and only pairs that `feeds` lacks or
        that differ

Operators that mix by nature follow a convention here: normalisations over features keep their
means and deviations, attention keeps its softmax, as they were without the change. So a
normalisation acts feature by feature, values pass through attention, and queries and keys feed
nobody. VIA is `pure`, or `convention` when every path from I to J crosses such an operator
(or the product of a gate), `mixed` when some do.
"""
import os
import sys

import numpy as np
import torch

from onnx_operators import layer_norm
from onnx_torch import compute, fixtures
from units import Model

OUT = "tests/golden/net/tracing"
REFUSED = {"dropout-training", "transposed-input"}  # random; mixes the images of a batch
INPUTS, DRAWS, UNITS = 3, 2, 12  # rows of a run: a draw for each input and unit
MIXING = {"Softmax", "LayerNormalization"}


def sample(model, generator):
    """Random values for the model's input; tokens are numbers below the vocabulary's size."""
    kind = next(i for i in model.graph.input if i.name == model.input).type.tensor_type
    shape = [INPUTS] + [d.dim_value for d in kind.shape.dim][1:]
    if kind.elem_type == 7:
        sizes = [len(model.constants[n.input[0]]) for n in model.users(model.input)]
        return torch.randint(min(sizes), shape, generator=generator)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


class Trace:
    def __init__(self, path, generator):
        self.model = Model(path)
        self.generator = generator
        rows = sample(self.model, generator)
        self.base = self.model.run(rows.repeat_interleave(DRAWS, 0).repeat(
            UNITS, *[1] * (rows.dim() - 1)))
        self.kept = self.conventions()
        self.pre = {layer.pre: layer for layer in self.model.units}
        self.readers = {}  # by value, numbers of nodes

        for i, node in enumerate(self.model.nodes):
            for value in self.model.runtime(node):
                self.readers.setdefault(value, []).append(i)

    def conventions(self):
        """Values that stay as they are: softmax of attention, means of normalisations."""
        model, kept = self.model, set()
        logits = {o.name for o in model.graph.output}
        for node in model.nodes:
            users = model.users(node.output[0])
            kinds = {u.op_type for u in users if u is not None}
            if node.op_type == "Softmax" and not logits & set(node.output):
                kept.add(node.output[0])
            if node.op_type == "ReduceMean" and kinds <= {"Sub", "Add"} and kinds and all(
                    u.op_type == "Sub" or self.only_root(u) for u in users):
                kept.add(node.output[0])
        return kept

    def only_root(self, add):
        return [u.op_type for u in self.model.users(add.output[0]) if u is not None] == ["Sqrt"]

    def outputs(self, node, inputs):
        if node.op_type != "LayerNormalization":
            return compute(node, inputs, self.model.opset)
        a = {p.name: p.i if p.type == 2 else p.f for p in node.attribute}
        full = inputs + [None] * (3 - len(inputs))
        _, mean, rate = layer_norm([self.base[i] for i in node.input] + [None], a)
        return layer_norm(full, a, mean, rate)[:1]

    def spread(self, layer, held, visit):
        """Nodes reached from the layer's output, in order, up to held outputs and kept values."""
        changed, pending = {layer.post}, set(self.readers.get(layer.post, []))
        while pending:
            i = min(pending)
            pending.remove(i)
            node = self.model.nodes[i]
            visit(node, changed)
            for name in node.output:
                if name not in changed and name not in held and name not in self.kept:
                    changed.add(name)
                    pending.update(self.readers.get(name, []))

    def run(self, layer, held, units):
        """{index of a layer: differences [len(units), its units]} when units are disturbed."""
        at, found = {}, {}
        value = self.base[layer.post].clone()
        axis = layer.axis % value.dim()
        rows = INPUTS * DRAWS
        size = 10 * (1 + value.abs().max())
        for k, unit in enumerate(units):
            part = value[k * rows:(k + 1) * rows].select(axis, unit)
            part += size * torch.randn(part.shape, generator=self.generator, dtype=part.dtype)
        at[layer.post] = value

        def visit(node, changed):
            inputs = [None if not i else at[i] if i in changed else self.base[i]
                      for i in node.input]
            for name, v in zip(node.output, self.outputs(node, inputs)):
                at[name] = v
                if name in self.pre:
                    to = self.pre[name]
                    d = (v - self.base[name]).abs().movedim(to.axis, -1)
                    d = d.reshape(UNITS, -1, to.units).amax(1)[:len(units)]
                    found[to.index] = d / (1 + self.base[name].abs().max())
        self.spread(layer, held, visit)
        return found

    def matrix(self, layer, held):
        """{index of a layer: bool [units, its units]}."""
        parts = [self.run(layer, held, range(u, min(u + UNITS, layer.units)))
                 for u in range(0, layer.units, UNITS)]
        found = {}
        for to in parts[0]:
            d = torch.cat([p[to] for p in parts])
            doubtful = (d > 1e-15) & (d < 1e-12)
            if doubtful.any():
                raise AssertionError(f"layers {layer.index} and {to}: neither 0 nor a change")
            found[to] = (d >= 1e-12).numpy()
        return found

    def via(self, layer, held):
        """{index of a layer: pure, mixed or convention}."""
        pure, crossed, found = {layer.post}, set(), {}

        def visit(node, changed):
            reads = [i for i in node.input if i in changed]
            mixes = self.mixes(node)
            ways = (any(i in pure for i in reads) and not mixes,
                    any(i in crossed for i in reads) or mixes)
            for name in node.output:
                if ways[0]:
                    pure.add(name)
                if ways[1]:
                    crossed.add(name)
                if name in self.pre:
                    found[self.pre[name].index] = {
                        (True, False): "pure", (True, True): "mixed"}.get(ways, "convention")
        self.spread(layer, held, visit)
        return found

    def mixes(self, node):
        """Is it part of an operator that follows a convention?"""
        if node.op_type in MIXING or set(node.input) & self.kept:
            return True
        reads = set(self.model.runtime(node))
        return (node.op_type in ("MatMul", "Mul") and len(reads) == 2
                and node.output[0] not in self.model.activations)


def written(matrix):
    if matrix.all():
        return "all"
    if matrix.shape[0] == matrix.shape[1] and np.array_equal(matrix, np.eye(len(matrix)) > 0):
        return "same"
    return ",".join(row.tobytes().hex() for row in np.packbits(matrix, axis=1))


def pairs(trace, held, layers):
    """{(I, J): (via, how)} for pairs of `layers` with a unit that feeds another."""
    found = {}
    wanted = {layer.index for layer in layers}
    for layer in layers:
        via = trace.via(layer, held)
        for to, matrix in trace.matrix(layer, held).items():
            if to in wanted and matrix.any():
                found[layer.index, to] = via[to], written(matrix)
    return found


def trace(path, name):
    generator = torch.Generator().manual_seed(1)
    t = Trace(path, generator)
    layers = t.model.units
    lines = [("layer", v.index, v.node, v.weight, v.kind, v.units, v.pre, v.post)
             for v in layers]
    feeds = pairs(t, {v.post for v in layers}, layers)
    lines += [("feeds", *key, *value) for key, value in sorted(feeds.items())]
    plain = [v for v in layers if v.kind != "depthwise"]
    if len(plain) < len(layers):
        through = pairs(t, {v.post for v in plain}, plain)
        lines += [("through", *key, *value) for key, value in sorted(through.items())
                  if feeds.get(key) != value]
    with open(f"{OUT}/{name}.tsv", "w", encoding="utf-8") as f:
        f.writelines("\t".join(map(str, line)) + "\n" for line in lines)
    print(f"{name}: {len(layers)} layers, {len(feeds)} pairs", flush=True)


@torch.no_grad()
def main():
    torch.set_num_threads(1)
    os.makedirs(OUT, exist_ok=True)
    for path in sys.argv[1:] or fixtures():
        name = os.path.basename(path)[:-5]
        if name not in REFUSED:
            trace(path, ("planted-" if "/planted/" in path else "") + name)


if __name__ == "__main__":
    main()
