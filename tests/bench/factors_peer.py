#!/usr/bin/python3
"""Beside correlation graphs given by factors.

  factors_peer.py make UNITS SAMPLES FILE [LAYERS]
                                              activations of twelve groups of units (3 layers)
  factors_peer.py peer FILE SPECTRUM          ranks, float32 R R^T squared, eigsh; prints the largest
                                              difference of its eigenvalues to those of SPECTRUM
  factors_peer.py measure FILE COMMAND...     runs it; appends its wall and processor seconds and
                                              its peak in MB
"""
import pathlib
import resource
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE.parent / "cli"), str(HERE.parent.parent / "docs")]
sys.dont_write_bytecode = True


def make(units, samples, path, layers):
    import numpy as np
    import write_stream
    r = np.random.default_rng(1)
    x = r.standard_normal((samples, 12), np.float32)[:, r.integers(0, 12, units)] * 0.8
    x += r.standard_normal((samples, units), np.float32)
    sizes = {chr(ord("a") + i): units // layers for i in range(layers - 1)}
    sizes["z"] = units - sum(sizes.values())
    with open(path, "wb") as f:
        write_stream.write(f, [("activations", "act", {"at": "post"}, [],
                           {**write_stream.layers(**sizes), "value": x.astype("<f4")})])


def peer(path, spectrum):
    import numpy as np
    import read_stream
    from scipy import stats
    from scipy.sparse.linalg import LinearOperator, eigsh
    with open(path, "rb") as f:
        x = read_stream.read(f)[0][-1].arrays["value"]
    r = stats.rankdata(x, axis=0).T.astype(np.float32)
    r -= r.mean(1, keepdims=True)
    r /= np.linalg.norm(r, axis=1, keepdims=True)
    a = r @ r.T
    a *= a
    np.fill_diagonal(a, 0)
    d = (1 / np.sqrt(a.sum(1, dtype=np.float64))).astype(np.float32)
    operator = LinearOperator(a.shape, lambda v: d * (a @ (d * v.ravel())), dtype=np.float32)
    values = 1 - np.sort(eigsh(operator, 13, which="LA", return_eigenvectors=True)[0])[::-1]
    with open(spectrum, "rb") as f:
        ours = [s for s in read_stream.read(f)[0] if s.type == "spectrum"][0]
    print(f"{abs(values[:12] - ours.arrays['graph/0/eigenvalue'][:12]).max():.2g}")


def measure(path, command):
    start = time.perf_counter()
    subprocess.run(command, check=True)
    wall = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(path, "a") as f:
        f.write(f"{wall:.3f} {used.ru_utime + used.ru_stime:.3f} {used.ru_maxrss / 1024:.0f}\n")


if sys.argv[1] == "make":
    make(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], int(sys.argv[5]) if sys.argv[5:] else 3)
elif sys.argv[1] == "peer":
    peer(*sys.argv[2:4])
else:
    measure(sys.argv[2], sys.argv[3:])
