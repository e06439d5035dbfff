"""scikit-learn's k-means of the points of a file: kmeans_peer.py FILE N D K REPETITIONS.

Prints the median of seconds, for 10 restarts, and the inertia.
"""
import os
import statistics
import sys
import time

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
from sklearn.cluster import KMeans

n, d, k, repetitions = map(int, sys.argv[2:6])
x = np.fromfile(sys.argv[1], dtype="<f8").reshape(n, d)
times = []
for _ in range(repetitions):
    start = time.perf_counter()
    model = KMeans(k, n_init=10, random_state=0).fit(x)
    times.append(time.perf_counter() - start)
print(statistics.median(times), model.inertia_)
