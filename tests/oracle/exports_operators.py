"""Cases of exports.py: functions, sums and norms, places and positions that exports write."""
import torch
from torch import nn
from torch.nn import functional

from exports import CASES, Case
from exports_axes import images

GROWN = (16, 17)  # operator sets with GridSample


def add(name, make, inputs, **more):
    CASES.append(Case(name, make, inputs, **more))


class Functions(nn.Module):
    """A function behind each layer: all of them are 0 at 0."""

    ALL = [functional.mish, lambda x: functional.celu(x, 0.7), functional.hardshrink,
           lambda x: functional.softshrink(x, 0.2), torch.atan, lambda x: torch.tan(x / 8),
           lambda x: torch.asin(x / 16), torch.sign, lambda x: torch.round(4 * x),
           torch.sin,
           lambda x: functional.gelu(x, approximate="tanh")]

    def __init__(self):
        super().__init__()
        self.layer = nn.ModuleList(nn.Linear(6, 6) for _ in self.ALL)
        self.last = nn.Linear(6, 4)

    def forward(self, x):
        for layer, function in zip(self.layer, self.ALL):
            x = function(layer(x))
        return self.last(x)


def function_edges(net):
    return {(f"layer.{i}", f"layer.{i + 1}"): net.layer[i + 1].weight.abs().T
            for i in range(len(net.layer) - 1)}


class Summaries(nn.Module):
    """A sequence as sums, products and norms of its steps."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(5, 6)
        self.last = nn.Linear(42, 4)

    def forward(self, x):
        x = torch.tanh(self.first(x))
        parts = [x.logsumexp(1), x.norm(1, 1), x.norm(2, 1), (x + 1).prod(1), x.square().sum(1),
                 x.topk(2, 1)[0][:, 1], x.cumsum(1)[:, 2]]
        return self.last(torch.cat(parts, 1))


class Positions(nn.Module):
    """Positions by Range, triangles by Trilu, repeats by Tile; tokens and what they leave over."""

    def __init__(self):
        super().__init__()
        self.at = nn.Embedding(12, 6)
        self.first = nn.Linear(12, 8)
        self.last = nn.Linear(8, 4)

    def forward(self, x):
        steps = x.shape[1]
        rows = functional.one_hot(x % 5, 5).float()
        rows = torch.cat([rows, (x // 5).float().unsqueeze(-1)], -1)
        seen = torch.tril(torch.ones(steps, steps))
        rows = (seen / seen.sum(1, keepdim=True)) @ rows
        where = self.at(torch.arange(steps)).unsqueeze(0).repeat(x.shape[0], 1, 1)
        return self.last(torch.relu(self.first(torch.cat([rows, where], -1))).mean(1))


class Normalised(nn.Module):
    """Groups of channels brought to mean 0, then vectors to length 1."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.norm = nn.GroupNorm(4, 8)
        self.second = nn.Conv2d(8, 6, 3, padding=1)
        self.last = nn.Linear(6, 4)

    def forward(self, x):
        x = self.second(self.norm(torch.relu(self.first(x))))
        return self.last(functional.normalize(torch.relu(x).flatten(2).mean(-1)))


class Warped(nn.Module):
    """A spatial transformer with the same places for all images."""

    def __init__(self, computed):
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3, padding=1)
        self.turn = nn.Linear(4, 6)
        self.second = nn.Conv2d(4, 6, 3)
        self.last = nn.Linear(6, 4)
        ys, xs = torch.meshgrid(torch.linspace(-1.2, 1, 5), torch.linspace(-1, 1.1, 5))
        self.register_buffer("places", torch.stack([xs, ys], -1).unsqueeze(0))
        self.computed = computed

    def forward(self, x):
        x = torch.relu(self.first(x))
        places = self.places.expand(x.shape[0], -1, -1, -1)
        if self.computed:
            turn = torch.tanh(self.turn(x.mean((2, 3)))).reshape(-1, 1, 2, 3)
            ones = torch.ones_like(places[..., :1])
            places = (turn.unsqueeze(1) @ torch.cat([places, ones], -1).unsqueeze(-1)).squeeze(-1)
        x = functional.grid_sample(x, places, padding_mode="border", align_corners=False)
        return self.last(torch.relu(self.second(x)).mean((2, 3)))


class PixelShuffled(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 12, 3, padding=1)
        self.second = nn.Conv2d(3, 6, 3)
        self.last = nn.Linear(6, 4)

    def forward(self, x):
        x = functional.pixel_shuffle(torch.relu(self.first(x)), 2)
        return self.last(torch.relu(self.second(x)).mean((2, 3)))


any_batch = {"x": {0: "n"}, "y": {0: "n"}}
add("functions-of-units", Functions, {"x": images(5, 6)}, axes=any_batch, edges=function_edges,
    sets=(12, 13, 14, 15, 16, 17))
add("summaries", Summaries, {"x": images(4, 7, 5)}, axes=any_batch)
add("positions", Positions, {"x": torch.arange(36).reshape(3, 12) * 7 % 23},
    axes={"x": {0: "n", 1: "steps"}, "y": {0: "n"}}, sets=(14, 15, 16, 17))
add("group-norm", Normalised, {"x": images(3, 3, 6, 6)}, axes=any_batch)
add("grid-sample", lambda: Warped(False), {"x": images(3, 3, 6, 6)}, axes=any_batch, sets=GROWN)
add("grid-sample-computed", lambda: Warped(True), {"x": images(3, 3, 6, 6)}, axes=any_batch,
    sets=GROWN)
add("pixel-shuffle-up", PixelShuffled, {"x": images(3, 3, 4, 4)}, axes=any_batch)
