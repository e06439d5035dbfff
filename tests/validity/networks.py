"""Networks whose parts are known, trained at run time: none was used to choose a statistic.

Each is made of independent parts. A stacked image shows an item of Fashion-MNIST in the place of
one part, and the others are blank. With a leak, weights between the parts are given back: random
ones whose size is that fraction of the size of the weights within parts, before training, and free
to be trained.
"""
import os
import sys

import numpy as np
import torch
from torch import nn

from common import ROOT, cached, section, shell

sys.path.insert(0, os.path.join(ROOT, "fixtures"))
import fashion_mnist  # noqa: E402


def stack(images, labels, parts, classes):
    """Floats [n, parts, 28, 28] of the first `classes` classes, and their labels."""
    known = labels < classes
    images, labels = images[known], labels[known].astype(np.int64)
    x = np.zeros((len(images), parts, 28, 28), np.float32)
    x[np.arange(len(images)), labels // (classes // parts)] = images / np.float32(255)
    return x, labels


class Mlp(nn.Module):
    """Parts of an MLP: `widths` units a part in each hidden layer."""

    def __init__(self, widths, parts, classes, act, leak, generator):
        super().__init__()
        self.parts, self.act, self.mask = parts, act, []
        sizes = [784 * parts, *[w * parts for w in widths], classes]
        self.layers = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])])
        for layer in self.layers:
            plant(layer.weight, parts, leak, generator)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        x = x.flatten(1)
        for layer in self.layers[:-1]:
            x = self.act(layer(x))
        return self.layers[-1](x)


class Cnn(nn.Module):
    """Parts of a convolutional network: `widths` channels a part, then pooling over space."""

    def __init__(self, widths, kernel, parts, classes, act, leak, generator):
        super().__init__()
        self.parts, self.act = parts, act
        sizes = [parts, *[w * parts for w in widths]]
        self.layers = nn.ModuleList([nn.Conv2d(a, b, kernel, 2, kernel // 2)
                                     for a, b in zip(sizes, sizes[1:])])
        self.layers.append(nn.Linear(sizes[-1], classes))
        for layer in self.layers:
            plant(layer.weight, parts, leak, generator)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = self.act(layer(x))
        return self.layers[-1](x.mean((2, 3)))


def between(shape, parts):
    """True for the weights [to, from, ...] that join two parts."""
    to, start = (np.arange(n) * parts // n for n in shape[:2])
    return torch.from_numpy(to[:, None] != start[None]).reshape(*shape[:2], *[1] * (len(shape) - 2))


@torch.no_grad()
def plant(w, parts, leak, generator):
    """Usual weights within parts (of the fan-in of a part), `leak` times as large ones between."""
    fan = w[0].numel() / parts
    w.uniform_(-1, 1, generator=generator).mul_((3 / fan) ** 0.5)
    apart = between(w.shape, parts).expand_as(w)
    w[apart] *= leak


def train(net, x, y, epochs, leak, seed, rate=2e-3):
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(net.parameters(), lr=rate)
    masks = [~between(layer.weight.shape, net.parts) for layer in net.layers]
    for _ in range(epochs):
        for rows in torch.randperm(len(x), generator=generator).split(100):
            loss = nn.functional.cross_entropy(net(x[rows]), y[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            if leak == 0:
                with torch.no_grad():
                    for layer, mask in zip(net.layers, masks):
                        layer.weight *= mask


class Probability(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return torch.softmax(self.net(x), 1)


def leaky(x):
    return nn.functional.leaky_relu(x, 0.1)


# name: (parts, classes, leak, how it is made)
FRESH = {
    "mlp-32": (2, 10, 0.0, lambda g, k: Mlp((32, 32), 2, 10, leaky, k, g)),
    "mlp-96-48": (2, 10, 0.0, lambda g, k: Mlp((96, 48), 2, 10, leaky, k, g)),
    "mlp-128-relu": (2, 10, 0.0, lambda g, k: Mlp((128, 128), 2, 10, torch.relu, k, g)),
    "tanh-64": (2, 10, 0.0, lambda g, k: Mlp((64, 64), 2, 10, torch.tanh, k, g)),
    "tanh-64-leak-.1": (2, 10, 0.1, lambda g, k: Mlp((64, 64), 2, 10, torch.tanh, k, g)),
    "tanh-64-leak-.2": (2, 10, 0.2, lambda g, k: Mlp((64, 64), 2, 10, torch.tanh, k, g)),
    "cnn-16-24": (3, 9, 0.0, lambda g, k: Cnn((16, 24), 5, 3, 9, torch.relu, k, g)),
    "cnn-10-10-10": (3, 9, 0.0, lambda g, k: Cnn((10, 10, 10), 3, 3, 9, leaky, k, g)),
}


def layer_names(path):
    """Name of each hidden layer of an ONNX file, as broca names it, and its units."""
    out = cached("layers.brc")
    shell(f"extract-weights -q '{path}' >'{out}'")
    a = section(out, "units").arrays
    return {name.decode(): int(units) for name, units, role in
            zip(a["layer/name"], a["layer/units"], a["layer/role"]) if role == b"hidden"}


def make(name, folder, seed=0, train_images=12000, epochs=4, per_class=50):
    """Train one and write NAME.onnx and NAME.npz into the folder; paths, parts, classes, accuracy."""
    parts, classes, leak, build = FRESH[name]
    model, data = (os.path.join(folder, f"{name}.{kind}") for kind in ("onnx", "npz"))
    os.makedirs(folder, exist_ok=True)
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(1000 + seed)
    net = build(generator, leak)
    images, labels = fashion_mnist.load("train")
    train(net, *stack(images[:train_images], labels[:train_images], parts, classes), epochs, leak,
          seed)
    images, labels = fashion_mnist.load("t10k")
    chosen = fashion_mnist.first_of_each_class(labels, per_class)
    x, y = stack(images[chosen], labels[chosen], parts, classes)
    with torch.no_grad():
        accuracy = (net(torch.from_numpy(x)).argmax(1).numpy() == y).mean()
    np.savez(data, images=x, labels=y.astype(np.int32))
    torch.onnx.export(Probability(net).eval(), torch.zeros(2, parts, 28, 28), model,
                      opset_version=13, input_names=["image"], output_names=["probability"],
                      dynamic_axes={"image": {0: "N"}, "probability": {0: "N"}})
    return model, data, parts, classes, accuracy


def truth(model, parts):
    """The part of each unit, by layer."""
    return {layer: np.arange(units) * parts // units for layer, units in layer_names(model).items()}
