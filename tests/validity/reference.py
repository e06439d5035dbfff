"""Probability F with torch and NumPy, from the model alone: an oracle that shares nothing with broca.

Lesions(path, x, y).statistics(layer, units) silences the units, runs the rest of the network again,
and returns F, and by class U and t, as docs/method.md defines them.
"""
import os
import sys

import numpy as np
import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))
from onnx_torch import Network  # noqa: E402


class Lesions:
    """A network on images x [n, ...] (floats) with classes y [n]."""

    def __init__(self, path, x, y):
        torch.set_num_threads(1)
        self.net, self.y = Network(path), np.asarray(y)
        with torch.no_grad():
            self.base = self.net.run(torch.as_tensor(x))
        self.p0 = self.probability(self.base)
        self.posts = self.find_layers()

    def probability(self, at):
        """Softmax outputs [n, C], as doubles; the output may be logits or probabilities."""
        out = at[self.net.output].double()
        last = self.net.nodes[-1].op_type
        return (out if last == "Softmax" else torch.softmax(out, 1)).numpy()

    def find_layers(self):
        """Layer to the value behind it and its activation, without the output layer."""
        found = {}
        for node in self.net.nodes:
            if node.op_type in ("Conv", "Gemm"):
                value, user = node.output[0], self.net.user(node.output[0])
                if user is not None and user.op_type in ("Relu", "LeakyRelu", "Tanh"):
                    value = user.output[0]
                    found[node.name] = value
        return found

    def lesioned(self, layer, units):
        """Softmax outputs with the units of the layer silenced."""
        post = self.posts[layer]
        first = next(i for i, n in enumerate(self.net.nodes) if post in n.output) + 1
        keep = torch.ones(self.base[post].shape[1])
        keep[units] = 0
        keep = keep.reshape(1, -1, *[1] * (self.base[post].dim() - 2))
        with torch.no_grad():
            return self.probability(self.net.run_from(
                first, {**self.base, post: self.base[post] * keep}))

    def statistics(self, layer, units):
        """F, U [C], t [C] of silencing the units."""
        return probability_f(self.lesioned(layer, units) - self.p0, self.y)


def probability_f(delta, y):
    """F, U [C], t [C] of changes delta [n, C]; classes of fewer than two images are left out."""
    classes = [c for c in range(delta.shape[1]) if (y == c).sum() >= 2]
    image = np.isin(y, classes)
    u = delta[np.arange(len(y)), y] - delta.mean(0)[y]
    u_mean = np.full(delta.shape[1], np.nan)
    between = within = 0.0
    n, grand = image.sum(), u[image].mean()
    for c in classes:
        own = u[y == c]
        u_mean[c] = own.mean()
        between += len(own) * (u_mean[c] - grand) ** 2
        within += ((own - u_mean[c]) ** 2).sum()
    between /= len(classes) - 1
    within /= n - len(classes)
    t = u_mean / np.sqrt(max(within, 1e-12) * len(classes) / n)
    return (0.0 if between < 1e-14 else between / max(within, 1e-12)), u_mean, t

