#!/usr/bin/env bats
# laplacian, spectral, clusterability, compare: graphs written by hand, and a trained network.

bats_require_minimum_version 1.5.0

setup() {
	load compare.bash
	cd "$BATS_TEST_TMPDIR" || return 1
	export PYTHONPATH="$ROOT/tests/cli:$ROOT/docs" PYTHONDONTWRITEBYTECODE=1
}

# section TYPE NAME LAYERS BLOCKS: a stream of one graph; LAYERS a dict, BLOCKS {(from, to): rows}
section() {
	/usr/bin/python3 - "$@" <<'PYTHON'
import sys
import numpy as np
import write_stream
rng = np.random.default_rng(1)
def modules(rows, cols, k=2, between=0.05):
    w = rng.uniform(0.5, 1, (rows, cols))
    w[np.arange(rows)[:, None] % k != np.arange(cols) % k] *= between
    return w
layers, blocks = eval(sys.argv[3]), eval(sys.argv[4])
records = [{"block": i, "from": a, "to": b} for i, (a, b) in enumerate(blocks)]
arrays = {f"block/{i}": np.array(w, "<f4") for i, w in enumerate(blocks.values())}
write_stream.write(sys.stdout.buffer, [(sys.argv[1], sys.argv[2], {}, records,
                   {**write_stream.layers(**layers), **arrays})])
PYTHON
}

# two unit triangles, 2 and 3 joined by 1/2
triangles() {
	section affinity tri 'dict(a=6)' '{(0, 0): [[0, 1, 1, 0, 0, 0], [1, 0, 1, 0, 0, 0],
		[1, 1, 0, .5, 0, 0], [0, 0, .5, 0, 1, 1], [0, 0, 0, 1, 0, 1], [0, 0, 0, 1, 1, 0]]}'
}

# three layers in two modules
chain() {
	section weights "${1:-weights}" 'dict(a=8, b=10, c=6)' '{(0, 1): modules(8, 10), (1, 2): modules(10, 6)}'
}

# show EXPRESSION FILE: of s, the sections by (type, name), and h, the history
show() {
	/usr/bin/python3 - "$@" <<'PYTHON'
import sys
import read_stream
sections, h = read_stream.read(open(sys.argv[2], "rb"))
s = {(x.type, x.name): x for x in sections}
print(eval(sys.argv[1]))
PYTHON
}

# join FILE...: one stream of the sections of several
join() {
	/usr/bin/python3 - "$@" <<'PYTHON'
import sys
import read_stream
import write_stream
sections = [s for f in sys.argv[1:] for s in read_stream.read(open(f, "rb"))[0]]
write_stream.write(sys.stdout.buffer, [(s.type, s.name, s.meta, s.records, s.arrays) for s in sections])
PYTHON
}

@test "two triangles: labels, n-cut, spectrum, and what is consumed" {
	triangles | laplacian | spectral -k 2 >out.brc 2>err
	check -q out.brc
	[ "$(show 'list(s)' out.brc)" = "[('spectrum', 'tri.global'), ('labels', 'tri.global')]" ]
	run show 's["labels", "tri.global"].arrays["label"].tolist()' out.brc
	[ "$output" = "[0, 0, 0, 1, 1, 1]" ] || [ "$output" = "[1, 1, 1, 0, 0, 0]" ]
	[ "$(show 'abs(s["labels", "tri.global"].meta["ncut"] - 2 / 13) < 1e-15' out.brc)" = True ]
	[ "$(show 's["spectrum", "tri.global"].arrays["graph/0/eigenvalue"].round(10).tolist()' out.brc)" = \
		"[0.0, 0.1271583853, 1.3]" ]
	grep -q '^spectral: global: k 2, n-cut 0.153846, starts agree to 1.000, 1 component, 0 isolated of 6 units$' err
}

@test "spectral --compat paper gives the published n-cut, which is another number" {
	triangles | laplacian >in.brc
	spectral -q -k 2 <in.brc >plain.brc
	spectral -q -k 2 --compat paper <in.brc >paper.brc
	[ "$(show '"%.12f" % s["labels", "tri.global"].meta["ncut"]' plain.brc)" = 0.153846153846 ]
	[ "$(show '"%.12f" % s["labels", "tri.global"].meta["ncut"]' paper.brc)" = 0.153846153609 ]
}

@test "--choose takes the least inertia or the least n-cut, in spectral and clusterability alike" {
	local rule
	extract-weights -q "$ROOT/fixtures/side-by-side.onnx" >w.brc
	for rule in inertia ncut; do
		laplacian <w.brc | spectral -q -k 12 --choose $rule >$rule.brc
		clusterability -q -k 12 -n 1 --null layer --choose $rule <w.brc >c.$rule.brc
		show '(s["spectrum", "weights.global"].records[0]["inertia"], s["labels", "weights.global"].meta["ncut"])' $rule.brc
		show 's["labels", "weights.global"].meta["ncut"]' $rule.brc >least.txt
		show 's["clusterability", "weights"].meta["observed"]' c.$rule.brc >observed
		cmp least.txt observed
	done >both
	/usr/bin/python3 -c 'a, b = map(eval, open("both")); assert a[0] < b[0] and a[1] > b[1], (a, b)'
	laplacian <w.brc | spectral -q -k 12 >plain.brc
	show 's["labels", "weights.global"].meta["ncut"]' inertia.brc >least.txt
	show 's["labels", "weights.global"].meta["ncut"]' plain.brc >observed
	cmp least.txt observed
	clusterability -q -k 12 -n 1 --null layer <w.brc >c.plain.brc
	show 's["clusterability", "weights"].meta["observed"]' c.plain.brc >observed
	show 's["labels", "weights.global"].meta["ncut"]' ncut.brc >least.txt
	cmp least.txt observed
	run -2 spectral -k 2 --choose ncut --compat paper <w.brc
	run -2 clusterability -k 2 --choose ncut --compat paper <w.brc
}

@test "clusterability --compat paper counts ties as significant and has the published n-cut" {
	# all edges equal: every shuffle is the network itself
	section weights w 'dict(a=4, b=4)' '{(0, 1): [[1] * 4] * 4}' >in.brc
	clusterability -q -k 2 -n 9 <in.brc >plain.brc
	clusterability -q -k 2 -n 9 --compat paper <in.brc >paper.brc
	[ "$(show 's["clusterability", "w"].meta["p"]' plain.brc)" = 1.0 ]
	[ "$(show 's["clusterability", "w"].meta["p"]' paper.brc)" = 0.1 ]
	triangles | clusterability -q -k 2 -n 1 --compat paper >paper.brc
	[ "$(show '"%.12f" % s["clusterability", "tri"].meta["observed"]' paper.brc)" = 0.153846153609 ]
}

@test "--keep hands consumed sections on; --name names; --in chooses" {
	chain | laplacian --keep --name mine >l.brc
	[ "$(show 'list(s)' l.brc)" = "[('weights', 'weights'), ('laplacian', 'mine')]" ]
	spectral -q --keep -k 2 --name yours <l.brc >s.brc
	[ "$(show 'list(s)' s.brc)" = \
		"[('weights', 'weights'), ('laplacian', 'mine'), ('spectrum', 'yours'), ('labels', 'yours')]" ]
	chain one >one.brc
	chain two >two.brc
	join one.brc two.brc >both.brc
	run --separate-stderr laplacian -o x.brc <both.brc
	[ "$status" = 3 ]
	[[ "$stderr" == *"weights/1 one, weights/1 two"* ]]
	[ ! -e x.brc ]
	laplacian --in two <both.brc >x.brc
	[ "$(show 'list(s)' x.brc)" = "[('weights', 'one'), ('laplacian', 'two.global')]" ]
}

@test "a list of k makes one labelling for each" {
	chain | laplacian | spectral -q -k 2,5,3 >out.brc
	[ "$(show '[n for t, n in s if t == "labels"]' out.brc)" = \
		"['weights.global.k2', 'weights.global.k5', 'weights.global.k3']" ]
	[ "$(show '[len(set(x.arrays["label"])) for (t, n), x in s.items() if t == "labels"]' out.brc)" = "[2, 5, 3]" ]
	chain | laplacian | spectral -q -k 5 >alone.brc
	same show 'round(s["labels", "weights.global.k5"].meta["ncut"], 12)' out.brc , \
		show 'round(s["labels", "weights.global"].meta["ncut"], 12)' alone.brc
}

# Weights of two layers with five groups, or without any.
planted() {
	section weights planted 'dict(a=60, b=60)' \
		"{(0, 1): np.kron(np.eye(5), np.ones((12, 12))) * $1 + 1 + np.random.default_rng(7).random((60, 60))}"
}

@test "--stability says of planted groups that they are structured, and of noise that there is no evidence" {
	planted 4 | laplacian -q >groups.brc
	planted 0 | laplacian -q >noise.brc
	spectral -k 5 --stability 20 <groups.brc 2>err >s.brc
	grep -q '^spectral: global, k 5: structured (partitions of copies agree to 1.00, of null graphs to at most 0.' err
	check -q s.brc
	[ "$(show 'list(s)' s.brc)" = "[('spectrum', 'planted.global'), ('labels', 'planted.global'), ('structure', 'planted.global'), ('partitions', 'planted.global')]" ]
	[ "$(show 's["partitions", "planted.global"].arrays["label"].shape' s.brc)" = "(20, 120)" ]
	spectral -q -k 5 --stability 20 --threads 1 <groups.brc >one.brc
	spectral -q -k 5 --stability 20 --threads 3 <groups.brc >three.brc
	same show '[[a.tolist() for a in x.arrays.values()] for x in s.values()]' one.brc , \
		show '[[a.tolist() for a in x.arrays.values()] for x in s.values()]' three.brc
	spectral -k 5 --stability 20 <noise.brc 2>err >s.brc
	grep -q '^spectral: global, k 5: no evidence' err
	spectral -q -k 5 <noise.brc >plain.brc
	[ "$(show 'list(s)' plain.brc)" = "[('spectrum', 'planted.global'), ('labels', 'planted.global')]" ]
}

@test "indices of structure are those of scikit-learn's kind, from the labels in the stream" {
	planted 1 | laplacian -q | spectral -q -k 3,5 --stability 6 >s.brc
	cat >index.py <<'PYTHON'
import numpy as np
import read_stream
def pairs(x):
    return (x * (x - 1) // 2).sum()
def rand(a, b):
    both = np.zeros((a.max() + 1, b.max() + 1), int)
    np.add.at(both, (a, b), 1)
    together, one, other = pairs(both), pairs(both.sum(1)), pairs(both.sum(0))
    expected = one * other / pairs(np.array([len(a)]))
    return (together - expected) / ((one + other) / 2 - expected) if one + other != 2 * expected else 1
sections = {(s.type, s.name): s for s in read_stream.read(open("s.brc", "rb"))[0]}
for k in (3, 5):
    name = f"planted.global.k{k}"
    label, t = sections["labels", name].arrays["label"], sections["structure", name].arrays
    copies = sections["partitions", name].arrays["label"]
    want = [np.mean([rand(label[i:i + 60], c[i:i + 60]) for i in (0, 60)]) for c in copies]
    assert np.allclose(t["copy/index"], [want], atol=1e-12)
    assert np.allclose(t["row/index"], np.mean(want), atol=1e-12)
    above, index = (t["row/index"] > t["null/index"].max()).all(), t["row/index"][0]
    verdict = "no evidence" if not above else "structured" if index >= .5 else "above chance, not repeatable"
    assert t["row/verdict"][0].decode() == verdict
    assert t["null/index"].shape == (1, 19) and t["row/k"].tolist() == [k]
print("the same")
PYTHON
	[ "$(/usr/bin/python3 index.py)" = "the same" ]
}

@test "--k-auto takes the largest k that is structured, or says that none stands out" {
	planted 4 | laplacian -q >groups.brc
	spectral --k-auto 2-7 <groups.brc >s.brc 2>err
	grep -q '^spectral: global, k 5: structured' err
	[ "$(show 's["labels", "planted.global"].meta["k"] == max(k for k, v in zip(*[s["structure", "planted.global"].arrays[f"row/{c}"] for c in ("k", "verdict")]) if v == b"structured")' s.brc)" = True ]
	[ "$(show 's["spectrum", "planted.global"].arrays["graph/0/choice/k"].tolist()' s.brc)" = \
		"[2, 3, 4, 5, 6, 7]" ]
	[ "$(show 's["structure", "planted.global"].arrays["row/k"].tolist()' s.brc)" = "[2, 3, 4, 5, 6, 7]" ]
	spectral -q --k-auto 2-5 <groups.brc >s.brc
	[ "$(show 's["labels", "planted.global"].meta["k"]' s.brc)" = 5 ]
	[ "$(show 's["spectrum", "planted.global"].records[0]["starts"]' s.brc)" = 1.0 ]
	planted 0 | laplacian -q | spectral --k-auto 2-7 >none.brc 2>err
	grep -q '^spectral: global: no k stands out: its units get no cluster$' err
	[ "$(show 'set(s["labels", "planted.global"].arrays["label"].tolist())' none.brc)" = "{-1}" ]
	report none.brc >none.txt
	grep -q 'No k stands out between 2 and 7' none.txt
	for wrong in 9-2 0-4 2 2- 2-4x; do
		run spectral --k-auto "$wrong" <groups.brc
		[ "$status" -eq 2 ]
	done
	run spectral --k-auto 2-4 -k 3 <groups.brc
	[ "$status" -eq 2 ]
}

@test "--stability of correlations takes the samples again, and no others" {
	/usr/bin/python3 - <<'PYTHON'
import numpy as np
r = np.random.default_rng(3)
common = r.standard_normal((200, 4))
np.save("series.npy", np.repeat(common, 10, axis=1) + r.standard_normal((200, 40)))
np.save("other.npy", r.standard_normal((200, 40)))
PYTHON
	read-data -q --series series.npy -o series.brc
	read-data -q --series other.npy -o other.brc
	corr -q <series.brc | laplacian -q >l.brc
	run spectral -k 4 --stability 20 <l.brc
	[ "$status" -eq 2 ]
	[[ $output == *"--samples FILE, the stream of activations that corr read"* ]]
	spectral -k 4 --stability 20 --samples series.brc <l.brc >s.brc 2>err
	grep -q '^spectral: global, k 4: structured' err
	[ "$(show '[x.arrays["copy/index"].shape for (t, n), x in s.items() if t == "structure"]' s.brc)" = "[(1, 10)]" ]
	[ "$(show '[x.meta["perturbed"] for (t, n), x in s.items() if t == "structure"]' s.brc)" = "['samples']" ]
	# shellcheck disable=SC2094 # the samples are read, not written
	corr -q --dense <other.brc | laplacian -q | spectral -k 4 --stability 20 --samples other.brc >s.brc 2>err
	grep -q '^spectral: global, k 4: no evidence' err
	# shellcheck disable=SC2094 # the samples are read, not written
	corr -q --edge abs --method pearson <series.brc | laplacian -q |
		spectral -k 4 --stability 20 --samples series.brc 2>err >s.brc
	grep -q '^spectral: global, k 4: structured' err
	run spectral -k 4 --stability 20 --samples other.brc <l.brc
	[ "$status" -eq 3 ]
	[[ $output == *"are not the edges of graph global"* ]]
	run spectral -k 4 --samples series.brc <l.brc
	[ "$status" -eq 2 ]
	run spectral -k 4 --stability 1 <l.brc
	[ "$status" -eq 2 ]
}

@test "laplacian --normalisation symmetric places units in rows of unit length" {
	chain | laplacian -q --normalisation symmetric >l.brc
	[ "$(show 's["laplacian", "weights.global"].meta["rows"]' l.brc)" = unit ]
	chain | laplacian -q >w.brc
	[ "$(show 's["laplacian", "weights.global"].meta["rows"]' w.brc)" = degree ]
	# edges four times as heavy halve x / sqrt(degree), and leave rows of unit length as they are
	section weights weights 'dict(a=8, b=10, c=6)' '{(0, 1): 4 * modules(8, 10), (1, 2): 4 * modules(10, 6)}' >four.brc
	local kind ratio
	for kind in symmetric random-walk; do
		chain | laplacian -q --normalisation "$kind" | spectral -q -k 2 >a.brc
		laplacian -q --normalisation "$kind" <four.brc | spectral -q -k 2 >b.brc
		ratio=$(printf '%s\n' a b | while read -r f; do
			show 's["spectrum", "weights.global"].records[0]["inertia"]' "$f".brc; done |
			awk 'NR == 1 { a = $1 } END { printf "%.4f", a / $1 }')
		[ "$ratio" = "$([ "$kind" = symmetric ] && echo 1.0000 || echo 4.0000)" ]
	done
	run laplacian --normalisation none <w.brc
	[ "$status" -eq 2 ]
}

@test "edges in compressed rows: the same labels as dense, and what is wrong is named" {
	rows() { # rows FILTER: a circle of eight units, as edited by the Python FILTER
		/usr/bin/python3 - "$1" <<'PYTHON'
import sys
import numpy as np
import write_stream
n = 8
edges = sorted({(i, (i + d) % n) for i in range(n) for d in (1, n - 1)})
start = np.searchsorted([i for i, _ in edges], range(n + 1)).astype("<i8")
column = np.array([j for _, j in edges], "<i4")
weight = np.array([1 + (min(i, j) % 4 != 3) for i, j in edges], "<f4")
exec(sys.argv[1])
write_stream.write(sys.stdout.buffer, [("affinity", "ring", {},
    [{"block": 0, "from": 0, "to": 0, "layout": "rows"}],
    {**write_stream.layers(a=n), "block/0/start": start, "block/0/column": column,
     "block/0/weight": weight})])
PYTHON
	}
	rows '' | laplacian -v 2>note >l.brc
	grep -q '8 units, 0 isolated, 8 edges, 1 component' note
	spectral -q -k 2 <l.brc >s.brc
	[ "$(show 'len(set(s["labels", "ring.global"].arrays["label"].tolist()))' s.brc)" = 2 ]
	rows '' | clusterability -q -k 2 -n 9 >c.brc
	[ "$(show 's["clusterability", "ring"].arrays["null/ncut"].shape' c.brc)" = "(9,)" ]
	local edit say
	while IFS='|' read -r edit say; do
		run --separate-stderr bash -c "$(declare -f rows); rows '$edit' | laplacian"
		[ "$status" -eq 3 ]
		grep -q "$say" <<<"$stderr"
	done <<-'END'
		weight[3] = float("nan")|unit 1 of layer a and unit 2 of layer a is nan
		weight[3] = float("inf")|unit 1 of layer a and unit 2 of layer a is inf
		weight[3] = 9|not symmetric
		column[3] = 1|columns of row 1 must ascend\|joins itself
		column[3] = 8|columns of row 1 must ascend
		start[1] = 17|end behind the last
		start[0] = 1|start at 1
	END
}

@test "global, then local with as many clusters as these layers have" {
	chain | laplacian --keep | spectral -q -k 3 | laplacian --local |
		spectral -q --k-from weights.global >out.brc
	[ "$(show '[n for t, n in s if t == "labels"]' out.brc)" = "['weights.global', 'weights.local']" ]
	[ "$(show '[r["name"] for r in s["spectrum", "weights.local"].records]' out.brc)" = "['a, b and 1 more']" ]
	[ "$(show '[r["k"] for r in s["labels", "weights.local"].records] == [len(set(s["labels", "weights.global"].arrays["label"]))]' out.brc)" = True ]
	chain | laplacian --local >l.brc
	run --separate-stderr spectral -o x.brc --k-from nobody <l.brc
	[ "$status" = 3 ]
	[[ "$stderr" == *"no labels called 'nobody'"* ]]
}

@test "local graphs: three layers of weights, one of affinities; empty ones are left out" {
	chain | laplacian --local >l.brc
	[ "$(show '[(r["name"], r["members"], r["kept"]) for r in s["laplacian", "weights.local"].records if "graph" in r]' l.brc)" = \
		"[('a, b and 1 more', [0, 1, 2], [0, 1, 2])]" ]
	section affinity x 'dict(a=3, b=2)' \
		'{(0, 0): [[0, 1, 1], [1, 0, 1], [1, 1, 0]], (0, 1): [[1, 1]] * 3, (1, 1): [[0, 0]] * 2}' |
		laplacian --local 2>err >l.brc
	[ "$(show '[r["members"] for r in s["laplacian", "x.local"].records if "graph" in r]' l.brc)" = "[[0]]" ]
	grep -q '^laplacian: layer b has no edges' err
	spectral -q -k 2 <l.brc >out.brc
	[ "$(show 's["labels", "x.local"].arrays["label"][3:].tolist()' out.brc)" = "[-1, -1]" ]
}

@test "isolated units and components are counted and said" {
	section weights w 'dict(a=4, b=4)' '{(0, 1): [[1, 0, 0, 0], [0, 2, 0, 0], [0, 0, 3, 0], [0, 0, 0, 0]]}' |
		laplacian | spectral -k 2 2>err >out.brc
	[ "$(show 's["labels", "w.global"].arrays["label"].tolist()' out.brc)" = "[1, 1, 0, -1, 1, 1, 0, -1]" ]
	grep -q '^spectral: global: k 2, n-cut 0, starts agree to 1.000, 3 components, 2 isolated of 8 units$' err
	grep -q '^spectral: global: warning: 3 components merged whole into 2 clusters$' err
	[ "$(show 's["labels", "w.global"].meta["isolated"]' out.brc)" = 2 ]
	[ "$(show 's["spectrum", "w.global"].records[0]["warnings"]' out.brc)" = \
		"['3 components merged whole into 2 clusters']" ]
}

@test "wrong options are refused with exit code 2" {
	chain | laplacian >l.brc
	for options in "" "-k 2 --k-from x" "-k 0" "-k 2,,3" "-k two" "-k 2 --compat other"; do
		# shellcheck disable=SC2086
		run --separate-stderr spectral -o x.brc $options <l.brc
		[ "$status" = 2 ]
		[ -n "$stderr" ]
	done
	for options in "" "-k 2 -n 0" "-k 2 --null odd"; do
		# shellcheck disable=SC2086
		run --separate-stderr clusterability -o x.brc $options <l.brc
		[ "$status" = 2 ]
	done
	run --separate-stderr compare --with a --labels b <l.brc
	[ "$status" = 2 ]
}

@test "wrong data are refused with exit code 3 and a name" {
	refuse() { # MESSAGE COMMAND...
		local say=$1
		shift
		run --separate-stderr "$@" -o x.brc <in.brc
		[ "$status" = 3 ] && [[ "$stderr" == *"$say"* ]] && [ ! -e x.brc ]
	}
	section weights w 'dict(a=2, b=2)' '{(0, 1): [[1, -1], [1, 1]]}' >in.brc
	refuse "weights/1 w: block 0, edge between unit 0 of layer a and unit 1 of layer b is -1" laplacian
	refuse "is -1" clusterability -k 2
	section weights w 'dict(a=2, b=2)' '{(0, 1): [[1, float("nan")], [1, 1]]}' >in.brc
	refuse "is nan" laplacian
	section weights w 'dict(a=2, b=2)' '{(0, 1): [[1, 1, 1], [1, 1, 1]]}' >in.brc
	refuse "block/0" laplacian
	section weights w 'dict(a=2)' '{}' >in.brc
	refuse "hint: a network with one hidden layer" laplacian
	chain | laplacian >in.brc
	refuse "25 clusters wanted of 24 connected units" spectral -k 25
	refuse "the stream has no weights or affinity section" laplacian
	chain >in.brc
	refuse "the stream has no laplacian section" spectral -k 2
}

@test "a forged laplacian is refused" {
	chain | laplacian >good.brc
	forge() { # PYTHON
		/usr/bin/python3 - "$1" <<'PYTHON' >in.brc
import sys
import read_stream
import write_stream
s = read_stream.read(open("good.brc", "rb"))[0][0]
a = s.arrays = {k: v.copy() for k, v in s.arrays.items()}
exec(sys.argv[1])
write_stream.write(sys.stdout.buffer, [(s.type, s.name, s.meta, s.records, a)])
PYTHON
		run --separate-stderr spectral -k 2 -o x.brc <in.brc
		[ "$status" = 3 ] && [[ "$stderr" == *"laplacian/1 weights.global"* ]]
	}
	forge 'a["graph/0/degree"][3] = 0'
	forge 'a["graph/0/component"][3] = 7'
	forge 'a["block/1"][2, 2] = float("inf")'
	forge 's.records[2]["members"] = [0, 1, 2, 2]'
	forge 's.records[2]["blocks"] = [0, 1, 10**12]'
	forge 's.records[0]["to"] = 10**15'
	forge 's.meta["mode"] = "sideways"'
	forge 'del s.records[2]'
	forge 'a["layer/units"][0] = 2**62'
}

@test "a truncated stream is refused at every stage" {
	chain >w.brc
	laplacian <w.brc >l.brc
	for pair in "laplacian:w.brc" "spectral -k 2:l.brc" "clusterability -k 2:w.brc" "compare:l.brc"; do
		head -c 900 "${pair#*:}" >cut.brc
		# shellcheck disable=SC2086
		run --separate-stderr ${pair%:*} -o x.brc <cut.brc
		[ "$status" = 4 ]
		[ ! -e x.brc ]
	done
}

@test "the same bytes for any number of threads" {
	chain >w.brc
	for threads in 1 2 3; do
		laplacian --threads $threads <w.brc >l$threads.brc
		spectral -q -k 2,4 --threads $threads <l$threads.brc >s$threads.brc
		laplacian --local --threads $threads <w.brc | spectral -q -k 3 --threads $threads >m$threads.brc
		clusterability -q -k 2 -n 7 --threads $threads <w.brc >c$threads.brc
	done
	for kind in l s m c; do
		cmp ${kind}1.brc ${kind}2.brc
		cmp ${kind}1.brc ${kind}3.brc
	done
}

@test "clusterability: its n-cut is spectral's, its source is handed on, modules are found" {
	chain >w.brc
	clusterability -k 2 -n 19 <w.brc >c.brc 2>err
	[ "$(show 'list(s)' c.brc)" = "[('weights', 'weights'), ('clusterability', 'weights')]" ]
	laplacian <c.brc | spectral -q -k 2 >s.brc
	[ "$(show 's["clusterability", "weights"].meta["observed"] == s["labels", "weights.global"].meta["ncut"]' s.brc)" = True ]
	[ "$(show 's["clusterability", "weights"].meta["p"]' c.brc)" = 0.05 ]
	grep -q '^clusterability: n-cut .* 19 residual: mean .* p 0.05, z -' err
	values=()
	for null in layer-nonzero layer-nonzero-distribution layer-all-distribution; do
		clusterability -q -k 2 -n 5 --null $null <w.brc >n.brc
		[ "$(show 's["clusterability", "weights"].meta["null"]' n.brc)" = $null ]
		run show 's["clusterability", "weights"].arrays["null/ncut"].tolist()' n.brc
		[ "${values[*]}" != "$output" ]
		values=("$output")
	done
	clusterability -q -k 2 -n 5 --seed 1 <w.brc >a.brc
	clusterability -q -k 2 -n 5 --seed 2 <w.brc >b.brc
	differ show 's["clusterability", "weights"].arrays["null/ncut"].tolist()' a.brc , \
		show 's["clusterability", "weights"].arrays["null/ncut"].tolist()' b.brc
}

@test "compare: two labellings of one stream, or of two" {
	chain | laplacian | spectral -q -k 2,3 >s.brc
	compare <s.brc >both.txt
	grep -q '^A: weights.global.k2$' both.txt
	grep -q '^b  *10  *2  *3 ' both.txt
	compare --in weights.global.k3 --with weights.global.k2 --json <s.brc >c.json
	/usr/bin/python3 - <<'PYTHON'
import json
c = json.load(open("c.json"))
assert c["a"] == "weights.global.k3" and c["all"]["units"] == 24
assert [x["layer"] for x in c["layers"]] == ["a", "b", "c"]
assert 0 < c["all"]["adjusted_rand"] < 1
PYTHON
	chain | laplacian | spectral -q -k 2 --seed 7 >other.brc
	compare --in weights.global.k2 --labels other.brc <s.brc >o.txt
	grep -q '^all layers  *24  *2  *2  *1.0000  *1.0000$' o.txt
	run --separate-stderr compare <other.brc
	[ "$status" = 3 ]
	[[ "$stderr" == *"holds 1 labels sections"* ]]
	run --separate-stderr compare --with nobody <s.brc
	[ "$status" = 3 ]
	run --separate-stderr compare --labels s.brc <other.brc
	[ "$status" = 3 ]
	[[ "$stderr" == *"more than one labels section"* ]]
}

@test "a trained network, two halves side by side, is split into them" {
	extract-weights -q --units all "$ROOT/fixtures/side-by-side-split.onnx" | laplacian |
		spectral -q -k 2 >out.brc
	[ "$(show 's["labels", "weights.global"].meta["ncut"]' out.brc)" = 0.0 ]
}

@test "-q says nothing" {
	chain >w.brc
	for command in "laplacian" "clusterability -k 2 -n 3"; do
		# shellcheck disable=SC2086
		run --separate-stderr $command -q -o x.brc <w.brc
		[ "$status" = 0 ]
		[ -z "$stderr" ]
	done
}

@test "where no k stands out, later filters say so, hand everything through, and succeed" {
	extract-weights -q "$ROOT/fixtures/fashion-mlp.onnx" | laplacian -q |
		spectral -q --k-auto 8-9 --stability 4 -o none.brc
	read-data -q "$ROOT"/fixtures/fashion-test-2000-{images,labels}.gz -o data.brc
	lesion --model "$ROOT/fixtures/fashion-mlp.onnx" --data data.brc <none.brc >lesioned.brc 2>err
	grep -q 'weights.global: no unit has a label: there is nothing to lesion' err
	coherence <lesioned.brc >all.brc 2>err
	grep -q 'no unit has a label: there is nothing to add' err
	check -q all.brc
	repeat --model "$ROOT/fixtures/fashion-mlp.onnx" --data data.brc <all.brc 2>err | check -q
	grep -q 'no unit has a label: there is nothing to repeat' err
	same show 'list(s)' none.brc , show 'list(s)' all.brc
	for form in txt html json tsv; do
		report all.brc -o "report.$form"
	done
	grep -q 'No k stands out between 8 and 9' report.txt
	grep -q 'No k stands out between 8 and 9' report.html
	grep -q 'No k stands out between 8 and 9' report.json
}

@test "--consensus keeps the core of groups, with the membership of every unit" {
	planted 0.3 | laplacian -q | spectral -k 5 --consensus 12 2>err >none.brc # noise has no core
	grep -q 'consensus of 12 partitions: 0 of 120 connected units' err
	report none.brc >none.txt
	planted 0.5 | laplacian -q >l.brc
	spectral -k 5 --consensus 12 <l.brc >s.brc 2>err
	grep -q 'consensus of 12 partitions: [0-9]* of 120 connected units' err
	cat >core.py <<'PYTHON'
import numpy as np
import read_stream
s = {x.type: x for x in read_stream.read(open("s.brc", "rb"))[0]}
copies, label = s["partitions"].arrays["label"], s["labels"].arrays["label"]
member = s["structure"].arrays["membership"]
together = np.mean([c[:, None] == c[None] for c in copies], axis=0)
core = s["structure"].meta["core"]
assert copies.shape == (12, 120) and core == .8
assert ((member >= core) == (label >= 0)).all()
assert 0 < (label >= 0).sum() < 120
# units of one core are together more often than those of two
inside = together[(label[:, None] == label[None]) & (label >= 0)[:, None] & ~np.eye(120, dtype=bool)]
across = together[(label[:, None] != label[None]) & (label >= 0)[:, None] & (label >= 0)[None]]
assert inside.mean() > .5 > across.mean()
print("the same")
PYTHON
	spectral -q -k 5 --consensus 12 --core 0.8 --threads 3 <l.brc >s.brc
	[ "$(/usr/bin/python3 core.py)" = "the same" ]
	extract-weights -q "$ROOT/fixtures/fashion-mlp.onnx" | laplacian -q --local >local.brc
	run spectral -k 5 --consensus 12 <local.brc
	[ "$status" -eq 3 ]
	[[ $output == *"laplacian without --local"* ]]
}
