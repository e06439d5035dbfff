#!/usr/bin/python3
"""k-means by scikit-learn: tests/golden/linalg/kmeans_*.txt.

points, dimensions, k, inertia of the best of 30 starts, mean inertia of single starts, then a row a point followed by its true group (-1: unknown).
"""
import pathlib
import sys

import numpy as np
from sklearn.cluster import KMeans

OUT = pathlib.Path(__file__).resolve().parent.parent / "golden" / "linalg"


def write(name, x, k, group):
    x = np.round(x, 4)
    single = [KMeans(k, n_init=1, random_state=s, algorithm="lloyd").fit(x).inertia_
              for s in range(300)]
    best = min(single[:30])
    with open(OUT / f"kmeans_{name}.txt", "w") as f:
        f.write(f"{x.shape[0]} {x.shape[1]} {k} {best:.15g} {np.mean(single):.15g}\n")
        for row, g in zip(x, group):
            f.write(" ".join(f"{v:.6g}" for v in row) + f" {g}\n")
    print(name, best, np.mean(single), file=sys.stderr)


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    r = np.random.default_rng(2)
    sizes = [70, 60, 50, 40, 30, 20]
    group = np.repeat(np.arange(6), sizes)
    centre = 10 * r.standard_normal((6, 4))
    order = r.permutation(group.size)
    write("blobs", (centre[group] + 0.5 * r.standard_normal((group.size, 4)))[order], 6,
          group[order])

    # one cloud: many local optima
    write("cloud", r.standard_normal((400, 3)), 8, np.full(400, -1))

    # rows of an embedding: leading eigenvectors of a noisy planted graph over sqrt(degree)
    n, blocks = 360, 6
    member = np.repeat(np.arange(blocks), n // blocks)
    w = r.random((n, n)) * np.where(member[:, None] == member, 1.0, 0.75)
    w = np.triu(w, 1)
    w = w + w.T
    d = w.sum(1)
    v = np.linalg.eigh(w / np.sqrt(d[:, None] * d))[1][:, ::-1][:, :blocks]
    v *= np.sign(v[np.abs(v).argmax(0), np.arange(blocks)])
    write("embedding", 100 * v / np.sqrt(d)[:, None] * np.sqrt(n), blocks, np.full(n, -1))


main()
