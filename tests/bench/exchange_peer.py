"""A random graph as Matrix Market and as a list of edges, and scipy reading the former."""
import sys
import time

import numpy as np


def make(edges, units, path):
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, units, (2, edges + edges // 10))
    key = np.unique(np.minimum(a, b)[a != b] * units + np.maximum(a, b)[a != b])
    low, high = np.divmod(rng.permutation(key)[:edges], units)
    weight = rng.random(edges, dtype=np.float32) + np.float32(1e-3)
    with open(path + ".tsv", "w") as tsv, open(path + ".mtx", "w") as mtx:
        mtx.write("%%%%MatrixMarket matrix coordinate real symmetric\n%d %d %d\n"
                  % (units, units, edges))
        for at in range(0, edges, 100000):
            some = list(zip(low[at:at + 100000].tolist(), high[at:at + 100000].tolist(),
                            weight[at:at + 100000].tolist()))
            tsv.write("".join(["%d\t%d\t%.9g\n" % e for e in some]))
            mtx.write("".join(["%d %d %.9g\n" % (j + 1, i + 1, w) for i, j, w in some]))


def read(path):
    import scipy.io
    start = time.perf_counter()
    graph = scipy.io.mmread(path).tocsr()
    print("%.3f %d %.9g" % (time.perf_counter() - start, graph.nnz, graph.sum()))


if sys.argv[1] == "make":
    make(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
else:
    read(sys.argv[2])
