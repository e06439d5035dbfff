#!/usr/bin/env python3
"""Graphs of squared correlations over few samples, formed in double precision by scipy and numpy.

Writes tests/golden/graph/factors_{ranks,values}.txt, read by tests/unit/factors_test.c: as words
separated by blanks the number of samples, of layers, and their units; the values, sample by
sample (single precision, exactly); a label for every unit, -1 for some; then for the graph of all
layers, and for that without edges between layers: pairs with an edge, components, n-cut of the
labels, the degrees, A x for x_i = cos(i), the smallest eigenvalues of the normalised Laplacian,
and sums of edges between labels, row by row.

Units 0 and 1 are alike, unit 2 is constant, units 3 and 4 are uncorrelated exactly.
"""
import pathlib

import numpy as np
import scipy.linalg
import scipy.stats
from scipy.sparse.csgraph import connected_components

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden" / "graph"
UNITS, SAMPLES, LABELS, EIGENVALUES = [31, 20, 27], 10, 4, 8
ZERO = 1e-12  # of a correlation in double precision


def words(f, values):
    f.write(" ".join(f"{v:.17g}" for v in np.ravel(values)) + "\n")


def graph(x, ranks, across):
    z = scipy.stats.rankdata(x, axis=0) if ranks else x.astype(np.float64)
    z = z - z.mean(axis=0)
    length = np.linalg.norm(z, axis=0)
    z /= np.where(length > 0, length, 1)
    r = z.T @ z
    r[abs(r) < ZERO] = 0
    a = np.minimum(r ** 2, 1)
    np.fill_diagonal(a, 0)
    if not across:
        layer = np.repeat(np.arange(len(UNITS)), UNITS)
        a *= layer[:, None] == layer[None]
    return a


def write_graph(f, a, label):
    degree = a.sum(axis=1)
    on = degree > 0
    components = connected_components(a[on][:, on])[0]
    cut = sum(a[label == c][:, label != c].sum() / degree[label == c].sum() for c in range(LABELS))
    d = 1 / np.sqrt(degree[on])
    laplacian = np.eye(on.sum()) - d[:, None] * a[on][:, on] * d
    words(f, [np.count_nonzero(np.triu(a)), components, cut])
    words(f, degree)
    words(f, a @ np.cos(np.arange(len(a))))
    words(f, np.maximum(scipy.linalg.eigvalsh(laplacian)[:EIGENVALUES], 0))
    words(f, [[a[label == c][:, label == e].sum() for e in range(LABELS)] for c in range(LABELS)])


def write(name, ranks, rng):
    n = sum(UNITS)
    group = rng.integers(0, LABELS, n)
    x = rng.normal(size=(SAMPLES, LABELS))[:, group] + 0.7 * rng.normal(size=(SAMPLES, n))
    x = np.maximum(np.round(x * 8), -4).astype(np.float32) / 8
    x[:, 1] = x[:, 0]
    x[:, 2] = 3
    x[:, 3] = [1, -1, 1, -1, 0, 0, 0, 0, 0, 0]
    x[:, 4] = [1, 1, -1, -1, 0, 0, 0, 0, 0, 0]
    label = np.where(np.arange(n) % 13 == 5, -1, group)
    with open(GOLDEN / f"{name}.txt", "w") as f:
        words(f, [SAMPLES, len(UNITS), *UNITS])
        words(f, x)
        words(f, label)
        for across in (True, False):
            write_graph(f, graph(x, ranks, across), label)


def main():
    rng = np.random.default_rng(64)
    write("factors_ranks", True, rng)
    write("factors_values", False, rng)


main()
