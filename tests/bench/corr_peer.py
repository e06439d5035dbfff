#!/usr/bin/python3
"""The peers of corr: corr_peer.py FOLDER [--both].

Takes FOLDER/x.npy (samples x units) and FOLDER/graph.npy, the squared correlations that broca
made of it. Prints the seconds of scipy.stats.spearmanr, those of rankdata and float32 R R^T (0
without --both), and the largest difference of spearmanr's squares to ours.
"""
import pathlib
import sys
import time

import numpy as np
from scipy import stats


def timed(f):
    start = time.perf_counter()
    result = f()
    return result, time.perf_counter() - start


def by_hand(x):
    r = stats.rankdata(x, axis=1).astype(np.float32)
    r -= r.mean(1, keepdims=True)
    r /= np.linalg.norm(r, axis=1, keepdims=True)
    return r @ r.T


def main():
    folder = pathlib.Path(sys.argv[1])
    x = np.ascontiguousarray(np.load(folder / "x.npy").T)
    rho, spearmanr = timed(lambda: stats.spearmanr(x, axis=1)[0])
    hand = timed(lambda: by_hand(x))[1] if "--both" in sys.argv else 0
    rho *= rho
    np.fill_diagonal(rho, 0)
    difference = np.abs(rho - np.load(folder / "graph.npy")).max()
    print(f"{spearmanr:.3f} {hand:.3f} {difference:.2g}")


if __name__ == "__main__":
    main()
