"""Cases of exports.py: elements that are moved, transposed convolutions, branches, loops, lists."""
from typing import List

import torch
from torch import nn
from torch.nn import functional

from exports import CASES, Case

IMAGES = {"x": torch.randn(5, 3, 8, 8, generator=torch.Generator().manual_seed(1))}
ROWS = {"x": torch.randn(6, 12, generator=torch.Generator().manual_seed(2))}
BATCH = {"x": {0: "n"}}


class Unfold(nn.Module):
    """Patches as im2col makes them, then a linear layer for each."""

    def __init__(self):
        super().__init__()
        self.patch = nn.Linear(27, 6)
        self.last = nn.Linear(54, 4)

    def forward(self, x):
        y = functional.unfold(x, 3, stride=2).transpose(1, 2)
        return self.last(torch.relu(self.patch(y)).flatten(1))


class PixelShuffle(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 16, 3, padding=1)
        self.second = nn.Conv2d(4, 5, 3, padding=1)
        self.last = nn.Linear(5, 4)

    def forward(self, x):
        y = functional.pixel_shuffle(torch.relu(self.first(x)), 2)
        return self.last(torch.relu(self.second(y)).mean((2, 3)))


class Unet(nn.Module):
    """Down, up by transposed convolutions, and joined with what it was."""

    def __init__(self, groups=1):
        super().__init__()
        self.down = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.deep = nn.Conv2d(8, 8, 3, stride=2, padding=1)
        self.up = nn.ConvTranspose2d(8, 6, 3, 2, 1, output_padding=1, groups=groups)
        self.end = nn.ConvTranspose2d(14, 4, 2, 2)
        self.last = nn.Linear(4, 3)

    def forward(self, x):
        a = torch.relu(self.down(x))
        y = torch.relu(self.up(torch.relu(self.deep(a))))
        return self.last(torch.relu(self.end(torch.cat([y, a], 1))).mean((2, 3)))


def unet_edges(net):
    return {("deep", "up"): net.up.weight.abs().sum((2, 3))}


class Assign(nn.Module):
    """Some features are overwritten in place, which is a ScatterND."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(12, 8)
        self.second = nn.Linear(8, 8)
        self.last = nn.Linear(8, 4)

    def forward(self, x):
        a = torch.relu(self.first(x))
        y = a * 2
        y[:, 2:5] = torch.relu(self.second(a))[:, :3]
        y[:, 7] = 0
        return self.last(y)


class Order(nn.Module):
    """Features in another order, by gather and by scatter."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(12, 8)
        self.last = nn.Linear(8, 4)
        self.register_buffer("order", torch.tensor([[7, 6, 5, 4, 3, 2, 1, 0]]))

    def forward(self, x):
        a = torch.relu(self.first(x))
        y = torch.gather(a, 1, self.order.expand(x.shape[0], -1))
        return self.last(torch.zeros_like(y).scatter(1, self.order.expand(x.shape[0], -1), y))


class Keep(nn.Module):
    """Only the strongest three features go on: a mask made by scatter."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(12, 8)
        self.last = nn.Linear(8, 4)

    def forward(self, x):
        y = self.first(x)
        best = y.topk(3, 1).indices
        return self.last(y * torch.zeros_like(y).scatter(1, best, 1.0))


class Chunks(nn.Module):
    """Chunk and split to lists, and a module for each part."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(12, 12)
        self.parts = nn.ModuleList(nn.Linear(4, 3) for _ in range(3))
        self.last = nn.Linear(9, 4)

    def forward(self, x):
        y = torch.relu(self.first(x)).chunk(3, 1)
        z = [torch.relu(p(v)) for p, v in zip(self.parts, y)]
        a, b = torch.cat(z, 1).split([4, 5], 1)
        return self.last(torch.cat([b, a], 1))


def einsum_edges(net):
    return {("first", "second"): net.second.abs().permute(2, 0, 1).reshape(8, 6)}


class Matrices(nn.Module):
    """Linear layers written as einsum: a matrix, several heads, and a matrix for each head."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(12, 8)
        self.second = nn.Parameter(torch.randn(2, 3, 8))
        self.third = nn.Parameter(torch.randn(2, 3, 4))
        self.last = nn.Linear(4, 4)

    def forward(self, x):
        y = torch.relu(torch.einsum("bi,hoi->bho", torch.relu(self.first(x)), self.second))
        return self.last(torch.relu(torch.einsum("bhi,hio->bo", y, self.third)))


class Asks(nn.Module):
    """Scripted: a condition on shapes, and a loop over a list."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(12, 8)
        self.second = nn.Linear(8, 8)
        self.last = nn.Linear(8, 4)

    def forward(self, x):
        y = torch.relu(self.first(x))
        if x.dim() == 2 and x.shape[1] == 12:
            y = torch.relu(self.second(y))
        else:
            y = y * 3
        return self.last(y)


class Turns(nn.Module):
    """Scripted: the same layer again and again, and a list that grows."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(12, 8)
        self.again = nn.Linear(8, 8)
        self.last = nn.Linear(8, 4)

    def forward(self, x):
        y = torch.relu(self.first(x))
        kept: List[torch.Tensor] = []
        for i in range(x.shape[1] // 4):
            y = torch.relu(self.again(y)) * (i + 1)
            kept.append(y)
        return self.last(torch.stack(kept).sum(0))


class Block(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.inner = nn.Linear(n, n)

    def forward(self, x):
        return x + functional.leaky_relu(self.inner(x), 0.25)


class Functions(nn.Module):
    """Modules that are exported as functions of the model."""

    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(Block(12), Block(12))
        self.last = nn.Linear(12, 4)

    def forward(self, x):
        return self.last(self.blocks(x))


CASES.append(Case("unfold", Unfold, IMAGES, axes=BATCH))
CASES.append(Case("pixel-shuffle", PixelShuffle, IMAGES, axes=BATCH))
CASES.append(Case("unet", Unet, IMAGES, axes=BATCH, edges=unet_edges, fixture=13))
CASES.append(Case("unet-groups", lambda: Unet(2), IMAGES, axes=BATCH))
CASES.append(Case("assign", Assign, ROWS, axes=BATCH, fixture=13))
CASES.append(Case("order", Order, ROWS, axes=BATCH))
CASES.append(Case("strongest", Keep, ROWS, axes=BATCH))
CASES.append(Case("chunks", Chunks, ROWS, axes=BATCH))
CASES.append(Case("einsum", Matrices, ROWS, axes=BATCH, sets=(12, 13, 14, 15, 16, 17),
                  unlike=["second", "third"], edges=einsum_edges, fixture=13))
CASES.append(Case("scripted-if", Asks, ROWS, script=True, axes=BATCH, fixture=13))
CASES.append(Case("scripted-loop", Turns, ROWS, script=True, axes=BATCH, fixture=13,
                  unlike=["again", "again#3", "again#4"],
                  sets=(11, 13, 14, 15, 16, 17)))  # torch loses names of weights in set 12
CASES.append(Case("functions", Functions, ROWS, axes=BATCH, sets=(15, 16, 17), fixture=17,
                  export={"export_modules_as_functions": {Block}}))
