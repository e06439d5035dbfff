#!/usr/bin/python3
"""The table of untrained.sh: untrained_table.py txt|json FOLDER NAME... (docs/read_stream.py on the path).

FOLDER/NAME/analysis.brc is the analysis of each network, the trained one first.
"""
import json
import pathlib
import sys

import read_stream


def row(name, path):
    """What was found of one network; None where it was not computed."""
    with open(path, "rb") as f:
        sections = read_stream.read(f)[0]
    of = {s.type: s for s in sections}
    labels, found = of["labels"].meta, {}
    out = {"network": name, "k": labels["k"], "ncut": labels.get("ncut"),
           "clusterability_p": None, "verdict": None, "index": None, "null_index": None}
    if "clusterability" in of:
        out["clusterability_p"] = of["clusterability"].meta.get("p")
    if "structure" in of and len(of["structure"].arrays["row/verdict"]):
        a = of["structure"].arrays
        chosen = [i for i, k in enumerate(a["row/k"]) if k == labels["k"]] or [0]
        at = chosen[0]
        out["verdict"] = a["row/verdict"][at].decode()
        out["index"] = float(a["row/index"][at])
        out["null_index"] = float(a["null/index"][at].max()) if a["null/index"].size else None
    for kind in "importance", "coherence":
        for record in of[kind].records if kind in of else []:
            s, a = record["statistic"], of[kind].arrays
            holds = (a[f"{s}/q"] <= of[kind].meta["level"]) | (a[f"{s}/p_maxt"] <= of[kind].meta["level"])
            if f"{s}/large_enough" in a:
                holds &= a[f"{s}/large_enough"] == 1
            found[s] = {"found": int(holds.sum()), "of": len(holds), "omnibus_p": record["omnibus_p"]}
    out["groups"] = found
    return out


def number(x, form):
    return "-" if x is None or x != x else format(x, form)


def text(rows):
    stats = list(dict.fromkeys(s for r in rows for s in r["groups"]))
    head = ["network", "k", "n-cut", "clust. p", "index", "nulls", "verdict"] + stats
    table = [head] + [
        [r["network"], str(r["k"]), number(r["ncut"], ".4f"), number(r["clusterability_p"], ".3f"),
         number(r["index"], ".2f"), number(r["null_index"], ".2f"), r["verdict"] or "-"] +
        ["%d of %d" % (r["groups"][s]["found"], r["groups"][s]["of"]) if s in r["groups"] else "-"
         for s in stats] for r in rows]
    width = [max(len(line[i]) for line in table) for i in range(len(head))]
    print("Findings that an untrained network has, too\n")
    for line in table:
        print("  ".join(cell.ljust(w) for cell, w in zip(line, width)).rstrip())
    print("\nindex, nulls: agreement of partitions of perturbed copies, and the largest of null graphs.\n"
          "Under each statistic: groups that stand out by q or max-T, of those tested. A number that\n"
          "untrained networks reach, too, does not come from training.")


def main():
    form, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    rows = [row(name, folder / name / "analysis.brc") for name in sys.argv[3:]]
    if form == "json":
        json.dump({"networks": rows}, sys.stdout, indent=1)
        print()
    else:
        text(rows)


main()
