"""Quantised networks, as torch exports them (exports.py): by fake quantisation, which training uses.

It becomes QuantizeLinear and DequantizeLinear. torch exports scales by channel from operator set 13
on, and the range -128 to 127 or 0 to 255 alone.
"""
import torch
from torch import nn

from exports import CASES, Case

X = torch.randn(4, 2, 8, 8, generator=torch.Generator().manual_seed(3))


def fake(x, scale):
    return torch.fake_quantize_per_tensor_affine(x, scale, 0, -128, 127)


def scales(w):
    return w.detach().abs().flatten(1).amax(1) / 127


def quantised(w):
    return torch.fake_quantize_per_channel_affine(w, scales(w), torch.zeros(len(w)).int(), 0, -128,
                                                  127)


class Conv(nn.Conv2d):
    def forward(self, x):
        return self._conv_forward(x, quantised(self.weight), self.bias)


class Linear(nn.Linear):
    def forward(self, x):
        return nn.functional.linear(x, quantised(self.weight), self.bias)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = Conv(2, 6, 3), Conv(6, 4, 3, stride=2)
        self.fc1, self.fc2 = Linear(16, 7), Linear(7, 3)

    def forward(self, x):
        x = fake(self.conv1(fake(x, 1 / 32)).relu(), 1 / 64)
        x = fake(self.conv2(x).relu(), 1 / 64)
        return self.fc2(fake(self.fc1(x.flatten(1)).relu(), 1 / 128))


def weights(net):
    w = {n: quantised(getattr(net, n).weight).detach().abs() for n in ("conv2", "fc1", "fc2")}
    return {("conv1", "conv2"): w["conv2"].sum((2, 3)).T,
            ("conv2", "fc1"): w["fc1"].reshape(7, 4, -1).sum(2).T, ("fc1", "fc2"): w["fc2"].T}


CASES += [Case("fake-quantised", Net, {"x": X}, axes={"x": {0: "n"}, "y": {0: "n"}}, edges=weights,
               sets=(13, 14, 15, 16, 17))]
