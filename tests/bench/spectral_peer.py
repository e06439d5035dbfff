"""A peer of spectral clustering, alone in its process, on a graph of graphs.py.

    spectral_peer.py GRAPH PEER K REPETITIONS [SHUFFLES]

PEER: arpack or lobpcg (scikit-learn's SpectralClustering with that solver and 10 restarts of
k-means) or eigsh (scipy's eigenpairs alone, the better way to use it: the largest of
D^-1/2 W D^-1/2). Prints the median of seconds, the n-cut (nan for eigsh), that of the best of ten runs
(ten times ten restarts in one embedding) and peak bytes.
"""
import os
import re
import statistics
import sys
import time
import warnings

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # helps scikit-learn by up to 2.7 times

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg
import sklearn.cluster._spectral
from sklearn.cluster import KMeans, SpectralClustering

import graphs

warnings.filterwarnings("ignore")


def eigsh(a, k):
    scale = 1 / np.sqrt(np.asarray(a.sum(axis=1)).ravel())
    if sp.issparse(a):
        m = (sp.diags(scale) @ a @ sp.diags(scale)).tocsr()
    else:
        m = a * scale[:, None] * scale
    start = time.perf_counter()
    scipy.sparse.linalg.eigsh(m, k=k, which="LA", v0=np.random.default_rng(0).uniform(-1, 1, len(scale)))
    return time.perf_counter() - start, None


def cluster(a, k, solver):
    model = SpectralClustering(k, affinity="precomputed", eigen_solver=solver, n_init=10,
                               random_state=0)
    start = time.perf_counter()
    labels = model.fit_predict(a)
    return time.perf_counter() - start, labels


def best_of_ten(a, k, embedding):
    return min(graphs.ncut(a, KMeans(k, n_init=10, random_state=seed).fit_predict(embedding)) for seed in range(10))


def main():
    embeddings = []
    embed = sklearn.cluster._spectral.spectral_embedding
    sklearn.cluster._spectral.spectral_embedding = lambda *a, **k: embeddings.append(embed(*a, **k)) or embeddings[-1]
    name, peer, k, repetitions = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    shuffles = int(sys.argv[5]) if len(sys.argv) > 5 else 0
    graph = graphs.get(name)
    times, cuts = [], []
    for r in range(shuffles or repetitions):
        if r == 0 or shuffles:
            a = graphs.matrix(graphs.shuffled(graph, r) if shuffles else graph)
        seconds, labels = eigsh(a, k) if peer == "eigsh" else cluster(a, k, peer)
        times.append(seconds)
        cuts.append(float("nan") if labels is None else graphs.ncut(a, labels))
    with open("/proc/self/status") as f:  # rusage would count the program that started this one
        peak = 1024 * int(re.search(r"VmHWM:\s*(\d+)", f.read())[1])
    if shuffles:
        print(sum(times), np.mean(cuts), float("nan"), peak)
    else:
        ten = best_of_ten(a, k, embeddings[-1]) if embeddings else float("nan")
        print(statistics.median(times), min(cuts), ten, peak)


main()
