"""Golden values of every task, from torch: right answers and losses, units silenced.

    /usr/bin/python3 tests/oracle/tasks.py      (from the root of the repository)

writes small networks of random weights, tests/golden/net/tasks/NAME.onnx, and
tests/golden/net/tasks.npz. Of each network NAME it holds
    NAME.x          the images, or tokens <i4 [n, T]
    NAME.y          class numbers [n], [n, H, W] or [n, T], marks |u1 [n, K], or targets <f4 [n, K];
                    255 or -100 where a place has no class
    NAME.1, NAME.2  [units] of the first and the second hidden layer: 1 where silenced
    NAME.correct    [3, cells] right answers: of the whole network, and with each silenced
    NAME.loss       [3, cells] summed losses; torch's own, of scores in double precision
    NAME.margin     [3, cells] summed margins; not of regression
Cells are classes, labels or outputs.
"""
import os
import warnings

import numpy as np
import torch
from torch import nn
from torch.nn import functional as f

warnings.filterwarnings("ignore")
OUT = "tests/golden/net/tasks"
IMAGES = 60


def dense(outputs):
    return [nn.Linear(6, 10), nn.ReLU(), nn.Linear(10, 8), nn.ReLU(), nn.Linear(8, outputs)]


def convolutions(outputs):
    return [nn.Conv2d(2, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 6, 3, padding=1), nn.ReLU(),
            nn.Conv2d(6, outputs, 1)]


class Squeeze(nn.Module):
    def forward(self, x):
        return x.squeeze(-1)


class ChannelsLast(nn.Module):
    def forward(self, x):
        return x.permute(0, 2, 3, 1)


def cells(which, n, *answers):
    """Sums by cell: `which` says of each answer to which it belongs."""
    return [[float(a[which == c].sum()) for c in range(n)] for a in answers]


def by_class(scores, y):
    """Scores [n, C, ...] before any softmax."""
    best = scores.topk(2, 1).values
    assert (best[:, 0] - best[:, 1]).min() > 1e-6, "an answer depends on rounding"
    own = scores.gather(1, y.unsqueeze(1))
    others = scores.scatter(1, y.unsqueeze(1), -torch.inf).amax(1, keepdim=True)
    return cells(y, scores.shape[1], scores.argmax(1) == y,
                 f.cross_entropy(scores, y, reduction="none"), (own - others).squeeze(1))


def by_known_class(scores, y):
    """As by_class, but some y are no class: torch ignores them."""
    ignored = int(y[(y < 0) | (y >= scores.shape[1])][0])
    known = y != ignored
    flat = scores.movedim(1, -1)[known]
    found = by_class(flat, y[known])
    whole = f.cross_entropy(scores, y, reduction="sum", ignore_index=ignored)
    assert abs(sum(found[1]) - whole) < 1e-9 * whole
    return found


def by_known_token(scores, y):
    return by_known_class(scores.movedim(-1, 1), y)


def by_known_score(scores, y):
    known = (y == 0) | (y == 1)
    return by_score(scores.reshape(y.shape)[known], y[known])


def by_score(scores, y):
    """One score before any sigmoid, of the shape of the classes."""
    scores = scores.reshape(y.shape)
    assert scores.abs().min() > 1e-6, "an answer depends on rounding"
    loss = f.binary_cross_entropy_with_logits(scores, y.double(), reduction="none")
    return cells(y, 2, (scores > 0) == (y == 1), loss, torch.where(y == 1, scores, -scores))


def by_label(scores, y):
    assert scores.abs().min() > 1e-6, "an answer depends on rounding"
    loss = f.binary_cross_entropy_with_logits(scores, y.double(), reduction="none")
    margin = torch.where(y == 1, scores, -scores)
    return [a.sum(0).tolist() for a in ((scores > 0) == (y == 1), loss, margin)]


def by_output(scores, y):
    loss = f.mse_loss(scores, y.double(), reduction="none").sum(0).tolist()
    return [0] * y.shape[1], loss, [np.nan] * y.shape[1]


# name: layers up to the scores, what comes after them, the truth, how it is scored, opset
def cases(random):
    marks = (random.random((IMAGES, 5)) < 0.4).astype(np.uint8)
    numbers = random.normal(0, 1, (IMAGES, 3)).astype(np.float32)
    two, four = random.integers(0, 2, IMAGES), random.integers(0, 4, IMAGES)
    places = random.integers(0, 4, (IMAGES, 5, 5))
    more = np.random.default_rng(7)  # so that what was there before stays the same
    some = np.where(more.random(places.shape) < 0.3, 255, places)
    few = np.where(more.random(places.shape) < 0.6, -100, places % 2)
    next_token = np.where(more.random((IMAGES, 7)) < 0.4, -100, more.integers(0, 5, (IMAGES, 7)))
    return {
        "classes-sigmoid": (dense(4), [nn.Sigmoid()], four, by_class, 13),
        "binary-sigmoid": (dense(1), [nn.Sigmoid()], two, by_score, 13),
        "binary-squeezed": (dense(1), [Squeeze()], two, by_score, 13),
        "labels": (dense(5), [], marks, by_label, 13),
        "labels-sigmoid": (dense(5), [nn.Sigmoid()], marks, by_label, 13),
        "regression": (dense(3), [], numbers, by_output, 13),
        "regression-one": (dense(1), [], numbers[:, :1], by_output, 13),
        "places": (convolutions(4), [], places, by_class, 13),
        "places-softmax": (convolutions(4), [nn.Softmax(1)], places, by_class, 13),
        "places-softmax-11": (convolutions(4), [nn.Softmax(1)], places, by_class, 11),
        "places-last": (convolutions(4), [ChannelsLast()], places, by_class, 13),
        "places-sigmoid": (convolutions(1), [nn.Sigmoid()], places % 2, by_score, 13),
        "places-ignored": (convolutions(4), [], some, by_known_class, 13),
        "places-sigmoid-ignored": (convolutions(1), [nn.Sigmoid()], few, by_known_score, 13),
        "tokens-ignored": ([nn.Embedding(9, 6), *dense(5)], [], next_token, by_known_token, 13),
    }


def silenced(layers, x, at, mask):
    """Scores in double precision; the units of `mask` are 0 behind the activation `at`."""
    for i, layer in enumerate(layers):
        x = layer(x)
        if i == at:
            x = x * (1 - torch.from_numpy(mask)).reshape(-1, *[1] * (2 if x.dim() == 4 else 0))
    return x


def write(name, case, random, out):
    layers, ending, truth, score, opset = case
    shape = (2, 5, 5) if isinstance(layers[0], nn.Conv2d) else (6,)
    tokens = isinstance(layers[0], nn.Embedding)
    x = torch.from_numpy(random.integers(0, 9, truth.shape) if tokens else
                         random.normal(0, 2, (IMAGES, *shape)).astype(np.float32))
    net = nn.Sequential(*layers, *ending).eval()
    torch.onnx.export(net, x, f"{OUT}/{name}.onnx", opset_version=opset, input_names=["x"],
                      output_names=["y"], dynamic_axes={"x": {0: "N"}, "y": {0: "N"}})
    y = torch.from_numpy(truth)
    deep = nn.Sequential(*layers).double()
    first = int(tokens)
    masks = [(random.random(layers[first + i].weight.shape[0]) < 0.5).astype(np.uint8)
             for i in (0, 2)]
    runs = [(-1, masks[0]), (first + 1, masks[0]), (first + 3, masks[1])]
    found = [score(silenced(deep, x if tokens else x.double(), at, mask), y) for at, mask in runs]
    out.update({f"{name}.x": x.numpy().astype(np.int32) if tokens else x.numpy(),
                f"{name}.y": truth.astype(np.int32) if truth.dtype == np.int64 else truth,
                f"{name}.1": masks[0], f"{name}.2": masks[1],
                f"{name}.correct": np.array([c for c, _, _ in found], np.int32),
                f"{name}.loss": np.array([loss for _, loss, _ in found])})
    if score is not by_output:
        out[f"{name}.margin"] = np.array([margin for _, _, margin in found])


def main():
    os.makedirs(OUT, exist_ok=True)
    torch.manual_seed(6)
    random = np.random.default_rng(6)
    out = {}
    with torch.no_grad():
        for name, case in cases(random).items():
            write(name, case, random, out)
    np.savez_compressed(f"{OUT}.npz", **out)


if __name__ == "__main__":
    main()
