"""Graphs of the shapes of real networks, for the benchmark of spectral clustering.

Weights are random magnitudes with twelve planted groups (four times heavier inside a group), so
that there is something to find; the MLP is the shipped one, the correlation graph that of ranks
of a low-rank signal plus noise. A graph is (units of each layer, {(from, to): block}), a block a float32
matrix or, of sparse graphs, a scipy CSR matrix.
"""
import pathlib

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
VGG_CONV = [64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512]
GROUPS, GAIN = 12, 4


def planted(rng, a, b):
    """Magnitudes between two lists of group numbers."""
    w = np.abs(rng.standard_normal((len(a), len(b)), dtype=np.float32))
    w *= 1 + (GAIN - 1) * (a[:, None] == b[None, :])
    return w / np.sqrt(np.float32(len(a)))


def chain(units):
    rng = np.random.default_rng(0)
    group = [rng.integers(0, GROUPS, u) for u in units]
    return units, {(i, i + 1): planted(rng, group[i], group[i + 1]) for i in range(len(units) - 1)}


def mlp():
    """The shipped network 784-256-256-256-256-10, inputs and outputs included."""
    import onnx
    import onnx.numpy_helper
    model = onnx.load(ROOT / "fixtures" / "fashion-mlp-dropout.onnx")
    arrays = [onnx.numpy_helper.to_array(w) for w in model.graph.initializer]
    weights = [np.abs(w).T for w in arrays if w.ndim == 2]
    units = [weights[0].shape[0]] + [w.shape[1] for w in weights]
    return units, {(i, i + 1): np.ascontiguousarray(w) for i, w in enumerate(weights)}


def residual():
    """ResNet-50: bottleneck blocks, every convolution joined to all that feed it."""
    rng = np.random.default_rng(0)
    units, group, blocks = [], [], {}

    def layer(n, *feeders):
        units.append(n)
        group.append(rng.integers(0, GROUPS, n))
        for f in feeders:
            blocks[f, len(units) - 1] = planted(rng, group[f], group[-1])
        return len(units) - 1

    stream = [layer(64)]
    for repeats, width in (3, 64), (4, 128), (6, 256), (3, 512):
        for block in range(repeats):
            last = layer(4 * width, layer(width, layer(width, *stream)))
            stream = [last] if block else [last, layer(4 * width, *stream)]
    return units, blocks


def correlation(n=4096, samples=2000):
    """Absolute rank correlations: one layer, every pair of units joined."""
    rng = np.random.default_rng(0)
    factors = rng.standard_normal((GROUPS, samples))
    x = rng.standard_normal((n, samples)) + 0.8 * factors[rng.integers(0, GROUPS, n)]
    rank = np.argsort(np.argsort(x, axis=1), axis=1).astype(np.float32)
    rank -= rank.mean(1, keepdims=True)
    rank /= np.linalg.norm(rank, axis=1, keepdims=True)
    w = np.abs(rank @ rank.T)
    w = (w + w.T) / 2
    np.fill_diagonal(w, 0)
    return [n], {(0, 0): w}


def sparse(n, degree):
    """n units in one layer, twelve groups, about `degree` edges each, nine in ten inside a group."""
    import scipy.sparse as sp
    rng = np.random.default_rng(0)
    edges = n * degree // 2
    a = rng.integers(0, n, edges)
    inside = rng.random(edges) < 0.9
    b = np.where(inside, (a + GROUPS * rng.integers(1, n // GROUPS, edges)) % (n // GROUPS * GROUPS),
                 rng.integers(0, n, edges))
    keep = a != b
    w = sp.coo_matrix((rng.uniform(0.5, 1, edges)[keep].astype(np.float32), (a[keep], b[keep])), (n, n)).tocsr()
    w = (w + w.T).tocsr()
    w.sort_indices()
    return [n], {(0, 0): w}


def get(name):
    if name.startswith("sparse-"):
        return sparse(*map(int, name.split("-")[1:]))
    return {"mlp": mlp, "vgg-conv": lambda: chain(VGG_CONV),
            "vgg-whole": lambda: chain(VGG_CONV + [4096, 4096, 1000]),
            "residual": residual, "correlation": correlation}[name]()


def write(graph, path):
    """As tests/bench/spectral.c reads it."""
    units, blocks = graph
    with open(path, "wb") as f:
        f.write(f"{len(units)} {' '.join(map(str, units))} {len(blocks)}\n".encode())
        for (i, j), w in blocks.items():
            if isinstance(w, np.ndarray):
                f.write(f"{i} {j} 0\n".encode())
                f.write(w.astype("<f4").tobytes())
                continue
            f.write(f"{i} {j} {w.nnz}\n".encode())
            for part, kind in (w.indptr, "<i8"), (w.indices, "<i4"), (w.data, "<f4"):
                f.write(part.astype(kind).tobytes())


def matrix(graph):
    """What the peers take: CSR in double precision, dense where every pair is joined."""
    import scipy.sparse as sp
    units, blocks = graph
    if len(units) == 1:  # dense or CSR
        return blocks[0, 0].astype(np.float64)
    first = np.concatenate([[0], np.cumsum(units)])
    parts = []
    for (i, j), w in blocks.items():
        row, col = np.nonzero(w)
        parts.append((w[row, col], row + first[i], col + first[j]))
    value, row, col = (np.concatenate(x) for x in zip(*parts))
    a = sp.coo_matrix((value.astype(np.float64), (row, col)), shape=(first[-1], first[-1])).tocsr()
    return (a + a.T).tocsr()


def shuffled(graph, seed):
    """Each block's entries permuted."""
    rng = np.random.default_rng(seed)
    units, blocks = graph
    return units, {at: rng.permutation(w.ravel()).reshape(w.shape) for at, w in blocks.items()}


def ncut(a, labels):
    degree = np.asarray(a.sum(axis=1)).ravel()
    total = 0
    for c in np.unique(labels[labels >= 0]):
        inside = (labels == c).astype(np.float64)
        total += 1 - inside @ (a @ inside) / degree[labels == c].sum()
    return total
