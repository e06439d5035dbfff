#!/usr/bin/env python3
"""What null graphs are made of, in numpy.

Writes tests/golden/linalg/fit.txt, read by tests/unit/fit_test.c. Words separated by blanks: the
number of matrices; for each the number of rows (0: symmetric), of columns, its entries row by row,
the wanted sums of rows, those of columns (if it is not symmetric), and the fitted matrix, by
plain iterative proportional fitting in 100,000 sweeps.
"""
import pathlib

import numpy as np

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"


def words(f, values):
    f.write(" ".join(f"{v:.17g}" for v in np.ravel(values)) + "\n")


def fitted(w, rows, columns):
    for _ in range(100_000):
        w = w * (rows / w.sum(axis=1))[:, None]
        w = w * (columns / w.sum(axis=0))
    return w


def between(rng, rows, columns, zeroes):
    while True:
        keep = rng.random((rows, columns)) >= zeroes
        w = np.where(keep, rng.lognormal(size=(rows, columns)), 0)
        like = np.where(keep, rng.lognormal(size=(rows, columns)), 0)
        if w.any(axis=0).all() and w.any(axis=1).all():
            return w, like.sum(axis=1), like.sum(axis=0)


def symmetric(rng, n, zeroes):
    pick = np.triu(rng.random((n, n)) >= zeroes, 1)
    w = np.where(pick, rng.lognormal(size=(n, n)), 0)
    like = np.where(pick, rng.lognormal(size=(n, n)), 0)
    return w + w.T, (like + like.T).sum(axis=1)


def write_fit():
    rng = np.random.default_rng(15)
    (GOLDEN / "linalg").mkdir(parents=True, exist_ok=True)
    with open(GOLDEN / "linalg" / "fit.txt", "w", encoding="ascii") as f:
        cases = [between(rng, 5, 7, 0), between(rng, 8, 6, .3), symmetric(rng, 7, 0),
                 symmetric(rng, 8, .2)]
        words(f, [len(cases)])
        for w, rows, *columns in cases:
            target = columns[0] if columns else rows
            words(f, [w.shape[0] if columns else 0, w.shape[1]])
            words(f, w)
            words(f, rows)
            if columns:
                words(f, target)
            words(f, fitted(w, rows, target))


write_fit()
