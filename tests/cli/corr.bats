#!/usr/bin/env bats
# corr: correlations of activations, from streams written by hand.

bats_require_minimum_version 1.5.0

setup() {
	load compare.bash
	cd "$BATS_TEST_TMPDIR" || return 1
	export PYTHONPATH="$ROOT/tests/cli:$ROOT/docs" PYTHONDONTWRITEBYTECODE=1
}

# activations EXPRESSION [NAME]: an activations/1 of layers a (2 units) and b (3 units);
# the expression makes of x, 6 samples of 5 units, what is written
activations() {
	/usr/bin/python3 - "$@" <<'PYTHON'
import sys
import numpy as np
import write_stream
x = np.array([[1, 1, 4, 0, 7], [2, 3, 3, 0, 7], [2, 2, 2, 5, 7], [4, 4, 1, 5, 7],
              [0, 0, 9, 5, 7], [9, 5, 0, 0, 7]])
x = np.array(eval(sys.argv[1])).astype("<f4")
name = sys.argv[2] if len(sys.argv) > 2 else "act"
write_stream.write(sys.stdout.buffer, [("activations", name, {"at": "post"}, [],
                   {**write_stream.layers(a=2, b=3), "value": x})])
PYTHON
}

export_() { "$BIN/export" --tensor "act/block/$1"; }

# exported TENSOR FILE; factors LAYER FILE [OPTION...]: what corr makes of the activations in FILE
exported() { "$BIN/export" --tensor "act/$1" <"$2"; }
factors() { corr -q --factors "${@:3}" <"$2" | "$BIN/export" --tensor "act/factor/$1"; }
lines() { wc -l <"$1"; }

# affinity EXPRESSION FILE...: prints the expression of s, the last section, as Python sees it
affinity() {
	/usr/bin/python3 - "$@" <<'PYTHON'
import sys
import numpy as np
import read_stream
s = read_stream.read(open(sys.argv[2], "rb"))[0][-1]
a = s.arrays
print(eval(sys.argv[1]))
PYTHON
}

@test "blocks between all pairs of layers, constant units listed, name handed on" {
	activations x >in.brc
	corr <in.brc >out.brc 2>err
	check out.brc
	[ "$(affinity 's.type, s.name, s.meta' out.brc)" = \
		"('affinity', 'act', {'method': 'spearman', 'edge': 'square', 'samples': 6, 'local': False})" ]
	[ "$(affinity 's.records' out.brc)" = \
		"[{'block': 0, 'from': 0, 'to': 0, 'layout': 'triangle'}, {'block': 1, 'from': 0, 'to': 1}, {'block': 2, 'from': 1, 'to': 1, 'layout': 'triangle'}]" ]
	[ "$(affinity 'a["constant/unit"].tolist()' out.brc)" = "[4]" ]
	[ "$(affinity '[a[f"block/{i}"].shape for i in range(3)]' out.brc)" = "[(1,), (2, 3), (3,)]" ]
	grep -q '^corr: 1 of 5 units are constant' err
	# ranks by hand: mid-ranks of x[:, 0] and x[:, 1], then their squared correlation
	[ "$(affinity 'bool(abs(a["block/0"][0] - np.corrcoef([2, 3.5, 3.5, 5, 1, 6], [2, 4, 3, 5, 1, 6])[0, 1] ** 2) < 2e-6)' out.brc)" = True ]
	[ "$(affinity 'float(abs(a["block/1"][:, 2]).max())' out.brc)" = 0.0 ]
}

@test "-v names the constant units, -q says nothing" {
	activations x >in.brc
	corr -v <in.brc 2>&1 >/dev/null | grep -q 'layer b, unit 2'
	run --separate-stderr corr -q -o out.brc <in.brc
	[ "$status" = 0 ] && [ -z "$stderr" ]
}

@test "--local has one block a layer" {
	activations x | corr -q --local >out.brc
	[ "$(affinity '[(r["from"], r["to"]) for r in s.records], s.meta["local"]' out.brc)" = \
		"([(0, 0), (1, 1)], True)" ]
}

@test "--method and --edge change the numbers, and the history records them" {
	activations x >in.brc
	corr -q --method pearson --edge abs <in.brc >out.brc
	[ "$(affinity 'bool(abs(a["block/0"][0] - np.corrcoef([1, 2, 2, 4, 0, 9], [1, 3, 2, 4, 0, 5])[0, 1]) < 2e-6)' out.brc)" = True ]
	corr -q --edge positive <in.brc >positive.brc
	[ "$(affinity 'float(a["block/1"][0, 0])' positive.brc)" = 0.0 ]
	[ "$(affinity 'read_stream.read(open("out.brc", "rb"))[1][-1]["options"]["edge"]' out.brc)" = abs ]
}

# planted UNITS SAMPLES: activations of three layers, units in four groups, some silent
planted() {
	/usr/bin/python3 - "$@" <<'PYTHON'
import sys
import numpy as np
import write_stream
n, samples = int(sys.argv[1]), int(sys.argv[2])
r = np.random.default_rng(5)
x = r.standard_normal((samples, 4))[:, np.arange(n) % 4] + 0.6 * r.standard_normal((samples, n))
x = np.maximum(x, -0.5).astype("<f4")
x[:, ::50] = 0
x[:, 11] = x[:, 13]
write_stream.write(sys.stdout.buffer, [("activations", "act", {"at": "post"}, [],
                   {**write_stream.layers(a=n // 2, b=n // 4, c=n - n // 2 - n // 4), "value": x})])
PYTHON
}

@test "factors and edges end in the same clusters, n-cut and spectrum, all layers or each alone" {
	planted 600 20 >in.brc
	for method in spearman pearson; do
		for local in "" --local; do
			for how in factors dense; do
				# shellcheck disable=SC2086 # an option or none
				corr -q $local --method "$method" "--$how" <in.brc |
					laplacian -q $local | spectral -q -k 4 >"$how.brc"
				check -q "$how.brc"
				"$BIN/export" --labels <"$how.brc" >"$how.tsv"
			done
			cmp factors.tsv dense.tsv
			/usr/bin/python3 - <<'PYTHON'
import numpy as np
import read_stream
a, b = ({s.type: s for s in read_stream.read(open(f"{how}.brc", "rb"))[0]}["spectrum"]
        for how in ("factors", "dense"))
for g, (ra, rb) in enumerate(zip(a.records, b.records)):
    assert abs(ra["ncut"] - rb["ncut"]) < 1e-6, (ra, rb)
    assert ra["isolated"] == rb["isolated"] and ra["components"] == rb["components"]
    ea, eb = (s.arrays[f"graph/{g}/eigenvalue"][:4] for s in (a, b))
    assert abs(ea - eb).max() < 1e-6, (ea, eb)
    assert a.arrays[f"graph/{g}/residual"][:4].max() <= 1e-8
assert abs(a.arrays["picture"] - b.arrays["picture"]).max() < 1e-6
assert (a.arrays["link/to"] == b.arrays["link/to"]).all()
assert np.allclose(a.arrays["link/weight"], b.arrays["link/weight"], rtol=1e-6)
PYTHON
		done
	done
}

@test "factors are doubled mid-ranks less their mean; export forms the edges of them" {
	activations x >in.brc
	corr -q --factors <in.brc >out.brc
	check -q out.brc
	[ "$(affinity '[r["layout"] for r in s.records], a["factor/0"].shape, a["factor/1"].shape' out.brc)" = \
		"(['factors', 'factors', 'factors'], (2, 6), (3, 6))" ]
	[ "$(affinity 'a["factor/0"][0].tolist()' out.brc)" = "[-3.0, 0.0, 0.0, 3.0, -5.0, 5.0]" ]
	[ "$(affinity 'a["factor/1"][2].tolist(), a["constant/unit"].tolist()' out.brc)" = \
		"([0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [4])" ]
	corr -q --dense <in.brc >dense.brc
	for format in mtx tsv; do
		"$BIN/export" --graph "$format" <out.brc >"factors.$format"
		"$BIN/export" --graph "$format" <dense.brc >"dense.$format"
		[ -s "dense.$format" ]
		same lines "factors.$format" , lines "dense.$format"
	done
	"$BIN/export" --graph npy <out.brc >factors.npy
	"$BIN/export" --graph npy <dense.brc >dense.npy
	/usr/bin/python3 -c 'import numpy as np
a, b = np.load("factors.npy"), np.load("dense.npy")
assert a.max() > 0.5 and (a == a.T).all() and abs(a - b).max() < 2e-6'
}

@test "few samples of many units: factors; otherwise edges, and always where --dense says so" {
	planted 4100 12 >many.brc
	layout() { affinity 's.records[0].get("layout", "dense")' "$1"; }
	corr -q <many.brc >out.brc
	[ "$(layout out.brc)" = factors ]
	for options in "--dense" "--local" "--edge abs" "--double --local"; do
		# shellcheck disable=SC2086 # several words
		corr -q $options <many.brc >out.brc
		[ "$(layout out.brc)" = triangle ]
	done
	planted 500 600 | corr -q >out.brc # more samples than units
	[ "$(layout out.brc)" = triangle ]
}

@test "factors: the same bytes for any number of threads, two samples, no numbers" {
	planted 700 30 >in.brc
	for threads in 1 3; do
		corr -q --threads "$threads" --factors <in.brc | laplacian -q |
			spectral -q -k 4 --threads "$threads" >"$threads.brc"
	done
	cmp 1.brc 3.brc
	activations 'x[:2]' | corr -q --factors | laplacian -q | spectral -q -k 2 | check -q
	activations 'np.where(x == 9, np.nan, x)' >in.brc
	run --separate-stderr corr --factors <in.brc
	[ "$status" = 3 ]
	[[ $stderr == *"activations/1 act"*"layer b, unit 0"*"sample 4"*"not a number"* ]]
}

@test "factors: what cannot be given so, and who cannot take them, say so" {
	activations x >in.brc
	for options in "--dense" "--edge abs" "--double"; do
		# shellcheck disable=SC2086 # several words
		run --separate-stderr corr --factors $options <in.brc
		[ "$status" = 2 ]
	done
	corr -q --factors <in.brc >out.brc
	run --separate-stderr clusterability -k 2 -n 2 --null layer <out.brc
	[ "$status" = 3 ]
	[[ $stderr == *"factors"*"hint: corr --dense"* ]]
}

@test "laplacian takes what corr writes" {
	activations x | corr -q | laplacian | check -q
}

@test "the same bytes for any number of threads" {
	activations 'np.random.default_rng(1).standard_normal((500, 5))' >in.brc
	corr --threads 1 <in.brc >one.brc
	corr --threads 3 <in.brc >three.brc
	cmp one.brc three.brc
}

@test "--name, --keep and --in" {
	activations x >in.brc
	corr -q --name other --keep <in.brc >out.brc
	[ "$(affinity 's.name, len(read_stream.read(open("out.brc", "rb"))[0])' out.brc)" = "('other', 2)" ]
	run --separate-stderr corr --in nothing <in.brc
	[ "$status" = 3 ]
}

@test "a value that is no number is named by layer and unit" {
	activations 'np.where(x == 9, np.nan, x)' >in.brc
	run --separate-stderr corr -o out.brc <in.brc
	[ "$status" = 3 ]
	[[ $stderr == *"activations/1 act"*"layer b, unit 0"*"sample 4"*"not a number"* ]]
	[ ! -e out.brc ]
	activations 'np.where(x == 5, -np.inf, x)' >in.brc
	run --separate-stderr corr <in.brc
	[ "$status" = 3 ]
	[[ $stderr == *"infinite"* ]]
}

@test "fewer than 2 samples are refused" {
	for some in 'x[:1]' 'x[:0]'; do
		activations "$some" >in.brc
		run --separate-stderr corr <in.brc
		[ "$status" = 3 ]
		[[ $stderr == *"at least 2"*"hint:"* ]]
	done
}

@test "a value tensor of another width or type is refused" {
	activations 'x[:, :4]' >in.brc
	run --separate-stderr corr <in.brc
	[ "$status" = 3 ]
	[[ $stderr == *value* ]]
}

@test "--double is what numpy gives, to 1e-12" {
	activations 'np.round(np.random.default_rng(2).standard_normal((501, 5)), 1)' >in.brc
	corr -q --double <in.brc >ranks.brc
	corr -q --double --method pearson --edge abs <in.brc >values.brc
	[ "$(affinity '[a[f"block/{i}"].dtype.str for i in range(3)]' ranks.brc)" = "['<f8', '<f8', '<f8']" ]
	/usr/bin/python3 - <<'PYTHON'
import numpy as np
import read_stream
x = read_stream.read(open("in.brc", "rb"))[0][0].arrays["value"].astype(float)
rank = np.array([[(c < v).sum() + ((c == v).sum() + 1) / 2 for v in c] for c in x.T])
for name, want in ("ranks.brc", np.corrcoef(rank) ** 2), ("values.brc", abs(np.corrcoef(x.T))):
    s = read_stream.read(open(name, "rb"))[0][-1]
    a, b, c = (read_stream.block(s, i) for i in range(3))
    got = np.block([[a, b], [b.T, c]])
    np.fill_diagonal(want, 0)
    assert abs(got - want).max() < 1e-12, abs(got - want).max()
PYTHON
}

@test "the same bytes from any chunking, in memory or spooled" {
	/usr/bin/python3 - <<'PYTHON'
import numpy as np
import write_stream
x = np.maximum(np.random.default_rng(3).standard_normal((1500, 1100)), 0).astype("<f4")
class Chunked(write_stream.Writer):
    def tensor(self, name, array):
        if name != "value":
            return super().tensor(name, array)
        self.frame(write_stream.TENSOR, {"name": name, "dtype": "<f4", "shape": [1500, 1100],
                                         "axes": ["sample", "unit"], "rows": self.rows})
        for i in range(0, 1500, self.rows):
            self.frame(write_stream.CHUNK, array[i:i + self.rows].tobytes())
for rows in 1500, 7:
    Chunked.rows = rows
    write_stream.Writer, original = Chunked, write_stream.Writer
    with open(f"in{rows}.brc", "wb") as f:
        write_stream.write(f, [("activations", "act", {}, [],
                                {**write_stream.layers(a=400, b=700), "value": x})])
    write_stream.Writer = original
PYTHON
	corr -q <in1500.brc >one.brc
	corr -q <in7.brc >chunks.brc
	corr -v --threads 2 --mem 24M <in1500.brc >edges.brc 2>err
	grep -q 'spooled, 512 at a time' err
	corr -q --threads 1 --mem 8M <in7.brc >all.brc
	cmp one.brc edges.brc
	cmp chunks.brc all.brc
	for block in 0 1 2; do # the history differs: it has the digest of what was read
		same exported "block/$block" one.brc , exported "block/$block" chunks.brc
	done
	for layer in 0 1; do
		same factors "$layer" in1500.brc , factors "$layer" in7.brc --threads 1
	done
	TMPDIR=/nonexistent run --separate-stderr corr --threads 1 --mem 8M <in1500.brc
	[ "$status" = 6 ]
	[[ $stderr == */nonexistent* ]]
}

@test "work for which --mem has no room at all is refused before it is done" {
	activations 'np.zeros((3000, 5))' >in.brc
	run --separate-stderr corr --mem 10K <in.brc
	[ "$status" = 6 ]
	[[ $stderr == *--mem* ]]
}

@test "a truncated stream has no result" {
	activations x >in.brc
	head -c -1 in.brc >short.brc
	run --separate-stderr corr -o out.brc <short.brc
	[ "$status" = 4 ]
	[ ! -e out.brc ]
}

@test "--help names what it reads and writes" {
	corr --help | grep -q spearman
	corr --help | grep -q affinity
}
