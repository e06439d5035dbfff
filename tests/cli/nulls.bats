#!/usr/bin/env bats
# clusterability: null models, several numbers of clusters, given networks; eigenvalues from corr.

bats_require_minimum_version 1.5.0

setup() {
	load compare.bash
	load stages.bash
	cd "$BATS_TEST_TMPDIR" || return 1
	export PYTHONPATH="$ROOT/tests/cli:$ROOT/docs" PYTHONDONTWRITEBYTECODE=1
}

# show EXPRESSION FILE: of s, the sections by (type, name)
show() {
	/usr/bin/python3 - "$@" <<'PYTHON'
import sys
import read_stream
s = {(x.type, x.name): x for x in read_stream.read(open(sys.argv[2], "rb"))[0]}
print(eval(sys.argv[1]))
PYTHON
}

# series SAMPLES UNITS: independent series as a stream of activations
series() {
	/usr/bin/python3 -c "
import numpy as np
np.save('x.npy', np.random.default_rng(1).standard_normal(($1, $2)).astype('f4'))"
	read-data -q --series x.npy
}

# weights SEED: a chain of two matrices without groups
weights() {
	/usr/bin/python3 - "$1" <<'PYTHON'
import sys
import numpy as np
import write_stream
r = np.random.default_rng(int(sys.argv[1]))
shape = [(12, 14), (14, 10)]
write_stream.write(sys.stdout.buffer, [("weights", "w", {}, [{"block": i, "from": i, "to": i + 1} for i in (0, 1)],
    {**write_stream.layers(a=12, b=14, c=10), **{f"block/{i}": r.random(shape[i]).astype("f4") for i in (0, 1)}})])
PYTHON
}

@test "the null model follows from the graph" {
	null() { show 'next(x.meta["null"] for k, x in s.items() if k[0] == "clusterability")' out.brc; }
	series 40 12 | corr -q | clusterability -q -k 2 -n 5 >out.brc
	[ "$(null)" = rotation ]
	weights 1 | clusterability -q -k 2 -n 5 >out.brc
	[ "$(null)" = residual ]
	weights 1 | clusterability -q -k 2 -n 5 --compat paper >out.brc
	[ "$(null)" = layer ]
	printf '0\t1\t1\n1\t2\t1\n3\t4\t1\n2\t3\t0.1\n4\t0\t0.3\n' >edges.tsv
	import -q --graph edges.tsv | clusterability -k 2 -n 5 >out.brc 2>err
	[ "$(null)" = residual-nonzero ]
	grep -q 'warning: the zeroes of 1 of 1 matrices keep their places' err
	for model in samples hqs; do
		series 40 12 >act.brc
		corr -q <act.brc >graph.brc
		clusterability -q -k 2 -n 5 --null $model --samples act.brc <graph.brc >out.brc
		[ "$(null)" = $model ]
	done
}

@test "corr stores the eigenvalues of numpy, for all units or for each layer" {
	series 60 9 >act.brc
	corr -q <act.brc >all.brc
	/usr/bin/python3 - all.brc <<'PYTHON'
import sys
import numpy as np
import read_stream
s = read_stream.read(open(sys.argv[1], "rb"))[0][-1]
x = np.load("x.npy").argsort(axis=0).argsort(axis=0)
c = np.corrcoef(x.T)
assert abs(s.arrays["eigenvalue/0"] - np.linalg.eigvalsh(c)[::-1]).max() < 1e-6
assert abs(s.arrays["correlation/mean"][0] - (c.sum() - 9) / 72) < 1e-7
PYTHON
	corr -q --local <act.brc >local.brc
	[ "$(show '[n for n in s["affinity", "series"].arrays if "eigenvalue" in n]' local.brc)" = "['eigenvalue/0']" ]
	corr -q --factors <act.brc >factors.brc
	[ "$(show '[n for n in s["affinity", "series"].arrays if "eigenvalue" in n]' factors.brc)" = "[]" ]
	corr -q --eigenvalues --double <act.brc | check -q
}

@test "eigenvalues from corr, factors or samples give the same null networks" {
	cut() { show '["%.5f" % v for v in s["clusterability", "series"].arrays["null/ncut"]]' "$1"; }
	series 30 50 >act.brc
	corr -q <act.brc | clusterability -q -k 3 -n 4 >stored.brc
	corr -q --factors <act.brc | clusterability -q -k 3 -n 4 >factors.brc
	corr -q <act.brc >graph.brc
	clusterability -q -k 3 -n 4 --samples act.brc <graph.brc >samples.brc
	same cut stored.brc , cut samples.brc
	same cut stored.brc , cut factors.brc
	for threads in 1 3; do
		corr -q --threads $threads <act.brc | clusterability -q -k 3 -n 4 --threads $threads >t$threads.brc
	done
	cmp t1.brc t3.brc
}

@test "what a null model needs is asked for, and what does not go together refused" {
	series 50 12 >few.brc
	series 40 12 >act.brc
	corr -q <act.brc >graph.brc
	weights 1 >w.brc
	refuse() {
		local code=$1 text=$2 input=$3
		shift 3
		run --separate-stderr clusterability -o result "$@" <"$input"
		[ "$status" = "$code" ]
		# shellcheck disable=SC2154 # run sets it
		[[ $stderr == *"$text"* ]]
		[ ! -e result ]
	}
	refuse 3 "--samples FILE" graph.brc -k 2 --null samples
	refuse 3 "the graph was made of 40" graph.brc -k 2 --null samples --samples few.brc
	refuse 2 "the edges of this graph are none" w.brc -k 2 --null rotation
	refuse 2 "serves graphs of correlations" w.brc -k 2 --samples act.brc
	refuse 2 "serves --null rotation" graph.brc -k 2 --samples act.brc --null layer
	refuse 2 "one of -k and --k-auto" w.brc
	refuse 2 "one of -k and --k-auto" w.brc -k 2 --k-auto 2-3
	refuse 2 "no range" w.brc --k-auto 3
	refuse 2 "leave out --null" w.brc -k 2 --against w.brc --null layer
	refuse 3 "its layers are not those" graph.brc -k 2 --against <(series 40 13 | corr -q)
	refuse 3 "40 clusters wanted of 36" w.brc -k 2,40
	/usr/bin/python3 - <<'PYTHON'
import read_stream
import write_stream
s = read_stream.read(open("graph.brc", "rb"))[0][-1]
def write(name, **change):
    arrays = {k: change.get(k.replace("/", "_"), v) for k, v in s.arrays.items()}
    arrays = {k: v for k, v in arrays.items() if v is not None}
    with open(name, "wb") as f:
        write_stream.write(f, [(("affinity", s.version), s.name, s.meta, s.records, arrays)])
write("none.brc", eigenvalue_0=None, correlation_mean=None)
write("wrong.brc", eigenvalue_0=s.arrays["eigenvalue/0"] * 2)
write("lost.brc", eigenvalue_0=None)
PYTHON
	refuse 3 "corr --eigenvalues" none.brc -k 2
	refuse 3 "are not the eigenvalues of a correlation matrix of 12 units" wrong.brc -k 2
	refuse 3 "eigenvalue/0" lost.brc -k 2
	clusterability -q -k 2 -n 3 --samples act.brc <none.brc | check -q
	clusterability -q -k 2 -n 3 --null layer <none.brc | check -q
}

@test "a list of k and a range: a section for each, alone or together the same, and one p for all" {
	weights 3 >w.brc
	clusterability -k 2,3,5 -n 9 <w.brc >list.brc 2>err
	[ "$(show 'list(s)' list.brc)" = "[('weights', 'w'), ('clusterability', 'w.k2'), ('clusterability', 'w.k3'), ('clusterability', 'w.k5')]" ]
	[ "$(grep -c '^clusterability: k [235]: n-cut' err)" = 3 ]
	grep -q '^clusterability: p of the best of these 3 numbers of clusters: ' err
	laplacian -q <w.brc | spectral -q -k 2,3,5 >labels.brc
	for k in 2 3 5; do
		same show "s['clusterability', 'w.k$k'].meta['observed']" list.brc , \
			show "s['labels', 'w.global.k$k'].meta['ncut']" labels.brc
	done
	clusterability -q -k 5 -n 9 <w.brc >one.brc
	same show 's["clusterability", "w.k5"].arrays["null/ncut"].tolist()' list.brc , \
		show 's["clusterability", "w"].arrays["null/ncut"].tolist()' one.brc
	/usr/bin/python3 - <<'PYTHON'
import numpy as np
import read_stream
s = [x for x in read_stream.read(open("list.brc", "rb"))[0] if x.type == "clusterability"]
cut = np.array([np.append(x.arrays["null/ncut"], x.meta["observed"]) for x in s])
best = (cut[:, :, None] >= cut[:, None] - 1e-12).sum(axis=2).min(axis=0)
for x in s:
    assert x.meta["tested"] == 3 and abs(x.meta["p_all"] - (best <= best[-1]).mean()) < 1e-12
PYTHON
	clusterability -q --k-auto 34-40 -n 3 <w.brc >range.brc
	[ "$(show '[n for t, n in s if t == "clusterability"]' range.brc)" = "['w.k34', 'w.k35', 'w.k36']" ]
	report <list.brc >report.txt
	tr '\n' ' ' <report.txt | tr -s ' ' | grep -q '3 numbers of clusters were tried'
}

@test "given networks take the place of null networks" {
	weights 1 >w.brc
	against=()
	for seed in 2 3 4; do
		weights $seed >o$seed.brc
		against+=(--against "o$seed.brc")
	done
	clusterability -k 3 "${against[@]}" <w.brc >out.brc 2>err
	grep -q '3 against: mean' err
	[ "$(show 's["clusterability", "w"].meta["null"]' out.brc)" = against ]
	want=()
	for seed in 2 3 4; do
		laplacian -q <o$seed.brc | spectral -q -k 3 >l.brc
		want+=("$(show 's["labels", "w.global"].meta["ncut"]' l.brc)")
	done
	[ "$(show '" ".join(map(str, s["clusterability", "w"].arrays["null/ncut"]))' out.brc)" = "${want[*]}" ]
	peek out.brc | grep -q against
}

@test "few samples, and fewer than units, are told" {
	series 40 60 | corr -q | clusterability -k 2 -n 3 2>err >out.brc
	grep -q 'warning: 40 samples are few' err
	grep -q 'warning: there are fewer samples (40) than connected units (60)' err
	report <out.brc >report.txt
	tr '\n' ' ' <report.txt | tr -s ' ' | grep -q '40 samples are few'
	series 600 10 | corr -q | clusterability -k 2 -n 3 2>err >/dev/null
	run grep warning err
	[ "$status" = 1 ]
}

# Groups that show only in which units are joined are in the null graphs of an imported graph, too.
@test "spectral and report say why an unweighted graph has no evidence" {
	python3 -c '
import random
random.seed(1)
for i in range(120):
    for j in range(i):
        if random.random() < (.4 if i // 30 == j // 30 else .02):
            print(j, i, 1)' >graph.edges
	import -q --graph graph.edges | laplacian -q | spectral -k 4 --stability auto >out.brc 2>err
	grep -q ', k 4: no evidence (partitions of copies agree to 1.00, of null graphs to at most 1.00)' err
	grep -q 'Null graphs keep the places of edges' err
	report out.brc | tr -s ' \n' '  ' | grep -q 'Structure at k = 4: no evidence.*Null graphs keep the places of edges'
}
