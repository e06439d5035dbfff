#!/usr/bin/python3
"""repeats_check.py STREAM [COPY RUN]: is its section repeats what its other sections say?

From labels, partitions, lesions and findings alone: which groups are findings, which group of each
partition is most like each of them, and, from the p in the stream, which return and their share.
RUN is a stream in which lesion and coherence were given the labels of one COPY: the p of that copy
must be those of RUN. With frequencies, those of the units in RUN must be 0 or count COPY.
"""
import pathlib
import sys

import numpy as np

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "docs"))
import read_stream


def sections(path):
    with open(path, "rb") as f:
        return {s.type: s for s in read_stream.read(f)[0]}


def findings(stream):
    """statistic -> (p of each group, is it a finding), and the groups."""
    out, group = {}, None
    for kind in "importance", "coherence":
        if kind not in stream:
            continue
        s = stream[kind]
        a, level = s.arrays, s.meta["level"]
        group = list(zip(*(a[f"subcluster/{c}"].tolist() for c in ("layer", "cluster"))))
        for name in [r["statistic"] for r in s.records]:
            found = (a[f"{name}/q"] <= level) | (a[f"{name}/p_maxt"] <= level)
            found &= a.get(f"{name}/large_enough", np.ones(len(found))) == 1
            out[name] = a[f"{name}/p"], found, a.get(f"{name}/returns")
    return out, group


def groups(label, first, last, dead):
    """cluster -> set of its living units, of one layer."""
    return {c: {u for u in range(first, last) if label[u] == c and u not in dead}
            for c in sorted(set(label[first:last].tolist()) - {-1})}


def check(stream):
    r, part = stream["repeats"].arrays, stream["partitions"].arrays["label"]
    label = stream["labels"].arrays["label"]
    end = np.cumsum(stream["labels"].arrays["layer/units"])
    dead = set(stream["lesions"].arrays.get("dead/unit", np.array([])).tolist())
    stats, group = findings(stream)
    copies = stream["repeats"].meta["copies"]
    names = [n.decode() for n in r["statistic/name"]]
    assert names == [s for s in stats if s in names]
    for name in set(stats) - set(names):
        assert stats[name][2] is None, name
    row = 0
    for t, name in enumerate(names):
        p, found, returns = stats[name]
        largest = p[found].max() if found.any() else np.nan
        assert np.array_equal(r["statistic/largest_p"][t], largest, equal_nan=True), name
        assert (returns is None) == (not found.any())
        for g in np.flatnonzero(found):
            layer, cluster = group[g]
            first, last = end[layer] - stream["labels"].arrays["layer/units"][layer], end[layer]
            mine = groups(label, first, last, dead)[cluster]
            assert (r["finding/statistic"][row], r["finding/layer"][row],
                    r["finding/cluster"][row], r["finding/size"][row]) == (t, layer, cluster, len(mine))
            count = 0
            for copy in range(copies):
                index = {c: len(mine & u) / len(mine | u)
                         for c, u in groups(part[copy], first, last, dead).items() if u}
                best = max(index, key=index.get, default=-1)
                assert r["copy/jaccard"][row, copy] == index.get(best, 0)
                again = best if index.get(best, 0) >= 0.5 else -1
                assert r["copy/cluster"][row, copy] == again
                assert again >= 0 or np.isnan(r["copy/p"][row, copy])
                count += bool(r["copy/p"][row, copy] <= largest)
            assert r["finding/share"][row] == count / copies == returns[g]
            row += 1
        if returns is not None:
            assert np.isnan(returns[~found]).all()
    assert row == len(r["finding/share"])
    return row


def check_run(stream, copy, run):
    """The p of a copy are those of lesions of its labels."""
    r = stream["repeats"].arrays
    stats, group = findings(run)
    at = {g: i for i, g in enumerate(group)}
    names, compared = [n.decode() for n in r["statistic/name"]], 0
    for row, t in enumerate(r["finding/statistic"]):
        key = r["finding/layer"][row], r["copy/cluster"][row, copy]
        if key in at:
            assert r["copy/p"][row, copy] == stats[names[t]][0][at[key]], (row, key)
            compared += 1
        else:
            assert np.isnan(r["copy/p"][row, copy])
    if "unit/frequency" in r and stream["repeats"].meta["copies"] == 1:
        label, units = run["labels"].arrays["label"], run["labels"].arrays["layer/units"]
        layer = np.repeat(np.arange(len(units)), units)
        dead = set(run["lesions"].arrays.get("dead/unit", np.array([])).tolist())
        for t, name in enumerate(names):
            found = {g for g, f in zip(group, stats[name][1]) if f}
            want = [(la, c) in found and u not in dead for u, (la, c) in enumerate(zip(layer, label))]
            assert np.array_equal(r["unit/frequency"][t], np.array(want, float)), name
    return compared


if __name__ == "__main__":
    main = sections(sys.argv[1])
    print(check(main), "findings")
    if len(sys.argv) > 2:
        print(check_run(main, int(sys.argv[2]), sections(sys.argv[3])), "compared")
