#!/usr/bin/env python3
"""What null graphs are made of, in numpy.

Writes tests/golden/linalg/fit.txt, read by tests/unit/fit_test.c. Words separated by blanks: the
number of matrices; for each the number of rows (0: symmetric), of columns, its entries row by row,
the wanted sums of rows, those of columns (if it is not symmetric), and the fitted matrix, by
plain iterative proportional fitting in 100,000 sweeps.

Writes tests/golden/graph/signed.txt, read by tests/unit/signed_test.c: the number of cases; for each
1 for ranks or 0 for values, the number of samples and units, the values sample by sample (single
precision, exactly), the mean of the correlations between different units that vary, and how many
eigenvalues their matrix has above rounding, and these, descending.
"""
import pathlib

import numpy as np
import scipy.stats

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


def write_signed():
    rng = np.random.default_rng(3)
    with open(GOLDEN / "graph" / "signed.txt", "w", encoding="ascii") as f:
        cases = [(r, s, n) for r in (1, 0) for s, n in ((40, 12), (9, 30))]
        words(f, [len(cases)])
        for ranks, samples, units in cases:
            x = rng.normal(size=(samples, units)) + .8 * rng.normal(size=(samples, 1))
            x = np.round(x, 1).astype(np.float32)  # ties
            x[:, 1] = x[:, 0]
            x[:, 2] = 3
            z = scipy.stats.rankdata(x, axis=0) if ranks else x.astype(np.float64)
            c = np.corrcoef(np.delete(z, 2, axis=1).T)
            value = np.linalg.eigvalsh(c)[::-1]
            value = value[value > 1e-9 * len(c)]
            words(f, [ranks, samples, units])
            words(f, x)
            words(f, [(c.sum() - len(c)) / (len(c) * (len(c) - 1)), len(value)])
            words(f, value)


write_fit()
write_signed()
