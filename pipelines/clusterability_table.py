#!/usr/bin/python3
"""The table of clusterability.mk: clusterability_table.py FOLDER SEED... (docs/read_stream.py on the path)."""
import pathlib
import statistics
import sys

import read_stream

# n-cut and its mean over shuffled networks as published, means of five networks
KINDS = {"plain": ("plain-s{}", 10.0242, 10.1651), "pruned": ("plain-s{}-pruned", 8.8805, 9.1832),
         "dropout": ("dropout-s{}", 9.9709, 10.2951)}


def main():
    folder, seeds = pathlib.Path(sys.argv[1]), sys.argv[2:]
    print("| network | seed | test accuracy | n-cut | shuffled: mean (sd) | z | p |")
    print("|---|---|---|---|---|---|---|")
    for kind, (name, cut, null) in KINDS.items():
        rows = []
        for seed in seeds:
            path = folder / name.format(seed)
            with open(f"{path}.brc", "rb") as f:
                m = next(s.meta for s in read_stream.read(f)[0] if s.type == "clusterability")
            accuracy = pathlib.Path(f"{path}.accuracy").read_text().strip()
            print(f"| {kind} | {seed} | {accuracy} | {m['observed']:.4f} | {m['mean']:.4f} ({m['sd']:.3f}) | "
                  f"{m['z']:.1f} | {m['p']:.3f} |")
            rows.append((m["observed"], m["mean"]))
        ours = [statistics.mean(column) for column in zip(*rows)]
        print(f"| **{kind}, mean** | | | **{ours[0]:.3f}** (published {cut:.3f}) | "
              f"**{ours[1]:.3f}** (published {null:.3f}) | | |")


main()
