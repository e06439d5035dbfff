#!/usr/bin/python3
"""perturb_labels.py COPIES SHARE: the stream on stdin with partitions beside its labels.

In each copy this share of the units of each layer change their labels among themselves; with a
share of 1 nothing is left of the groups. Numbers of clusters are drawn anew in each copy.
"""
import pathlib
import sys

import numpy as np

root = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(root / "docs"), str(root / "tests/cli")]
import read_stream
import write_stream

copies, share = int(sys.argv[1]), float(sys.argv[2])
rng = np.random.default_rng(7)
sections, _ = read_stream.read(sys.stdin.buffer)
out = []
for s in sections:
    out.append(((s.type, s.version), s.name, s.meta, s.records, s.arrays))
    if s.type != "labels":
        continue
    label, first = np.tile(s.arrays["label"], (copies, 1)), 0
    for units in s.arrays["layer/units"]:
        for row in label:
            some = first + rng.choice(units, round(share * units), replace=False)
            row[some] = row[rng.permutation(some)]
        first += units
    for row in label:
        there = row >= 0
        row[there] = rng.permutation(row.max() + 1)[row[there]]
    tables = {k: v for k, v in s.arrays.items() if k.startswith("layer/")}
    out.append(("partitions", s.name, {"mode": "global", "perturbed": "edges", "noise": 0.3}, [],
                {**tables, "label": label.astype("<i4")}))
write_stream.write(sys.stdout.buffer, out)
