"""Golden values of specificity, from torch and numpy.

    /usr/bin/python3 tests/oracle/specificity.py      (from the root of the repository)

writes tests/golden/net/specificity.npz: groups of units of fashion-mlp and random groups of their
sizes, silenced on the first 500 images, all in double precision:
    layer       [m] of each group
    unit        [n + 1, m, 256], 1 where silenced; row 0 the groups, of which the first are the
                units of a layer that answer most to one class, the others random
    own, squares, all   [n + 1, m, 10] sums of changes of probabilities
    saturated   [10] images with a probability above .999
    F, range, intraclass, p, p_maxt     [n + 1, m] and [m]
    u, t, t_p, t_p_adjusted             [m, 10]
Nothing here shares code with the library: F is scipy's one-way analysis of variance, and the joint
tests are written from their definitions.
"""
import gzip

import numpy as np
import torch
from scipy.stats import f_oneway

from onnx_torch import Network

IMAGES, DRAWS, CLASSES, UNITS = 500, 39, 10, 256
GROUPS = [(1, 30), (2, 30), (3, 30), (4, 30), (2, 20), (3, 60)]


def p_single(u):
    return ((u[1:] >= u[0]).sum(0) + 1) / len(u)


def maxt(u):
    """Westfall and Young, step-down."""
    t = (u - u.mean(0)) / u.std(0)
    order, p = np.argsort(-t[0]), np.zeros(u.shape[1])
    for i, s in enumerate(order):
        p[s] = max((t[:, order[i:]].max(1) >= t[0, s]).mean(), p.max())
    return p


def read(name, header):
    with gzip.open(f"fixtures/fashion-test-2000-{name}.gz") as f:
        return np.frombuffer(f.read()[header:], np.uint8)


class Silenced:
    def __init__(self):
        self.net = Network("fixtures/fashion-mlp.onnx")
        for key, value in self.net.constants.items():
            if value.dtype == torch.float32:
                self.net.constants[key] = value.double()
        self.image = torch.from_numpy(read("images", 16).reshape(-1, 784)[:IMAGES] / 255.)
        self.label = read("labels", 8)[:IMAGES].astype(int)
        self.p0 = self.softmax(0, np.zeros(UNITS, bool))

    def softmax(self, layer, unit):
        keep = torch.from_numpy(~unit).double()
        value = self.net.layers[layer - 1][1] if layer else None
        at = self.net.run(self.image, lambda name, v: v * keep if name == value else v)
        return torch.softmax(at[self.net.output], 1).numpy()

    def values(self, layer):
        return self.net.run(self.image)[self.net.layers[layer - 1][1]].numpy()


def lesion(net, layer, unit):
    """Sums; then F and its effects, straight from the definition."""
    y, n = net.label, np.bincount(net.label, minlength=CLASSES)
    delta = net.softmax(layer, unit) - net.p0
    own = delta[np.arange(IMAGES), y]
    u = own - delta.mean(0)[y]
    by_class = [u[y == c] for c in range(CLASSES)]
    mean = np.array([x.mean() for x in by_class])
    within = sum(((x - x.mean()) ** 2).sum() for x in by_class) / (IMAGES - CLASSES)
    between = (n * (mean - u.mean()) ** 2).sum() / (CLASSES - 1)
    n0 = (IMAGES - (n ** 2).sum() / IMAGES) / (CLASSES - 1)
    f = f_oneway(*by_class).statistic
    if within <= 1e-12 or between < 1e-14 or abs(f - between / within) > 1e-9 * f:
        raise AssertionError("scipy and the definition disagree")
    rest = [(net.p0 + delta)[y != c, c].mean() - net.p0[y != c, c].mean() for c in range(CLASSES)]
    more = [own[y == c].mean() - rest[c] for c in range(CLASSES)]
    if np.abs((1 - n / IMAGES) * more - mean).max() > 1e-12:
        raise AssertionError("U is not what the methods say")
    sums = [[own[y == c].sum() for c in range(CLASSES)],
            [(own[y == c] ** 2).sum() for c in range(CLASSES)], delta.sum(0)]
    return dict(sums=sums, f=f, range=np.ptp(mean), u=mean,
                icc=(between - within) / (between + (n0 - 1) * within),
                t=mean / np.sqrt(within * CLASSES / IMAGES))


def selective(net, layer, size, number):
    value = net.values(layer)
    gain = value[net.label == number].mean(0) - value[net.label != number].mean(0)
    chosen = np.zeros(UNITS, bool)
    chosen[np.argsort(-gain, kind="stable")[:size]] = True
    return chosen


def stable(u, rng):
    """No p depends on rounding."""
    for _ in range(20):
        near = u + 2e-6 * np.abs(u).max(0) * rng.uniform(-1, 1, u.shape)
        if (p_single(near) != p_single(u)).any() or (maxt(near) != maxt(u)).any():
            raise AssertionError("a p depends on rounding: choose other units")


def main():
    net, rng = Silenced(), np.random.default_rng(15)
    unit = np.zeros((DRAWS + 1, len(GROUPS), UNITS), bool)
    for s, (layer, size) in enumerate(GROUPS):
        for b in range(DRAWS + 1):
            unit[b, s, rng.permutation(UNITS)[:size]] = True
        if s < 4:
            unit[0, s] = selective(net, layer, size, 1 + 2 * s)
    at = [[lesion(net, layer, unit[b, s]) for s, (layer, _) in enumerate(GROUPS)]
          for b in range(DRAWS + 1)]
    get = lambda key: np.array([[x[key] for x in row] for row in at])
    f, t = get("f"), get("t")
    stable(f, rng)
    for s in range(len(GROUPS)):
        stable(-t[:, s], rng)
    sums = get("sums")
    out = dict(layer=np.array([g[0] for g in GROUPS], np.int32), unit=unit.astype(np.uint8),
               own=sums[:, :, 0], squares=sums[:, :, 1], all=sums[:, :, 2],
               saturated=np.bincount(net.label[net.p0.max(1) > .999], minlength=CLASSES),
               F=f, range=get("range")[0], intraclass=get("icc")[0], p=p_single(f), p_maxt=maxt(f),
               u=get("u")[0], t=t[0],
               t_p=[p_single(-t[:, s]) for s in range(len(GROUPS))],
               t_p_adjusted=[maxt(-t[:, s]) for s in range(len(GROUPS))])
    np.savez_compressed("tests/golden/net/specificity.npz",
                        **{k: np.asarray(v) for k, v in out.items()})
    print(np.round(f[0], 2), out["p"], out["p_maxt"], out["t_p_adjusted"])


if __name__ == "__main__":
    main()
