"""Cases of exports.py: axes that are dynamic or fixed, inputs and outputs by name."""
import torch
from torch import nn
from torch.nn import functional

from exports import CASES, Case


class Mlp(nn.Module):
    def __init__(self, inputs=12, hidden=10, classes=4):
        super().__init__()
        self.first = nn.Linear(inputs, hidden)
        self.second = nn.Linear(hidden, hidden)
        self.last = nn.Linear(hidden, classes)

    def forward(self, x):
        return self.last(torch.relu(self.second(torch.relu(self.first(x.flatten(1))))))


def mlp_edges(net):
    return {("first", "second"): net.second.weight.abs().T,
            ("second", "last"): net.last.weight.abs().T}


CASES.append(Case("mlp-dynamic-batch", Mlp, {"x": torch.randn(7, 12)}, axes={"x": {0: "n"}},
                  edges=mlp_edges, fixture=13))
CASES.append(Case("mlp-fixed-batch", Mlp, {"x": torch.randn(7, 12)}, batch=1, edges=mlp_edges))
