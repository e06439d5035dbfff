#!/usr/bin/python3
"""The peer of analysis.sh: what a researcher would write with scikit-learn and torch.

    analysis_peer.py MODEL LESION-SECONDS SPECTRAL-SECONDS CLUSTERABILITY-SECONDS LABELS LESIONS

Clusters the same graph with scikit-learn's SpectralClustering (its better solver here is arpack or
lobpcg: both are run), and lesions sub-clusters with torch forward hooks, one forward pass a lesion,
at its best number of threads. A sample of the lesions is run and the time scaled to all of them.
"""
import os
import sys
import time
import warnings

os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # helps torch and scikit-learn on small matrices
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "docs"))

import numpy as np
import onnx
import onnx.numpy_helper
import torch
from sklearn.cluster import SpectralClustering

import read_stream

warnings.filterwarnings("ignore")
SAMPLE = 60  # lesions run with torch


def sections(path):
    with open(path, "rb") as f:
        return {s.type: s for s in read_stream.read(f)[0]}


def layers_of(model):
    weights = {w.name: onnx.numpy_helper.to_array(w) for w in onnx.load(model).graph.initializer}
    matrices = [w for w in weights.values() if w.ndim == 2]
    biases = [w for w in weights.values() if w.ndim == 1]
    return matrices, biases


def affinity(matrices):
    sizes = [m.shape[0] for m in matrices[:-1]]
    first = np.concatenate([[0], np.cumsum(sizes)])
    a = np.zeros((first[-1], first[-1]))
    for i in range(len(sizes) - 1):
        block = np.abs(matrices[i + 1]).T
        a[first[i]:first[i + 1], first[i + 1]:first[i + 2]] = block
        a[first[i + 1]:first[i + 2], first[i]:first[i + 1]] = block.T
    return a


def ncut(a, labels):
    total = 0
    for c in np.unique(labels):
        inside = labels == c
        total += a[inside][:, ~inside].sum() / a[inside].sum()
    return total


def cluster(a, solver, k=16, restarts=25):
    start = time.perf_counter()
    labels = SpectralClustering(k, affinity="precomputed", eigen_solver=solver, n_init=restarts,
                                random_state=0).fit_predict(a)
    return time.perf_counter() - start, ncut(a, labels)


def lesion_time(matrices, biases, lesions, images):
    """Seconds for `lesions` forward passes, each with the units of a sub-cluster silenced."""
    modules = []
    for m, b in zip(matrices, biases):
        linear = torch.nn.Linear(m.shape[1], m.shape[0])
        linear.weight.data, linear.bias.data = torch.tensor(m), torch.tensor(b)
        modules += [linear, torch.nn.ReLU()]
    net = torch.nn.Sequential(*modules[:-1]).eval()
    x = torch.tensor(images)
    with torch.no_grad():
        start = time.perf_counter()
        for layer, units in lesions:
            def silence(module, inputs, output, units=units):
                output[:, units] = 0
                return output
            hook = net[2 * layer + 1].register_forward_hook(silence)
            net(x).argmax(1)
            hook.remove()
        return time.perf_counter() - start


def main():
    model, lesion_s, spectral_s, shuffles_s = sys.argv[1], *map(float, sys.argv[2:5])
    labels, lesions = sections(sys.argv[5])["labels"], sections(sys.argv[6])["lesions"]
    matrices, biases = layers_of(model)
    a = affinity(matrices)
    times = {s: cluster(a, s) for s in ("arpack", "lobpcg")}
    best = min(times, key=lambda s: times[s][0])
    print(f"  scikit-learn SpectralClustering ({best}, 25 restarts): {times[best][0]:.3f} s, n-cut "
          f"{times[best][1]:.4f}; spectral's: {labels.meta['ncut']:.4f}, {times[best][0] / spectral_s:.1f} times as fast")
    print(f"  50 shuffles with it would take {50 * times[best][0]:.1f} s; clusterability is "
          f"{50 * times[best][0] / shuffles_s:.0f} times as fast")
    rng = np.random.default_rng(0)
    size, layer = lesions.arrays["subcluster/size"], lesions.arrays["subcluster/layer"]
    chosen = rng.choice(len(size), SAMPLE)
    sets = [(layer[s], rng.choice(256, size[s], replace=False)) for s in chosen]
    images = rng.random((lesions.meta["images"], 784), dtype=np.float32)
    best_time = float("inf")
    for threads in {1, os.cpu_count()}:
        torch.set_num_threads(threads)
        lesion_time(matrices, biases, sets[:3], images)
        best_time = min(best_time, lesion_time(matrices, biases, sets, images))
    count = len(size) * (lesions.meta["draws"] + 1)
    per = best_time / SAMPLE
    print(f"  torch, a forward pass a lesion: {per * 1e3:.1f} ms each, {per * count:.1f} s for all {count}; "
          f"lesion is {per * count / lesion_s:.1f} times as fast")


if __name__ == "__main__":
    main()
