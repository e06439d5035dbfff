"""Golden values for lib/stats, from numpy, scipy and exact fractions.

    /usr/bin/python3 tests/oracle/stats.py > tests/golden/stats.txt

Each line is a key and numbers. Nothing here shares code with the library: the
joint tests are written in the naive way, from their definitions.
"""
from collections import Counter
from fractions import Fraction
from math import comb, factorial, log

import mpmath
import numpy as np
from scipy import stats


def put(key, values):
    flat = np.atleast_1d(np.asarray(values, dtype=float)).ravel()
    print(key, *(format(v, ".17g") for v in flat))


def p_single(u):
    return [(1 + sum(u[b, s] >= u[0, s] for b in range(1, len(u)))) / len(u)
            for s in range(u.shape[1])]


def midranks(u):
    """2 (n + 1) times the mid-rank p, by scipy's average ranks."""
    ranks = np.column_stack([stats.rankdata(-u[:, s], method="average")
                             for s in range(u.shape[1])])
    return np.rint(2 * ranks - 1).astype(int)


def omnibus(j):
    top = 2 * len(j)
    products = [[Fraction(top, int(v)) for v in row] for row in j]
    product = [np.prod(row) for row in products]  # exact: ties are ties
    p = sum(x >= product[0] for x in product) / len(j)
    return p, log(product[0]) / j.shape[1]


def fisher_exact(j):
    """P(product of mid-rank p's <= observed) if columns were independent."""
    law = Counter({1: 1})
    for s in range(j.shape[1]):
        column = Counter(int(v) for v in j[:, s])
        wider = Counter()
        for a, wa in law.items():
            for b, wb in column.items():
                wider[a * b] += wa * wb
        law = wider
    seen = 1
    for v in j[0]:
        seen *= int(v)
    total = sum(law.values())
    return float(Fraction(sum(w for v, w in law.items() if v <= seen), total))


def maxt(u):
    """Westfall and Young step-down, straight from the definition."""
    t = (u - u.mean(axis=0)) / np.where(u.std(axis=0) > 0, u.std(axis=0), 1)
    order = sorted(range(u.shape[1]), key=lambda s: -t[0, s])
    p = np.zeros(u.shape[1])
    before = 0.0
    for i, s in enumerate(order):
        rest = order[i:]
        here = np.mean([max(t[b, r] for r in rest) >= t[0, s] for b in range(len(u))])
        before = max(before, here)
        p[s] = before
    return p


def adjust(p, factor=1.0):
    m = len(p)
    order = np.argsort(p, kind="stable")
    q = np.empty(m)
    for i in range(m):
        q[order[i]] = min(min(1.0, factor * m * p[order[k]] / (k + 1)) for k in range(i, m))
    return q


def bates(mean, n):
    s = Fraction(mean) * n
    return float(sum((-1) ** j * comb(n, j) * (s - j) ** n for j in range(int(s) + 1)) /
                 factorial(n))


def chi2_upper(x, df):
    """Chi-square's upper tail as its finite sum of positive terms, in 40 digits."""
    with mpmath.workdps(40):
        half = mpmath.mpf(x) / 2
        k = mpmath.mpf(df % 2) / 2
        total = mpmath.erfc(mpmath.sqrt(half)) if df % 2 else mpmath.mpf(0)
        term = mpmath.exp(-half) * half**k / mpmath.gamma(k + 1)
        for _ in range(df // 2):
            total += term
            k += 1
            term *= half / k
        value = float(total)
    assert abs(stats.chi2.sf(x, df) - value) <= 2e-11 * value, (x, df)
    return value


rng = np.random.default_rng(20240607)
u = rng.integers(0, 7, size=(20, 5)).astype(float)
u[:, 3] = 4  # a column of ties alone
u[0] = [6, 5, 2, 4, 6]
put("table.u", u)
put("table.p", p_single(u))
put("table.j", midranks(u))
put("table.omnibus", omnibus(midranks(u)))
put("table.fisher", fisher_exact(midranks(u)))
put("table.maxt", maxt(u))
put("table.bh", adjust(p_single(u)))


v = rng.normal(size=(40, 12))
v[0, :4] += 2
put("normal.u", v)
put("normal.p", p_single(v))
put("normal.omnibus", omnibus(midranks(v)))
put("normal.maxt", maxt(v))
put("normal.bh", adjust(p_single(v)))
put("normal.by", adjust(p_single(v), sum(1 / k for k in range(1, 13))))
put("normal.fisher", fisher_exact(midranks(v[:, :5])))

# Ends and middle, and both sides of the place where the library turns from series to fraction.
for df in [1, 2, 3, 6, 19, 31, 32, 100, 999, 1000, 10001, 1000000]:
    for p in [1e-300, 1e-100, 1e-8, 0.05, 0.5, 0.99]:
        x = float(stats.chi2.isf(p, df))
        put("chi2", [x, df, chi2_upper(x, df)])
    for x in [df + 1.875, df + 2.125]:
        put("chi2", [x, df, chi2_upper(x, df)])
for x in [-37, -30.5, -12.25, -5, -1.5, -0.125, 0, 0.75, 3, 9]:
    put("normal", [x, float(mpmath.ncdf(x))])
for mean, n in [(0.25, 1), (0.125, 5), (0.5, 8), (0.375, 30), (0.9375, 12), (0.5, 30)]:
    put("bates", [mean, n, bates(mean, n)])
put("bates", [0.4375, 31, stats.norm.cdf((0.4375 - 0.5) * np.sqrt(12 * 31))])

# Counts of lesions: [draws + 1, sub-clusters, classes], one class without images.
images = np.array([7, 0, 5, 12])
base = np.array([6, 0, 5, 9])
correct = rng.integers(0, 3, size=(4, 2, 4)) + np.array([3, 0, 2, 6])
correct[:, :, 1] = 0
correct[1, 0] = base
base_loss = np.array([2.5, 0, 1.25, 8.0])
loss = rng.uniform(1, 9, size=(4, 2, 4))
loss[:, :, 1] = 0
some = images > 0
d = (correct - base)[..., some] / images[some]
dl = (loss - base_loss)[..., some]
put("damage.images", images)
put("damage.base", base)
put("damage.correct", correct)
put("damage.base_loss", base_loss)
put("damage.loss", loss)
put("damage.accuracy", d.mean(axis=-1))
put("damage.plain", (correct - base).sum(axis=-1) / images.sum())
put("damage.spread", d.std(axis=-1))
with np.errstate(invalid="ignore", divide="ignore"):
    put("damage.range", np.ptp(d / d.mean(axis=-1, keepdims=True), axis=-1))
put("damage.change_loss", (dl / images[some]).mean(axis=-1))
put("damage.plain_loss", dl.sum(axis=-1) / images.sum())
