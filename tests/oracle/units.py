"""Layers of units in a model of ONNX: where each is made and where it ends. Imported.

A layer is a node Conv, Gemm or MatMul with a constant kernel. Its units are the channels or
features of the node's output. `pre` is the value after the bias; `post`, the units' output, is
the value after the BatchNormalization and activations that follow directly and exclusively: a
subgraph of elementwise operators that starts from one value and has no other but constants
(SiLU as x times Sigmoid of x, GELU with its Erf) is one activation.
"""
from collections import namedtuple

import torch

from onnx_torch import Network

ELEMENTWISE = {"Relu", "LeakyRelu", "Sigmoid", "Tanh", "Dropout", "Identity", "Clip",
               "HardSigmoid", "HardSwish", "Erf", "Add", "Sub", "Mul", "Div", "Pow", "Sqrt"}

# index counts from 1 in the order of the nodes; kind is conv, depthwise or dense; axis is that
# of the units in pre and post, from the front for Conv (1), from the back else (-1)
Layer = namedtuple("Layer", "index node weight kind axis units pre post")


class Model(Network):
    """A model run in double precision, with its layers of units in `units`."""

    def __init__(self, path):
        super().__init__(path)
        for name, value in self.constants.items():
            if value.is_floating_point():
                self.constants[name] = value.double()
        self.activations = set()  # values inside activations, their ends included
        found = [self.unit_layer(n) for n in self.nodes
                 if n.op_type in ("Conv", "Gemm", "MatMul") and n.input[1] in self.constants]
        self.units = [layer._replace(index=i) for i, layer in enumerate(found, 1)]

    def runtime(self, node):
        return [i for i in node.input if i and i not in self.constants]

    def users(self, value):
        """Nodes that use `value`; None stands for the world, if it is the model's output."""
        users = [n for n in self.nodes if value in n.input]
        return users + [None for o in self.graph.output if o.name == value]

    def after(self, value):
        """The next value that all uses of `value` end in, or None."""
        users = self.users(value)
        if len(users) == 1 and users[0] is not None and users[0].op_type == "BatchNormalization":
            return users[0].output[0]
        inside, open_ends = {value}, {value}
        for node in self.nodes:
            reads = set(self.runtime(node))
            if node.op_type in ELEMENTWISE and reads and reads <= inside:
                inside.add(node.output[0])
                open_ends.add(node.output[0])
                closed = {v for v in open_ends if v != node.output[0] and all(
                    u is not None and u.output[0] in inside for u in self.users(v))}
                if open_ends - closed == {node.output[0]}:
                    self.activations |= inside
                    return node.output[0]
        return None

    def unit_layer(self, node):
        weight = self.constants[node.input[1]]
        pre, kind, axis = node.output[0], "dense", -1
        transposed = any(a.name == "transB" and a.i for a in node.attribute)
        units = weight.shape[0] if transposed else weight.shape[1]
        if node.op_type == "Conv":
            group = next((a.i for a in node.attribute if a.name == "group"), 1)
            kind = "depthwise" if weight.shape[1] == 1 and group > 1 else "conv"
            axis, units = 1, weight.shape[0]
        users = self.users(pre)
        if node.op_type == "MatMul" and len(users) == 1 and users[0] is not None and (
                users[0].op_type == "Add" and len(self.runtime(users[0])) == 1):
            pre = users[0].output[0]
        post, following = pre, self.after(pre)
        while following is not None:
            post, following = following, self.after(following)
        return Layer(0, node.name, node.input[1], kind, axis, units, pre, post)

    def scaled(self, masks):
        """A change for run(): units where masks[layer] is 0 are silenced."""
        by_post = {layer.post: layer for layer in masks}

        def change(name, value):
            if name not in by_post:
                return value
            layer = by_post[name]
            shape = [1] * value.dim()
            shape[layer.axis] = -1
            return value * torch.as_tensor(masks[layer], dtype=value.dtype).reshape(shape)
        return change
