#!/usr/bin/python3
"""Agreement of partitions by scikit-learn: tests/golden/linalg/partitions.txt.

A line a case: adjusted Rand index, normalised mutual information (arithmetic), mutual
information, units, labels of the first partition, labels of the second.
"""
import pathlib

import numpy as np
from sklearn.metrics import (adjusted_rand_score, mutual_info_score,
                             normalized_mutual_info_score)

OUT = pathlib.Path(__file__).resolve().parent.parent / "golden" / "linalg" / "partitions.txt"


def cases():
    r = np.random.default_rng(3)
    yield [0, 0, 1, 1], [1, 1, 0, 0]
    yield [0, 0, 1, 1], [0, 1, 0, 1]
    yield [0, 0, 0, 0], [0, 1, 2, 3]
    yield [0, 0, 0, 0], [5, 5, 5, 5]
    yield [0, 1, 2, 3], [7, 3, 9, 1]
    yield [0, 0, 1, 2], [0, 0, 1, 1]
    a = r.integers(0, 5, 60)
    yield a, np.where(r.random(60) < 0.7, a * 100000, r.integers(0, 8, 60))
    yield r.integers(0, 4, 80), r.integers(0, 3, 80)


def main():
    OUT.parent.mkdir(parents=True, exist_ok=True)
    with open(OUT, "w") as f:
        for a, b in cases():
            scores = (adjusted_rand_score(a, b), normalized_mutual_info_score(a, b),
                      mutual_info_score(a, b))
            f.write(" ".join(f"{s:.15g}" for s in scores) + f" {len(a)} ")
            f.write(" ".join(str(v) for v in a) + " " + " ".join(str(v) for v in b) + "\n")


main()
