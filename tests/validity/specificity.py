"""Measures of lesions: is damage told from chance, and the right groups from wrong ones?"""
import hashlib
import os
import subprocess

import numpy as np

import networks
import reference
from common import (LONG, ROOT, cached, fixture, read, row, section, share, shell, stream,
                    write_labels)

MLP = fixture("fashion-mlp.onnx")
IMAGES = (f"'{fixture('fashion-test-2000-images.gz')}' '{fixture('fashion-test-2000-labels.gz')}'")
STATISTICS = ("specificity", "spread")  # the default, and what stood in its place before


def lesions(name, model, data, labels, draws=199, options=""):
    """Coherence of given groups: {layer: cluster of each unit}."""
    table = cached(f"labels/{name}.tsv")
    write_labels(table, labels)
    made = f"labels-{hash_of(table)}"
    return stream(name, f": {made}; extract-weights -q '{model}' |"
                        f" import -q --labels '{table}' |"
                        f" lesion -q -m '{model}' -d '{data}' -n {draws} {options} |"
                        f" coherence -q")


def hash_of(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()[:12]


def mlp_data(first=""):
    return stream(f"fashion{first.replace(' ', '')}", f"read-data -q {first} {IMAGES}")


def groups_found(found, statistic):
    """Groups with max-T p <= .05 that are large enough."""
    a = found.arrays
    good = a[f"{statistic}/p_maxt"] <= 0.05
    if f"{statistic}/large_enough" in a:
        good &= a[f"{statistic}/large_enough"] == 1
    return int(good.sum()), len(good)


def classes_flagged(found, tensor, parts, classes):
    """How many of the groups' own classes are flagged, and how many others."""
    p = found.arrays[tensor]
    flagged = p <= 0.05
    part = found.arrays["subcluster/cluster"]
    own = np.arange(classes)[None] * parts // classes == part[:, None]
    return int((flagged & own).sum()), int(own.sum()), int((flagged & ~own).sum())


def known_parts(name, model, data, parts, classes, seeds=(42,), bound=False):
    """Groups and classes that are found where the groups are the parts; sums over seeds."""
    labels, total = networks.truth(model, parts), np.zeros(8, int)
    for seed in seeds:
        found = section(lesions(f"known/{name}-{seed}", model, data, labels,
                                options=f"--seed {seed}"), "coherence")
        total += [*classes_flagged(found, "class/t_p_adjusted", parts, classes),
                  *classes_flagged(found, "class/p_adjusted", parts, classes)[::2],
                  *(groups_found(found, s)[0] for s in STATISTICS), len(labels) * parts]
    own, of, other, old_own, old_other, good, old_good, groups = (int(n) for n in total)
    least = round(20 / 27 * of)
    yield row(f"{name}: own classes flagged", share(own, of),
              f"at least {share(least, of)}" if bound else "", own >= least if bound else None,
              share(old_own, of))
    yield row(f"{name}: other classes flagged", str(other), "0" if bound else "",
              other == 0 if bound else None, str(old_other))
    yield row(f"{name}: groups specific after max-T", share(good, groups),
              share(groups, groups) if bound else "", good == groups if bound else None,
              share(old_good, groups))


def parts():
    """The fixtures whose parts are known; five times, with other controls."""
    for name, n, classes in (("three-part", 3, 9), ("side-by-side", 2, 10)):
        sample = "" if LONG else "--sample 50-per-class"
        data = stream(f"data/{name}", f"read-data -q {sample} '{fixture(name + '.npz')}'")
        yield from known_parts(name, fixture(f"{name}.onnx"), data, n, classes, range(1, 6), True)


def fresh():
    """Networks made here, none of which was used to choose the statistic."""
    for name in networks.FRESH:
        model, data, n, classes, accuracy = networks.make(name, cached("fresh"))
        at = stream(f"data/{name}-{hash_of(data)}", f"read-data -q '{data}'")
        yield from known_parts(f"{name} (accuracy {accuracy:.2f})", model, at, n, classes)


def oracle():
    """F, U and t of the known parts beside those of torch and NumPy (reference.py)."""
    for name, n in (("three-part", 3), ("side-by-side", 2)):
        path = fixture(f"{name}.onnx")
        data = stream(f"data/{name}-oracle",
                      f"read-data -q --sample 20-per-class '{fixture(name + '.npz')}'")
        labels = networks.truth(path, n)
        a = section(lesions(f"oracle/{name}", path, data, labels, 3), "coherence").arrays
        d = section(data, "dataset").arrays
        torch_lesions = reference.Lesions(path, d["image"].astype(np.float32) / 255, d["label"])
        largest = 0.0
        for g, (layer, part) in enumerate(zip(a["subcluster/layer"], a["subcluster/cluster"])):
            layer = a["layer/name"][layer].decode()
            f, u, t = torch_lesions.statistics(layer, np.flatnonzero(labels[layer] == part))
            for ours, theirs in ((a["specificity/observed"][g], f), (a["class/u"][g], u),
                                 (a["class/t"][g], t)):
                scale = np.max(np.abs(theirs))
                largest = max(largest, float(np.max(np.abs(ours - theirs)) / scale))
        yield row(f"{name}: F, U and t, largest relative difference from torch and NumPy",
                  f"{largest:.1e}", "1e-4", largest <= 1e-4)


def shuffled():
    """Labels shuffled over images: nothing is specific to a class, whatever is silenced."""
    k, times = 16, 20
    first = "" if LONG else "--sample 50-per-class"
    path = mlp_data(first)
    found = next(s for s in read(path) if s.type == "dataset")
    image, label = found.arrays["image"], found.arrays["label"]
    hits, rejections = {s: [0, 0] for s in STATISTICS}, {s: 0 for s in STATISTICS}
    for seed in range(times):
        archive = cached("shuffled.npz")
        np.savez(archive, images=image,
                 labels=np.random.default_rng(seed).permutation(label).astype(np.int32))
        data = stream("shuffled/data", f": {seed}; read-data -q '{archive}'")
        out = stream(f"shuffled/{seed}", f"extract-weights -q '{MLP}' | laplacian -q |"
                     f" spectral -q -k {k} | lesion -q -m '{MLP}' -d '{data}' | coherence -q")
        c = section(out, "coherence")
        for s in STATISTICS:
            p = c.arrays[f"{s}/p"]
            hits[s][0] += int((p <= 0.05).sum())
            hits[s][1] += len(p)
            record = next(r for r in c.records if r["statistic"] == s)
            rejections[s] += record["omnibus_p"] <= 0.05
    f, old = (hits[s][0] / hits[s][1] for s in STATISTICS)
    yield row("shuffled labels, 20 shuffles: share of groups with p <= .05", f"{f:.3f}", "at most .07",
              f <= 0.07, f"{old:.3f}")
    yield row("the same: omnibus rejections", share(rejections["specificity"], times),
              "at most 4", rejections["specificity"] <= 4, share(rejections["spread"], times))


def activations(data):
    """Values of the hidden units behind their activation functions, by layer, and the labels."""
    path = stream("mlp-activations", f"activations -q --at post --model '{MLP}' <'{data}'")
    a = next(s for s in read(path) if s.type == "activations").arrays
    ends = np.cumsum(a["layer/units"])
    return {name.decode(): v for name, v in
            zip(a["layer/name"], np.split(a["value"], ends[:-1], axis=1))}


def selective():
    """The 30 units of a layer that answer most to one class: a group that is known to be specific."""
    data = mlp_data("" if LONG else "--sample 100-per-class")
    y = next(s for s in read(data) if s.type == "dataset").arrays["label"]
    values = activations(data)
    hits, of = {s: 0 for s in STATISTICS}, 0
    for c in range(10):
        labels = {}
        for layer, v in values.items():
            apart = (v[y == c].mean(0) - v[y != c].mean(0)) / np.maximum(v.std(0), 1e-9)
            apart[v.std(0) == 0] = -np.inf
            labels[layer] = np.ones(v.shape[1], int)
            labels[layer][np.argsort(-apart, kind="stable")[:30]] = 0
        found = section(lesions(f"selective/{c}", MLP, data, labels, options="--max-fraction 0.5"),
                        "coherence")
        of += len(found.arrays["specificity/p"])
        for s in STATISTICS:
            hits[s] += int((found.arrays[f"{s}/p"] <= 0.05).sum())
    f, old = hits["specificity"] / of, hits["spread"] / of
    yield row(f"most selective units (30 a class and layer, {of} groups) found", f"{f:.2f}",
              "at least .85", f >= 0.85, f"{old:.2f}")


def one_size(name, data, size, draws, seed):
    """F and class spread of random groups of a size, one in each layer of the MLP: draws [n+1, L]."""
    rng = np.random.default_rng(seed)
    labels = {layer: np.where(rng.permutation(units) < size, 0, 1)
              for layer, units in networks.layer_names(MLP).items()}
    found = section(lesions(name, MLP, data, labels, draws, f"--max-fraction 0.5 --seed {seed}"),
                    "coherence")
    return {s: found.arrays[f"{s}/draw"] for s in STATISTICS}


def sizes():
    """Random sets that are larger than the controls they are compared with."""
    data, draws = mlp_data("" if LONG else "--sample 100-per-class"), 399
    of = {f: {s: [] for s in STATISTICS} for f in (1.0, 1.5, 2.0)}
    for nominal in (10, 16, 32):
        control = one_size(f"sizes/{nominal}", data, nominal, draws, 1)
        for factor in of:
            larger = one_size(f"sizes/{nominal}-{factor}", data, round(nominal * factor), draws, 2)
            for s in STATISTICS:
                p = (control[s][None, 1:] >= larger[s][:, None]).sum(1) + 1
                of[factor][s].append((p / (draws + 1) <= 0.05).mean())
    for factor, found in of.items():
        f, old = (float(np.mean(found[s])) for s in STATISTICS)
        yield row(f"random sets of {factor:g} times the size of their controls called specific",
                  f"{f:.3f}", "at most .12" if factor > 1 else "", None if factor == 1 else f <= 0.12,
                  f"{old:.3f}")


def calibration():
    """P(p <= .05) of random partitions, every statistic: the program of make calibrate."""
    program = os.path.join(ROOT, ".build", "tests", "calibration_test")
    if not os.path.exists(program):
        yield row("P(p <= .05)", "not built: make calibrate", "", False)
        return
    partitions, controls, images = (1000, 199, 500) if LONG else (1000, 39, 300)
    done = subprocess.run([program, str(partitions), str(controls), str(images)], cwd=ROOT,
                          capture_output=True, text=True)
    study = ""
    for line in done.stdout.splitlines() + done.stderr.splitlines():
        if " partitions into " in line:
            study = line.strip("# ").split(",")[0]
        if "P(p <= 0.05) =" in line:
            value, name = line.rsplit("=", 1)[1].strip().split("  ", 1)
            number, error = (float(v) for v in value.split(" +- "))
            held = "as published" not in name
            yield row(f"P(p <= .05), {study}: {name}", f"{number:.4f} +- {error:.4f}",
                      "at most .05 within 3 errors" if held else "",
                      number <= 0.05 + 3 * error if held else None)


def matched():
    """P(p <= .05) of random partitions, controls matched by K: permutations within bins are exact."""
    kinds, times, model = ("in-norm", "activation", "degree"), 1000 if LONG else 150, "side-by-side"
    path = fixture(f"{model}.onnx")
    data = stream(f"data/{model}-few", f"read-data -q --sample 10-per-class '{fixture(model + '.npz')}'")
    graph = stream(f"data/{model}-graph", f"extract-weights -q '{path}' | laplacian -q")
    units, p = networks.layer_names(path), {}
    table = cached("matched.tsv")
    for seed in range(times):
        rng = np.random.default_rng([5, seed])
        write_labels(table, {layer: rng.integers(0, 4, n) for layer, n in units.items()})
        out = cached("matched.brc")
        shell(f"extract-weights -q '{path}' | import -q --labels '{table}' |"
              f" lesion -q -m '{path}' -d '{data}' -n 39 --seed {seed} --match {','.join(kinds)}"
              f" --graph '{graph}' | coherence -q >'{out}'")
        for s in (s for s in read(out) if s.type in ("importance", "coherence")):
            for record in s.records:
                for kind in ("",) + kinds:
                    name = "/".join(filter(None, (record["statistic"], kind)))
                    if f"{name}/p" in s.arrays:
                        p.setdefault(name, []).append((s.arrays[f"{name}/p"] <= 0.05).mean())
    for name, found in p.items():
        # groups of one partition depend on each other: the error is that of the means
        mean, error = np.mean(found), np.std(found) / np.sqrt(len(found))
        yield row(f"P(p <= .05), {times} random partitions: {name}", f"{mean:.4f} +- {error:.4f}",
                  "at most .05 within 3 errors", bool(mean <= 0.05 + 3 * error))


MEASURES = {"oracle": oracle, "parts": parts, "shuffled": shuffled, "selective": selective,
            "sizes": sizes, "calibration": calibration, "matched": matched, "fresh": fresh}
