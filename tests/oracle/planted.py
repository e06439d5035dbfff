"""What fixtures/README.md says about the networks of planted halves, measured with SciPy.

    /usr/bin/python3 tests/oracle/planted.py     (from the root of the repository, after tracing.py)

The graph of who feeds whom among hidden units (the last layer left out), as tracing.py found
it: no edge joins halves, each half is one component, and a spectral gap keeps it together. Isolated are only the queries and keys
of the text model's first block: no unit feeds them, and they feed none.
Done with every Conv a layer, and again with depthwise convolutions passing channels on.
"""
import glob

import numpy as np
from scipy.sparse.csgraph import connected_components

FOLDER = "tests/golden/net/tracing"


def matrix(how, rows, columns):
    if how == "all":
        return np.ones((rows, columns), bool)
    if how == "same":
        return np.eye(rows) > 0
    bits = [np.unpackbits(np.frombuffer(bytes.fromhex(row), np.uint8)) for row in how.split(",")]
    return np.stack(bits)[:, :columns] > 0


def read(name):
    """Layers {I: (weight, kind, units)}, and {(I, J): matrix} of each kind of line."""
    layers, pairs = {}, {"feeds": {}, "through": {}}
    for line in open(f"{FOLDER}/{name}.tsv", encoding="utf-8"):
        kind, i, *rest = line.rstrip("\n").split("\t")
        if kind == "layer":
            layers[int(i)] = rest[1], rest[2], int(rest[3])
        else:
            pairs[kind][int(i), int(rest[0])] = rest[2]
    return layers, pairs


def graph(layers, pairs):
    """Symmetric adjacency among the units of `layers`, and the first unit of each."""
    first, n = {}, 0
    for i, (_, _, units) in layers.items():
        first[i], n = n, n + units
    a = np.zeros((n, n))
    for (i, j), how in pairs.items():
        if i in layers and j in layers:
            u, v = layers[i][2], layers[j][2]
            a[first[i]:first[i] + u, first[j]:first[j] + v] = matrix(how, u, v)
    return a + a.T


def gap(a):
    """Second smallest eigenvalue of the normalised Laplacian of a connected graph."""
    d = a.sum(1) ** -0.5
    return np.linalg.eigvalsh(np.eye(len(a)) - d[:, None] * a * d)[1]


def check(name, halves, kind):
    layers, pairs = read(f"planted-{name}")
    last = max(layers)
    plain = {i: v for i, v in layers.items()
             if i != last and (kind == "feeds" or v[1] != "depthwise")}
    joined = pairs["feeds"] if kind == "feeds" else {**pairs["feeds"], **pairs["through"]}
    a = graph(plain, joined)
    half = np.array([h == "B" for w, _, _ in plain.values() for h in halves[name, w]])
    if a[half][:, ~half].any():
        raise AssertionError(f"{name}: an edge joins the halves")
    alone = a.sum(1) == 0
    a, half = a[~alone][:, ~alone], half[~alone]
    if connected_components(a)[0] != 2:
        raise AssertionError(f"{name}: a half falls apart")
    print(f"{name} ({kind}): {len(half)} hidden units and {alone.sum()} isolated, gaps "
          f"{gap(a[~half][:, ~half]):.3f} {gap(a[half][:, half]):.3f}")


def main():
    halves = {}
    for line in open("fixtures/planted/halves.tsv", encoding="ascii"):
        name, _, weight, letters = line.split()
        halves[name, weight] = letters
    for path in sorted(glob.glob(f"{FOLDER}/planted-*.tsv")):
        name = path.split("planted-")[1][:-4]
        check(name, halves, "feeds")
        if any("depthwise" in v for v in read(f"planted-{name}")[0].values()):
            check(name, halves, "through")


if __name__ == "__main__":
    main()
