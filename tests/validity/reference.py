"""Probability F with torch and NumPy, from the model alone: an oracle that shares nothing with broca.

specificity(path, x, y, groups) silences groups of units, runs the rest of the network again, and
returns for each group F, and by class U and t, as docs/method.md defines them.
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


def p_values(draws, tail=1):
    """p of draw 0 among draws [n + 1, m]: large values are extreme, ties against significance."""
    return (draws >= draws[0]).mean(0) if tail > 0 else (draws <= draws[0]).mean(0)


def max_t(draws):
    """Step-down max-T p-values of draws [n + 1, m], large values extreme."""
    sd = draws.std(0)
    t = (draws - draws.mean(0)) / np.where(sd > 0, sd, 1)
    p, largest = np.zeros(t.shape[1]), 0.0
    order = np.argsort(-t[0])
    for i, m in enumerate(order):
        largest = max(largest, (t[:, order[i:]].max(1) >= t[0, m]).mean())
        p[m] = largest
    return p


def omnibus(draws):
    """Omnibus permutation p of draws [n + 1, m]."""
    rank = (draws[None] > draws[:, None]).sum(1) + (draws[None] == draws[:, None]).sum(1) / 2
    s = -np.log(rank / len(draws)).mean(1)
    return (s >= s[0] - 1e-12).mean()


def partition_draws(lesions, labels, draws, seed):
    """F [draws + 1, groups], t [draws + 1, groups, C], and the groups; draw 0 is `labels`.

    labels: {layer: array of labels}. The labels of a layer are permuted, as broca's controls are.
    """
    rng = np.random.default_rng(seed)
    groups = [(layer, c) for layer, label in labels.items() for c in np.unique(label) if c >= 0]
    f = np.zeros((draws + 1, len(groups)))
    t = np.zeros((draws + 1, len(groups), lesions.p0.shape[1]))
    for b in range(draws + 1):
        at = {layer: label if b == 0 else rng.permutation(label) for layer, label in labels.items()}
        for g, (layer, c) in enumerate(groups):
            f[b, g], _, t[b, g] = lesions.statistics(layer, np.flatnonzero(at[layer] == c))
    return f, t, groups
