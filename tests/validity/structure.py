"""Measures of partitions: is structure found where it is, and not where there is none?"""
import numpy as np
import onnx
from onnx import numpy_helper

from specificity import mlp_data
from common import LONG, cached, fixture, read, row, section, share, shell, stream

MLP = fixture("fashion-mlp.onnx")
NULLS, COPIES, K = 19, 20, 5
TIMES = 200 if LONG else 20
LIMIT = 17 if LONG else 4  # of TIMES, where nothing is to be found
STRUCTURED = "structured"


def rows_of(path):
    """The rows of the sections structure: {k: (verdict, index, largest null index)}."""
    found = [s.arrays for s in read(path) if s.type == "structure"]
    return {int(k): (v.decode(), float(i), float(np.max(n))) for a in found for k, v, i, n in
            zip(a["row/k"], a["row/verdict"], a["row/index"], a["null/index"])}


def p_of(path):
    return float(section(path, "clusterability").meta["p"])


def told(verdict):
    word, index, null = verdict
    return f"{word} ({index:.2f}, nulls up to {null:.2f})"


def scratch(name):
    return cached(f"scratch/{name}")


# ---- series ----

def series(generator, units, samples, rho, groups=5):
    """Values [samples, units] of normal numbers, correlated by rho within each group."""
    x = generator.standard_normal((samples, units))
    common = generator.standard_normal((samples, groups))
    group = np.arange(units) * groups // units
    return np.sqrt(1 - rho) * x + np.sqrt(rho) * common[:, group]


def series_run(x, k):
    """The verdict at k, and p of shuffled edges, which is the published test."""
    table, values, out, old = (scratch(f"series.{n}") for n in ("npy", "values", "out", "old"))
    np.save(table, x)
    shell(f"read-data -q --series '{table}' -o '{values}'")
    shell(f"corr -q --eigenvalues <'{values}' | clusterability -q -k {K} -n {NULLS} |"
          f" laplacian -q | spectral -q {k} --stability {COPIES} --samples '{values}' >'{out}'")
    shell(f"corr -q --dense <'{values}' | clusterability -q -k {K} -n {NULLS} --null layer >'{old}'")
    return out, p_of(old)


def noise_series():
    """200 independent series: no groups."""
    for samples in (60, 100, 200, 1000):
        called = rotation = old = 0
        for seed in range(TIMES):
            g = np.random.default_rng([1, samples, seed])
            out, p = series_run(series(g, 200, samples, 0.0), f"-k {K}")
            called += rows_of(out)[K][0] == STRUCTURED
            rotation += p_of(out) <= 0.05
            old += p <= 0.05
        yield row(f"200 independent series, {samples} samples, called structured",
                  share(called, TIMES), f"at most {share(LIMIT, TIMES)}", called <= LIMIT,
                  share(old, TIMES))
        yield row("the same: clusterability, p <= .05", share(rotation, TIMES),
                  f"at most {share(LIMIT, TIMES)}", rotation <= LIMIT, share(old, TIMES))


def planted_series():
    """Five groups of 40 series."""
    times = 200 if LONG else 10
    for rho, samples in ((0.3, 100), (0.1, 1000)):
        called = right = largest = old = 0
        for seed in range(times):
            g = np.random.default_rng([2, samples, seed])
            x = series(g, 200, samples, rho)
            out, p = series_run(x, f"-k {K}")
            called += rows_of(out)[K][0] == STRUCTURED
            old += p <= 0.05
            out, _ = series_run(x, "--k-auto 2-8")
            right += int(section(out, "structure").arrays["graph/k"][0]) == K
            index = {k: i for k, (_, i, _) in rows_of(out).items()}
            largest += max(index, key=index.get) == K
        yield row(f"5 groups of series (rho {rho}, {samples} samples) called structured at k = 5",
                  share(called, times), "all", called == times, share(old, times))
        yield row("the same: of k = 2 to 8, 5 has the largest index", share(largest, times))
        yield row("the same: --k-auto 2-8, the largest k that is structured, takes 5",
                  share(right, times))


# ---- chains of weights ----

def strengths(kind, n, generator):
    """Factors of units: alike, or a few of them strong."""
    if kind == "flat":
        return np.ones(n)
    if kind == "lognormal .5":
        return generator.lognormal(0, 0.5, n)
    if kind == "lognormal 1":
        return generator.lognormal(0, 1, n)
    return generator.pareto(2.0, n) + 1


def chain(generator, kind, contrast, layers=4, units=64, groups=5):
    """Weights of a chain of layers; within a group they are 1 + contrast times as large.

    A unit has one strength, for all of its edges.
    """
    strength = [strengths(kind, units, generator) for _ in range(layers)]
    part, w = np.arange(units) * groups // units, []
    for into, out in zip(strength, strength[1:]):
        a = np.abs(generator.standard_normal((units, units))) * into[:, None] * out
        w.append(a * np.where(part[:, None] == part, 1 + contrast, 1))
    return w


# Weights within groups are so much larger: where shuffled entries find groups of equally strong
# units in some .6 of cases, and twice as large.
CONTRASTS = (0.65, 1.0)


def chain_run(w, k=K):
    """p of residuals (the default), p of shuffled entries (published), and the verdict."""
    archive, out, old = (scratch(f"chain.{n}") for n in ("npz", "out", "old"))
    np.savez(archive, **{f"w{i}": a.astype(np.float32) for i, a in enumerate(w)})
    graph = f"extract-weights -q --units all '{archive}'"
    shell(f"{graph} | clusterability -q -k {k} -n {NULLS} | laplacian -q |"
          f" spectral -q -k {k} --stability {COPIES} >'{out}'")
    shell(f"{graph} | clusterability -q -k {k} -n {NULLS} --null layer >'{old}'")
    return p_of(out), p_of(old), rows_of(out)[k][0]


def chains(contrast, kinds, bounds, number):
    for kind in kinds:
        new = old = called = 0
        for seed in range(TIMES):
            p, published, verdict = chain_run(
                chain(np.random.default_rng([3, number, seed]), kind, contrast))
            new += p <= 0.05
            old += published <= 0.05
            called += verdict == STRUCTURED
        groups = f"with groups ({1 + contrast:g} x)" if contrast else "without groups"
        what = f"chains of weights {groups}, {kind}"
        least = bounds.get(kind)
        if contrast:
            yield row(f"{what}: p <= .05", share(new, TIMES),
                      f"at least {share(round(least * TIMES), TIMES)}" if least else "",
                      new >= round(least * TIMES) if least else None, share(old, TIMES))
        else:
            yield row(f"{what}: p <= .05", share(new, TIMES), f"at most {share(LIMIT, TIMES)}",
                      new <= LIMIT, share(old, TIMES))
        yield row("the same: called structured", share(called, TIMES),
                  "" if contrast else f"at most {share(LIMIT, TIMES)}",
                  None if contrast else called <= LIMIT)


def noise_chains():
    yield from chains(0.0, ("flat", "lognormal .5", "lognormal 1", "Pareto"), {}, 0)


def planted_chains():
    yield from chains(CONTRASTS[0], ("flat", "lognormal .5"), {"flat": 0.85, "lognormal .5": 0.45}, 1)
    yield from chains(CONTRASTS[1], ("flat", "lognormal .5", "lognormal 1"), {}, 2)


# ---- networks ----

def by_weights(name, model, k, options=""):
    """The verdicts at each k."""
    out = stream(f"structure/{name}",
                 f"extract-weights -q {options} '{model}' |"
                 f" clusterability -q -k {k} -n {NULLS} | laplacian -q |"
                 f" spectral -q -k {k} --stability {COPIES}")
    return rows_of(out)


def planted_networks():
    """Networks of parts that no weight joins."""
    cases = [("side-by-side", "side-by-side.onnx", 2), ("three-part", "three-part.onnx", 3)]
    cases += [(f"planted {n}", f"planted/{n}.onnx", 2)
              for n in ("vgg", "resnet", "inception", "mobilenet", "vit", "text")]
    for name, file, k in cases:
        verdict = by_weights(name.replace(" ", "-"), fixture(file), str(k))[k]
        yield row(f"{name}, weights, k = {k}", told(verdict), STRUCTURED, verdict[0] == STRUCTURED)


def fashion():
    """The network of the demo, by weights."""
    found = by_weights("fashion-mlp", MLP, "4,8,16")
    for k, bound in ((4, "no evidence"), (8, "above chance, not repeatable"),
                     (16, "above chance, not repeatable")):
        yield row(f"fashion-mlp, weights, k = {k}", told(found[k]), bound, found[k][0] == bound)


def untrained_copy(seed):
    """fashion-mlp with the elements of each matrix permuted."""
    model, g = onnx.load(MLP), np.random.default_rng(seed)
    for tensor in model.graph.initializer:
        w = numpy_helper.to_array(tensor)
        if w.ndim == 2:
            tensor.CopyFrom(numpy_helper.from_array(g.permutation(w.ravel()).reshape(w.shape),
                                                    tensor.name))
    path = cached("untrained.onnx")
    onnx.save(model, path)
    return path


def untrained():
    """Activations of a network that was never trained, beside those of the trained one."""
    data = mlp_data()
    for name, model in (("trained", MLP), ("untrained", untrained_copy(1))):
        values = stream(f"values/{name}", f"activations -q --model '{model}' <'{data}'")
        out = stream(f"structure/activations-{name}",
                     f"corr -q --eigenvalues <'{values}' | laplacian -q |"
                     f" spectral -q -k 4,8,16 --stability {COPIES} --samples '{values}'")
        for k, verdict in rows_of(out).items():
            yield row(f"fashion-mlp {name}, activations, k = {k}", told(verdict))


def returns():
    """Findings carry the share of perturbed partitions in which they return."""
    for name, data, k in (("fashion-mlp", mlp_data("--sample 50-per-class"), 8),
                          ("three-part", stream("data/three-part-few", "read-data -q --sample"
                                                f" 30-per-class '{fixture('three-part.npz')}'"), 3)):
        model = fixture(f"{name}.onnx")
        out = stream(f"returns/{name}", f"extract-weights -q --balance '{model}' | laplacian -q |"
                     f" spectral -q -k {k} --stability 10 | lesion -q -m '{model}' -d '{data}' |"
                     f" coherence -q | repeat -q -m '{model}' -d '{data}'")
        found, repeats = read(out), section(out, "repeats").arrays
        findings = 0
        for s in (s for s in found if s.type in ("importance", "coherence")):
            for r in s.records:
                a, n = s.arrays, r["statistic"]
                good = (a[f"{n}/q"] <= 0.05) | (a[f"{n}/p_maxt"] <= 0.05)
                if f"{n}/large_enough" in a:
                    good &= a[f"{n}/large_enough"] == 1
                findings += int(good.sum())
        shares = repeats["finding/share"]
        told = f"{int(np.isfinite(shares).sum())} of {findings}"
        if len(shares):
            told += f"; they return in {shares.mean():.2f} of the partitions"
        yield row(f"{name}, weights, k = {k}: findings that carry their share of return", told, "all",
                  int(np.isfinite(shares).sum()) == findings, "none")


MEASURES = {"noise-series": noise_series, "planted-series": planted_series,
            "noise-chains": noise_chains, "planted-chains": planted_chains,
            "planted-networks": planted_networks, "fashion": fashion, "untrained": untrained, "returns": returns}
