"""Cases of exports.py: what outputs mean. Counts and losses are torch's."""
import numpy as np
import torch
from torch import nn

from exports import CASES, Case
from tasks import by_class, by_label, by_output, by_score

RANDOM = np.random.default_rng(3)
IMAGES = 40
X = torch.from_numpy(RANDOM.normal(0, 2, (IMAGES, 9)).astype(np.float32))
MAPS = torch.from_numpy(RANDOM.normal(0, 2, (IMAGES, 2, 6, 6)).astype(np.float32))
BATCH = {"x": {0: "n"}, "y": {0: "n"}}


def dense(outputs, *ending):
    return lambda: nn.Sequential(nn.Linear(9, 12), nn.ReLU(), nn.Linear(12, 10), nn.ReLU(),
                                 nn.Linear(10, outputs), *ending)


def maps(outputs, *ending):
    return lambda: nn.Sequential(nn.Conv2d(2, 8, 3, padding=1), nn.ReLU(),
                                 nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(),
                                 nn.Conv2d(8, outputs, 1), *ending)


class UNet(nn.Module):
    """A map is halved, and comes back to its size beside what it was."""

    def __init__(self, outputs):
        super().__init__()
        self.down = nn.Conv2d(2, 8, 3, padding=1)
        self.deep = nn.Conv2d(8, 10, 3, padding=1)
        self.up = nn.ConvTranspose2d(10, 6, 2, stride=2)
        self.last = nn.Conv2d(14, outputs, 1)

    def forward(self, x):
        x = torch.relu(self.down(x))
        y = torch.relu(self.deep(nn.functional.max_pool2d(x, 2)))
        return self.last(torch.cat([x, torch.relu(self.up(y))], 1))


class Squeezed(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = dense(1)()

    def forward(self, x):
        return self.net(x).squeeze(1)


def no_counts(scores, y):
    """Of numbers no answers are right."""
    return None, by_output(scores, y)[1]


def case(name, make, x, labels, counts, **more):
    """The scores are what goes into a closing Sigmoid or Softmax."""
    CASES.append(Case(name, make, {"x": x}, axes=BATCH, labels=labels, counts=counts, **more))


TWO = RANDOM.integers(0, 2, IMAGES)
PLACES = RANDOM.integers(0, 3, (IMAGES, 6, 6))
MARKS = (RANDOM.random((IMAGES, 5)) < 0.4).astype(np.uint8)
case("labels-sigmoid", dense(5, nn.Sigmoid()), X, MARKS, by_label, prepare=torch.logit)
case("labels-logits", dense(5), X, MARKS, by_label)
case("binary-sigmoid", dense(1, nn.Sigmoid()), X, TWO, by_score, prepare=torch.logit)
case("binary-logit", Squeezed, X, TWO, by_score)
case("regression", dense(3), X, RANDOM.normal(0, 1, (IMAGES, 3)).astype(np.float32), no_counts)
case("segmentation", maps(3), MAPS, PLACES, by_class)
case("segmentation-u", lambda: UNet(3), MAPS, PLACES, by_class)
case("segmentation-mask", maps(1, nn.Sigmoid()), MAPS, (PLACES > 0).astype(np.int64), by_score,
     prepare=torch.logit)
