#!/usr/bin/env bats
# report --family run: q and max-T over all partitions, k and statistics.
# shellcheck disable=SC2154 # bats sets stderr

bats_require_minimum_version 1.5.0

# tested SEED: the same network in 2 and in 4 clusters, the second lesioned with this seed
tested() {
	lesion -q --model "$ROOT/fixtures/side-by-side.onnx" --data data.brc --in weights.global.k2 \
		-n 49 <labels.brc |
		lesion -q --model "$ROOT/fixtures/side-by-side.onnx" --data data.brc \
			--in weights.global.k4 -n 49 --seed "$1" |
		coherence -q --in weights.global.k2 | coherence -q --in weights.global.k4
}

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	read-data -q "$ROOT/fixtures/side-by-side.npz" -o data.brc
	extract-weights -q "$ROOT/fixtures/side-by-side.onnx" | laplacian -q |
		spectral -q -k 2,4 -o labels.brc
	tested 42 >same.brc
	tested 7 >other.brc
}

setup() {
	cd "$BATS_FILE_TMPDIR" || return 1
}

# check FILE SETS: all run_q and run_p_maxt of a JSON report are those of NumPy
check() {
	/usr/bin/python3 - "$@" <<'PYTHON'
import json
import sys
import numpy as np
net = json.load(open(sys.argv[1]))["networks"][0]
sets = int(sys.argv[2])
nan = lambda v: np.nan if v is None else v
u, got, of = [], [], []
for number, l in enumerate(net["labellings"]):
    for g in l["groups"]:
        for name, s in g["statistics"].items():
            if s.get("run_q") is None:
                continue
            tail = next(t["tail"] for t in l["importance"] + l["coherence"] if t["statistic"] == name)
            t = np.array([nan(v) for v in [s["observed"], *s["draws"]][-50:]], float)
            u.append(t if tail == "right" else -t)
            got.append((s["p"], s["run_q"], s["run_p_maxt"]))
            of.append(number if sets > 1 else 0)
u, got, of = np.array(u).T, np.array(got), np.array(of)
n, m = len(u) - 1, u.shape[1]
assert net["family"]["tests"] == m and net["family"]["sets"] == sets, net["family"]
order = np.argsort(got[:, 0], kind="stable")  # Benjamini and Hochberg
q = np.minimum.accumulate((got[order, 0] * m / np.arange(1, m + 1))[::-1])[::-1]
assert np.allclose(got[order, 1], np.minimum(1, q), atol=1e-9)
for k in range(sets):  # step-down max-T within each set of partitions
    cols = np.flatnonzero(of == k)
    x = u[:, cols]
    mean, sd, top = np.nanmean(x, 0), np.nanstd(x, 0), np.nanmax(x, 0)
    assert not np.isnan(x[0]).any()
    x = np.where(np.isnan(x), top, x)  # an undefined control is extreme
    t = np.where(sd > 0, (x - mean) / np.where(sd > 0, sd, 1), 0)
    falling = np.argsort(-t[0], kind="stable")
    p = [(t[:, falling[i:]].max(1) >= t[0, falling[i]] - 1e-9).mean() for i in range(len(cols))]
    p = np.minimum(1, sets * np.maximum.accumulate(p))
    assert np.allclose(got[cols[falling], 2], p, atol=1e-9), (got[cols[falling], 2], p)
print(m, "tests")
PYTHON
}

@test "partitions with the same draws are tested jointly: q and max-T are NumPy's" {
	report --family run --draws same.brc -o same.json
	run -0 check same.json 1
	[[ "$output" = *" tests" ]]
}

@test "partitions with other draws share the level by Bonferroni's rule" {
	report --family run --draws other.brc -o other.json
	run -0 check other.json 2
	report --family run other.brc >other.txt
	tr '\n' ' ' <other.txt | tr -s ' ' | grep -q 'within 2 sets of them, times 2'
}

@test "the family stands in every form, and only where it is asked for" {
	report --family run same.brc >same.txt
	report --family run same.brc -o same.html
	report --family run same.brc -o same.tsv
	grep -q 'In the family of the whole run' same.txt
	grep -q 'max-T, run' same.html
	head -n 1 same.tsv | grep -q 'run_p_maxt'
	report same.brc -o plain.json
	report same.brc -o plain.tsv
	report same.brc >plain.txt
	run ! grep -q run_q < <(head -n 1 plain.tsv)
	run ! grep -q 'family of the whole run' plain.txt
	[ "$(/usr/bin/python3 -c 'import json; print(json.load(open("plain.json"))["networks"][0]["family"])')" = None ]
	run -2 report --family all same.brc
}
