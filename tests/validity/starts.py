"""Which partition among the starts of k-means repeats better: that of least inertia or of least n-cut?

    /usr/bin/python3 tests/validity/starts.py [BIN [SEEDS]]     (from the root of the repository)

Every fixture is partitioned with SEEDS seeds (10), by its weights and by its activations on the
test images, for several k. The eigenvectors do not depend on the seed, only the starts of k-means
do. The index is the mean adjusted Rand index between all pairs of seeds, over all units that have
a label. Prints one row for each graph and k, then means.
"""
import itertools
import os
import subprocess
import sys

import numpy as np

sys.path.insert(0, "docs")
sys.dont_write_bytecode = True
import read_stream  # noqa: E402

BIN = sys.argv[1] if len(sys.argv) > 1 else "bin"
SEEDS = int(sys.argv[2]) if len(sys.argv) > 2 else 10
KS = "4,8,12,16"
RULES = os.environ.get("RULES", "--choose inertia|--choose ncut").split("|")
NETWORKS = ["fashion-mlp", "fashion-mlp-dropout", "fashion-vgg", "fashion-resnet",
            "fashion-inception", "fashion-mobilenet", "fashion-vit", "side-by-side",
            "text-transformer"]
IMAGES = "fixtures/fashion-test-2000-images.gz fixtures/fashion-test-2000-labels.gz"


def filters(line, data=b""):
    for part in line.split(" | "):
        data = subprocess.run([f"{BIN}/{part.split()[0]}", *part.split()[1:]], input=data,
                              check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return data


def rand_index(a, b):
    """The adjusted Rand index of Hubert and Arabie."""
    keep = (a >= 0) & (b >= 0)
    table = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(table, (a[keep], b[keep]), 1)

    def pairs(x):
        return (x * (x - 1) / 2).sum()

    both, rows, columns = pairs(table), pairs(table.sum(1)), pairs(table.sum(0))
    expected = rows * columns / pairs(table.sum(keepdims=True))
    most = (rows + columns) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def labels_of(stream, tmp):
    with open(tmp, "wb") as f:
        f.write(stream)
    sections, _ = read_stream.read(open(tmp, "rb"))
    return {s.name.rsplit(".k", 1)[1]: s.arrays["label"] for s in sections if s.type == "labels"}


def graphs():
    for name in NETWORKS:
        yield f"{name}, weights", filters(f"extract-weights fixtures/{name}.onnx | laplacian")
    data = filters(f"read-data {IMAGES}")
    for name in NETWORKS:
        if name.startswith("fashion"):
            yield f"{name}, activations", filters(
                f"activations -m fixtures/{name}.onnx | corr | laplacian", data)


def main():
    rows = []
    tmp = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"starts-{os.getpid()}.brc")
    print("graph".ljust(34), "k".rjust(3), *(r.split()[-1].rjust(10) for r in RULES))
    for name, graph in graphs():
        found = [[labels_of(filters(f"spectral -q --threads 1 -k {KS} --seed {seed} {rule}", graph), tmp)
                  for seed in range(1, SEEDS + 1)] for rule in RULES]
        for k in KS.split(","):
            index = [np.mean([rand_index(a[k], b[k]) for a, b in itertools.combinations(runs, 2)])
                     for runs in found]
            rows.append(index)
            print(name.ljust(34), k.rjust(3), *(f"{i:10.3f}" for i in index), flush=True)
    rows = np.array(rows)
    print("mean".ljust(34), "".rjust(3), *(f"{i:10.3f}" for i in rows.mean(0)))
    weights = len(NETWORKS) * len(KS.split(","))
    print("mean, weights".ljust(38), *(f"{i:10.3f}" for i in rows[:weights].mean(0)))
    print("mean, activations".ljust(38), *(f"{i:10.3f}" for i in rows[weights:].mean(0)))
    print("first repeats better, second, equal:", (rows[:, 0] > rows[:, 1] + 1e-9).sum(),
          (rows[:, 1] > rows[:, 0] + 1e-9).sum(), (abs(rows[:, 0] - rows[:, 1]) <= 1e-9).sum())
    os.remove(tmp)


if __name__ == "__main__":
    main()
