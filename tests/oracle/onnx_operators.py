"""Operators of convolutional and token networks in torch, as the ONNX specification has them.

OPERATORS[op](x, a) takes the inputs (None: left out) and attributes of a node and gives the
list of its outputs. Imported by onnx_torch.py, which has those of dense networks.
"""
import numpy as np
import torch
from onnx.mapping import TENSOR_TYPE_TO_NP_TYPE
from onnx.numpy_helper import to_array
from torch.nn import functional

from opset23 import attention

FILL = {b"constant": "constant", b"reflect": "reflect", b"edge": "replicate"}


def pads(x, a, sides):
    """x padded as `pads` or `auto_pad` says, with the value that the operator ignores."""
    auto = a.get("auto_pad", b"NOTSET")
    if auto not in (b"NOTSET", b"VALID"):
        raise ValueError(f"no rule for auto_pad {auto}")
    before_after = a.get("pads", [0] * 2 * sides)
    flat = []
    for i in reversed(range(sides)):
        flat += [before_after[i], before_after[sides + i]]
    return flat


def conv(x, a):
    sides = x[0].dim() - 2
    run = {1: functional.conv1d, 2: functional.conv2d}[sides]
    ones = [1] * sides
    return [run(functional.pad(x[0], pads(x[0], a, sides)), x[1], x[2],
                stride=a.get("strides", ones), dilation=a.get("dilations", ones),
                groups=a.get("group", 1))]


def batch_norm(x, a):
    if a.get("training_mode", 0):
        raise ValueError("BatchNormalization in training mode")
    return [functional.batch_norm(x[0], x[3], x[4], x[1], x[2], False, 0, a.get("epsilon", 1e-5))]


def layer_norm(x, a, mean=None, rate=None):
    """Means and reciprocal deviations may be given; they are the second and third output."""
    axes = list(range(a.get("axis", -1) % x[0].dim(), x[0].dim()))
    if mean is None:
        mean = x[0].mean(axes, True)
        rate = (x[0] - mean).square().mean(axes, True).add(a.get("epsilon", 1e-5)).rsqrt()
    y = (x[0] - mean) * rate * x[1]
    return [y if x[2] is None else y + x[2], mean, rate]


def max_pool(x, a):
    sides = x[0].dim() - 2
    if a.get("ceil_mode", 0) or any(d != 1 for d in a.get("dilations", [])):
        raise ValueError("no rule for ceil_mode or dilations")
    run = {1: functional.max_pool1d, 2: functional.max_pool2d}[sides]
    padded = functional.pad(x[0], pads(x[0], a, sides), value=float("-inf"))
    return [run(padded, a["kernel_shape"], a.get("strides", [1] * sides))]


def average_pool(x, a):
    sides = x[0].dim() - 2
    if a.get("ceil_mode", 0):
        raise ValueError("no rule for ceil_mode")
    run = {1: functional.avg_pool1d, 2: functional.avg_pool2d}[sides]
    edges = pads(x[0], a, sides)
    kernel, strides = a["kernel_shape"], a.get("strides", [1] * sides)
    y = run(functional.pad(x[0], edges), kernel, strides)
    if any(edges) and not a.get("count_include_pad", 0):
        y = y / run(functional.pad(torch.ones_like(x[0]), edges), kernel, strides)
    return [y]


def pad(x, a):
    mode, n = FILL[a.get("mode", b"constant")], x[0].dim()
    before_after = x[1].tolist()
    sides = n if mode == "constant" else n - 2
    if any(before_after[i] or before_after[n + i] for i in range(n - sides)):
        raise ValueError("no rule for reflected images or channels")
    flat = []
    for i in reversed(range(n - sides, n)):
        flat += [before_after[i], before_after[n + i]]
    if mode != "constant":
        return [functional.pad(x[0], flat, mode)]
    return [functional.pad(x[0], flat, value=0 if x[2] is None else x[2].item())]


def gather(x, a):
    axis = a.get("axis", 0) % x[0].dim()
    chosen = torch.where(x[1] < 0, x[1] + x[0].shape[axis], x[1])
    y = x[0].index_select(axis, chosen.flatten())
    return [y.reshape(x[0].shape[:axis] + chosen.shape + x[0].shape[axis + 1:])]


def clip(x, a):
    low, high = (x[1], x[2]) if x[1] is not None or x[2] is not None else (
        a.get("min"), a.get("max"))
    y = x[0] if low is None else x[0].clamp(min=float(low))
    return [y if high is None else y.clamp(max=float(high))]


def cast(x, a):
    kind = torch.from_numpy(np.zeros(1, TENSOR_TYPE_TO_NP_TYPE[a["to"]])).dtype
    floats = kind.is_floating_point and x[0].is_floating_point()
    return [x[0] if floats else x[0].to(kind)]  # the precision of the whole run is kept


def filled(x, a):
    value = torch.from_numpy(to_array(a["value"]).copy()) if "value" in a else torch.zeros(1)
    return [value.expand(x[0].tolist()).clone()]


def divide(x, _):
    if x[0].is_floating_point():
        return [x[0] / x[1]]
    return [torch.div(x[0], x[1], rounding_mode="trunc")]


def unsqueeze(x, a):
    axes = a["axes"] if x[1] is None else x[1].tolist()
    rank = x[0].dim() + len(axes)
    y = x[0]
    for axis in sorted(axis % rank for axis in axes):
        y = y.unsqueeze(axis)
    return [y]


def squeeze(x, a):
    axes = a.get("axes") if x[1] is None else x[1].tolist()
    y = x[0]
    for axis in sorted((axis % y.dim() for axis in axes), reverse=True):
        y = y.squeeze(axis)
    return [y]


def mean(x, a):
    axes = a.get("axes") if len(x) < 2 or x[1] is None else x[1].tolist()
    axes = axes or list(range(x[0].dim()))
    return [x[0].mean(axes, bool(a.get("keepdims", 1)))]


OPERATORS = {
    "Attention": attention, "Conv": conv, "BatchNormalization": batch_norm,
    "LayerNormalization": layer_norm, "MaxPool": max_pool, "AveragePool": average_pool, "Pad": pad, "Gather": gather,
    "Clip": clip, "Cast": cast, "ConstantOfShape": filled, "Div": divide,
    "Sum": lambda x, a: [sum(v for v in x if v is not None)],
    "Max": lambda x, a: [torch.stack([v for v in x if v is not None]).amax(0)],
    "Min": lambda x, a: [torch.stack([v for v in x if v is not None]).amin(0)],
    "PRelu": lambda x, a: [torch.where(x[0] < 0, x[0] * x[1], x[0])],
    "Unsqueeze": unsqueeze, "Squeeze": squeeze, "ReduceMean": mean,
    "GlobalAveragePool": lambda x, a: [x[0].mean(list(range(2, x[0].dim())), True)],
    "HardSigmoid": lambda x, a: [(a.get("alpha", 0.2) * x[0] + a.get("beta", 0.5)).clamp(0, 1)],
    "HardSwish": lambda x, a: [x[0] * (x[0] / 6 + 0.5).clamp(0, 1)],
    "Erf": lambda x, a: [torch.erf(x[0])],
    "Sqrt": lambda x, a: [x[0].sqrt()],
    "Sub": lambda x, a: [x[0] - x[1]],
    "Pow": lambda x, a: [x[0] ** x[1]],
    "Transpose": lambda x, a: [x[0].permute(a.get("perm", list(range(x[0].dim()))[::-1]))],
    "Shape": lambda x, a: [torch.tensor(x[0].shape)],
    "Equal": lambda x, a: [x[0] == x[1]],
    "Where": lambda x, a: [torch.where(*x[:3])],
    "Expand": lambda x, a: [x[0] * torch.ones(x[1].tolist(), dtype=x[0].dtype)],
}
