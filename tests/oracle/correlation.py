#!/usr/bin/python3
"""Correlation matrices from SciPy: tests/golden/linalg/correlation.txt.

samples units, then the values (float32, exact), then Spearman's and Pearson's matrices.
"""
import pathlib
import sys

import numpy as np
from scipy.stats import rankdata

SAMPLES, UNITS = 150, 9
OUT = pathlib.Path(__file__).resolve().parent.parent / "golden" / "linalg" / "correlation.txt"


def values():
    r = np.random.default_rng(1)
    common = r.standard_normal((SAMPLES, 2))
    x = common @ r.standard_normal((2, UNITS)) + r.standard_normal((SAMPLES, UNITS))
    x[:, 1] = np.round(x[:, 1])  # many ties
    x[:, 2] = np.maximum(x[:, 2], 0)  # a ReLU: half of it one tie
    x[:, 3] = 1e5 + x[:, 3]  # a large mean
    x[:, 4] = 1e-20 * x[:, 4]
    x[:, 5] = np.exp(8 * x[:, 5])
    x[:, 6] = -x[:, 0]
    x[:, 7] = x[:, 0] + 1e-3 * x[:, 7]
    x[:, 8] = np.where(np.arange(SAMPLES) == 77, 1.0, 0.0)  # active once
    return x.astype(np.float32)


def main():
    x = values()
    x64 = x.astype(np.float64)
    ranks = np.apply_along_axis(rankdata, 0, x64)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    with open(OUT, "w") as f:
        f.write(f"{SAMPLES} {UNITS}\n")
        np.savetxt(f, x, fmt="%.9g")
        np.savetxt(f, np.corrcoef(ranks, rowvar=False), fmt="%.15g")
        np.savetxt(f, np.corrcoef(x64, rowvar=False), fmt="%.15g")
    print(OUT.name, file=sys.stderr)


main()
