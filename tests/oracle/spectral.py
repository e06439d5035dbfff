#!/usr/bin/env python3
"""Graphs with scikit-learn's clustering of them and SciPy's eigenvalues.

Writes tests/golden/graph/{chain,skips,planted,correlation}.txt, read by
tests/unit/spectral_oracle_test.c. Each file holds, as words separated by
blanks: the number of layers and their units; the number of blocks and, for
each, its two layers and its entries (single precision, exactly); k; the labels
and n-cut of the best of 10 scikit-learn runs; the number of eigenvalues and
the smallest eigenvalues of the normalised Laplacian by scipy.linalg.eigh.
"""
import pathlib
import warnings

import numpy as np
import scipy.linalg
import scipy.sparse.linalg
from sklearn.cluster import SpectralClustering

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden" / "graph"
EIGENVALUES = 12


def adjacency(units, blocks):
    first = np.concatenate([[0], np.cumsum(units)])
    a = np.zeros((first[-1], first[-1]))
    for (i, j), w in blocks.items():
        w = w.astype(np.float64)
        a[first[i]:first[i + 1], first[j]:first[j + 1]] = w
        a[first[j]:first[j + 1], first[i]:first[i + 1]] = w.T
    return a


def ncut(a, labels):
    degree = a.sum(axis=1)
    total = 0.0
    for c in np.unique(labels):
        inside = labels == c
        total += a[inside][:, ~inside].sum() / degree[inside].sum()
    return total


def best_of_ten(a, k):
    runs = []
    for seed in range(10):
        model = SpectralClustering(k, affinity="precomputed", n_init=25, random_state=seed)
        labels = model.fit(a).labels_
        runs.append((ncut(a, labels), labels))
    return min(runs, key=lambda run: run[0])


def laplacian_eigenvalues(a):
    scale = 1 / np.sqrt(a.sum(axis=1))
    m = scale[:, None] * a * scale
    values = scipy.linalg.eigh(np.eye(len(a)) - m, eigvals_only=True)
    largest = scipy.sparse.linalg.eigsh(m, k=EIGENVALUES, which="LA", return_eigenvectors=False)
    assert np.allclose(values[:EIGENVALUES], np.sort(1 - largest), atol=1e-10)  # two solvers agree
    return values


def write(name, units, blocks, k):
    a = adjacency(units, blocks)
    assert np.all(a.sum(axis=1) > 0)
    cut, labels = best_of_ten(a, k)
    values = laplacian_eigenvalues(a)[:EIGENVALUES]
    lines = [" ".join(map(str, [len(units), *units])), str(len(blocks))]
    for (i, j), w in blocks.items():
        lines.append(f"{i} {j}")
        lines.extend(" ".join(f"{x:.9g}" for x in row) for row in w)
    lines.append(str(k))
    lines.append(" ".join(map(str, labels)))
    lines.append(f"{cut:.17g}")
    lines.append(str(len(values)))
    lines.append(" ".join(f"{x:.17g}" for x in values))
    (GOLDEN / f"{name}.txt").write_text("\n".join(lines) + "\n")
    print(name, len(a), "units, k", k, "n-cut", cut)


def chain(rng):
    """Magnitudes of the weights of an MLP whose units belong to four soft modules."""
    units = [24, 32, 32, 12]
    module = [rng.integers(0, 4, u) for u in units]
    blocks = {}
    for i in range(3):
        w = np.abs(rng.normal(0, 1, (units[i], units[i + 1])))
        w[module[i][:, None] != module[i + 1][None]] *= 0.35
        blocks[i, i + 1] = w.astype(np.float32)
    return units, blocks


def skips(rng):
    """A residual network: the chain and edges past one layer, so that it is not bipartite."""
    units, blocks = chain(rng)
    for i, j in (0, 2), (1, 3):
        w = np.abs(rng.normal(0, 0.5, (units[i], units[j]))) * (rng.uniform(size=(units[i], units[j])) < 0.3)
        blocks[i, j] = w.astype(np.float32)
    return units, blocks


def planted(rng):
    """Four groups of 16 units in two layers, edges 1 within and 0.05 between, with noise."""
    group = np.arange(64) % 4
    a = np.where(group[:, None] == group[None], 1.0, 0.05)
    a *= rng.uniform(0.9, 1.1, a.shape)
    a = np.triu(a, 1).astype(np.float32)
    a = a + a.T
    return [40, 24], {(0, 0): a[:40, :40], (0, 1): a[:40, 40:], (1, 1): a[40:, 40:]}


def correlation(rng):
    """Squared correlations of units driven by three factors."""
    x = rng.normal(size=(200, 3)) @ rng.normal(size=(3, 60)) + rng.normal(size=(200, 60))
    a = (np.corrcoef(x.T) ** 2).astype(np.float32)
    a = np.triu(a, 1)
    a = a + a.T
    return [30, 30], {(0, 0): a[:30, :30], (0, 1): a[:30, 30:], (1, 1): a[30:, 30:]}


def main():
    warnings.simplefilter("error")
    rng = np.random.default_rng(20211015)
    write("chain", *chain(rng), 4)
    write("planted", *planted(rng), 4)
    write("correlation", *correlation(rng), 3)
    write("skips", *skips(rng), 4)


main()
