#!/usr/bin/python3
"""Average linkage by SciPy: tests/golden/linalg/linkage.txt.

A line a case: things n, groups k, the distances of all pairs i < j by rows, labels by first thing.
"""
import pathlib

import numpy as np
from scipy.cluster.hierarchy import cut_tree, linkage
from scipy.spatial.distance import pdist

OUT = pathlib.Path(__file__).resolve().parent.parent / "golden" / "linalg" / "linkage.txt"


def cases():
    r = np.random.default_rng(5)
    yield np.array([0.5]), 2, 1
    yield np.array([0.5]), 2, 2
    for n, k in ((9, 3), (14, 5), (14, 1), (20, 7), (20, 20)):
        yield r.random(n * (n - 1) // 2).round(6), n, k  # of no space at all
    yield pdist(r.standard_normal((24, 3))).round(6), 24, 4


def main():
    with open(OUT, "w") as f:
        for distance, n, k in cases():
            label = cut_tree(linkage(distance, "average"), n_clusters=k).ravel()
            number = {}
            first = [number.setdefault(x, len(number)) for x in label]
            f.write(f"{n} {k} " + " ".join(f"{d:.6g}" for d in distance) + " ")
            f.write(" ".join(str(v) for v in first) + "\n")


main()
