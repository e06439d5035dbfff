#!/usr/bin/env bats
# read-data --series: a table of samples and units takes the place of activations.

bats_require_minimum_version 1.5.0

setup() {
	load compare.bash
	load stages.bash
	cd "$BATS_TEST_TMPDIR" || return 1
	export PYTHONPATH="$ROOT/docs" PYTHONDONTWRITEBYTECODE=1
}

# table CODE: Python, with x [40 samples, 6 units] in two groups, save(path, array, ...) and names
table() {
	/usr/bin/python3 - <<PYTHON
import numpy as np
r = np.random.default_rng(3)
common = r.standard_normal((40, 2))
x = common[:, [0, 0, 0, 1, 1, 1]] + 0.5 * r.standard_normal((40, 6))
names = ["V1", "V2", "V3", "M1", "M2", "say \"hi\", you"]
def save(path, rows, sep=",", head=None, index=None):
    quote = lambda t: '"%s"' % t.replace('"', '""') if sep in t or '"' in t else t
    with open(path, "w") as f:
        if head:
            f.write(sep.join(map(quote, head)) + "\n")
        for i, row in enumerate(rows):
            f.write(sep.join(([quote(index[i])] if index else []) + ["%.17g" % v for v in row]) + "\n")
$1
PYTHON
}

series() { "$BIN/read-data" -q --series "$@"; }

# values FILE: what is in the stream: the digest of the values, then the names of the units
values() {
	/usr/bin/python3 - "$1" <<'PYTHON'
import hashlib
import sys
import read_stream
for s in read_stream.read(open(sys.argv[1], "rb"))[0]:
    if s.type == "activations":
        print(s.name, s.meta, s.arrays["value"].shape, hashlib.md5(s.arrays["value"].tobytes()).hexdigest())
    if s.type == "units" and "unit/name" in s.arrays:
        print([n.decode() for n in s.arrays["unit/name"]])
PYTHON
}

# equal NAMES OPTION... FILE: the values are those of x.npy; with NAMES the units have the names
equal() {
	series "${@:2}" >out.brc
	check out.brc
	series x.npy >x.brc
	values out.brc | grep -v '^\[' >got
	values x.brc | diff - got
	[ "$(values out.brc | grep -c '^\[.V1., .V2., .V3., .M1., .M2., .say "hi", you.\]')" = "$1" ]
}

@test "NPY in any order and type, CSV, TSV and others hold the same samples" {
	table '
np.save("x.npy", x.astype("f4"))
np.save("d.npy", x)
np.save("f.npy", np.asfortranarray(x))
np.save("big.npy", x.astype(">f8"))
np.save("t.npy", np.ascontiguousarray(x.T))
np.save("tf.npy", np.asfortranarray(x.T))
save("x.csv", x, ",", names)
save("x.tsv", x, "\t", names)
save("semi.csv", x, ";", names)
save("bare.csv", x)
np.savetxt("blank.txt", x, fmt="%.17g", header="by numpy")
save("pandas.csv", x, ",", [""] + names, [str(i) for i in range(40)])
save("r.csv", x, "\t", names, ["s%d" % i for i in range(40)])
save("rows.csv", x, ",", None, ["sub-%02d" % i for i in range(40)])
save("t.csv", x.T, ",", ["unit"] + ["t%d" % i for i in range(40)], names)
save("tbare.csv", x.T)
save("tnames.csv", x.T, ",", None, names)'
	printf '\xef\xbb\xbf' | cat - x.csv | sed 's/$/\r/' >dos.csv
	gzip -k x.csv
	equal 0 d.npy
	equal 0 f.npy
	equal 0 big.npy
	equal 0 --transpose t.npy
	equal 0 --transpose tf.npy
	for f in x.csv x.tsv semi.csv pandas.csv r.csv dos.csv x.csv.gz; do
		equal 1 "$f"
	done
	equal 0 bare.csv
	equal 0 blank.txt
	equal 0 rows.csv
	equal 0 --transpose tbare.csv
	equal 1 --transpose t.csv
	equal 1 --transpose tnames.csv
	equal 1 - <x.csv
	[ "$(values out.brc | head -1)" = "['V1', 'V2', 'V3', 'M1', 'M2', 'say \"hi\", you']" ]
	values out.brc | grep -qF "series {'of': 'series', 'samples': 40} (40, 6)"
}

@test "integers of every type, and a spooled table, are the same values" {
	table '
i = (10 * x).astype("i8")
for t in "i1 i2 i4 i8 f4".split():
    np.save(t + ".npy", i.astype(t))
big = r.standard_normal((3000, 700)).astype("f4")
np.save("big.npy", big)
np.save("bigt.npy", big.T.copy())'
	series i1.npy >a.brc
	for t in i2 i4 i8 f4; do
		series $t.npy >b.brc
		cmp a.brc b.brc
	done
	series big.npy >a.brc
	series --mem 4M big.npy >b.brc
	cmp a.brc b.brc
	series --mem 4M --transpose bigt.npy >b.brc
	same values a.brc , values b.brc
}

@test "correlations are those of numpy, and clusters those of the groups that made them" {
	table '
np.save("x.npy", x.astype("f4"))
save("x.csv", x, ",", names)'
	series x.csv | corr -q --dense --method pearson >p.brc
	series x.csv | corr -q --dense >s.brc
	/usr/bin/python3 - <<'PYTHON'
import numpy as np
import read_stream
x = np.load("x.npy").astype("f8")
ranks = x.argsort(0).argsort(0)
for path, y in ("p.brc", x), ("s.brc", ranks):
    s = [s for s in read_stream.read(open(path, "rb"))[0] if s.type == "affinity"][0]
    got = s.arrays["block/0"]
    want = (np.corrcoef(y.T) ** 2)[np.triu_indices(6, 1)]
    assert s.meta["of"] == "series", s.meta
    assert abs(got - want).max() < 2e-6, abs(got - want).max()
PYTHON
	laplacian -q <s.brc | spectral -q -k 2 >labels.brc
	"$BIN/export" --labels <labels.brc | sort >labels.tsv
	grep -q 'series.*0.*V1' labels.tsv
	[ "$(grep -c . labels.tsv)" = 7 ]
}

@test "documents speak of series and graphs where there is no network" {
	table 'save("x.csv", x, ",", names)'
	series x.csv | corr -q --dense | clusterability -q -k 2 -n 5 | laplacian -q |
		spectral -q -k 2 >labels.brc
	"$BIN/report" labels.brc >report.txt
	grep -q '^global partition from correlations of series' report.txt
	grep -q 'series 0: V1, V2, V3$' report.txt
	grep -q '^The graph as a whole:' report.txt
	"$BIN/report" --format html labels.brc >report.html
	grep -q 'How the graph was cut' report.html
	grep -q 'say &#34;hi&#34;, you' report.html || grep -q 'say &quot;hi&quot;, you' report.html
	"$BIN/report" --format json labels.brc >report.json
	[ "$(jq -c '.networks[0].labellings[0].groups[0].names' report.json)" = '["V1","V2","V3"]' ]
	[ "$(jq -r '.networks[0].labellings[0].source' report.json)" = series ]
	[ "$(jq -c '[.networks[0].missing, .networks[0].labellings[0].missing]' report.json)" = '[[],[]]' ]
	run grep -iE 'activation|lesion|network' report.txt
	[ "$status" = 1 ]
	series x.csv | corr -q | laplacian -q --local | spectral -q -k 2 | "$BIN/report" >local.txt
	grep -q '^local partition from correlations of series' local.txt
}

@test "an imported graph is called that" {
	printf '0\t1\t1\n1\t2\t1\n3\t4\t1\n2\t3\t0.1\n' >edges.tsv
	import -q --graph edges.tsv | laplacian -q | spectral -q -k 2 | "$BIN/report" >report.txt
	grep -q '^global partition from an imported graph' report.txt
	run grep -iE 'activation|lesion|the network' report.txt
	[ "$status" = 1 ]
}

# refused TEXT MESSAGE...: read-data --series refuses the text, and says so
refused() {
	printf '%b' "$1" >bad
	expect 3 read-data --series "${option[@]}" bad
	for message in "${@:2}"; do says "$message"; done
}

@test "what is missing or wrong is told with its row and column" {
	local option=()
	refused 'a,b,c\n1,2,3\n4,,6\n' 'line 3, column 2 (b)' 'the value is missing' 'hint:'
	refused 'a,b,c\n1,2,3\n4,NA,6\n' 'line 3, column 2 (b)' '(NA)'
	refused '1\t2\t3\n4\t5\tNaN\n' 'line 2, column 3:' 'missing (NaN)'
	refused ',a,b\nx,1,2\ny,3,null\n' 'line 3, column 3 (b)' 'null'
	refused '1,2,3\n4,5,x\n' 'line 2, column 3' "'x' is not a finite number"
	refused '1,2\n4,inf\n' 'line 2, column 2' "'inf'"
	refused '1,2\n4,1e39\n' 'line 2, column 2' 'too large for single precision'
	refused '1;2\n4;1,5\n' 'line 2, column 2' 'with a point'
	refused '1,2,3\n4,5\n' 'line 2' '2 values, but line 1 has 3'
	refused 'a,b\n1,2,3,4\n' 'line 2' 'line 1 has 2'
	refused 'a,b,a\n1,2,3\n' 'line 1, column 3' "'a' stands there again"
	refused 'a,,c\n1,2,3\n' 'line 1, column 2' 'the name is empty'
	refused 'a,\xff,c\n1,2,3\n' 'line 1, column 2' 'UTF-8'
	refused 'a,"b,c\n1,2,3\n' 'line 1' 'quote'
	refused 'a,"b"c,d\n1,2,3\n' 'line 1' 'quoted'
	refused 'a,b,c\n1,2,3\n' '1 sample of 3 units' '--transpose'
	refused '1\n2\n3\n' '3 samples of 1 unit'
	refused '' 'no row of numbers'
	refused 'a,b\n' 'no row of numbers'
	refused '100000001,1\n100000002,2\n100000003.5,4\n' 'unit 0' 'single precision' 'subtract the mean'
	option=(--transpose)
	refused 'r1,1,2\nr1,3,4\n' 'line 2, column 1' "'r1' stands there again"
	refused 'r1,1,2\nr2,3,?\n' 'line 2, column 3 (r2)' 'missing (?)'
	refused '1000000010,1000000020.5\n1,2\n' 'single precision'
}

@test "NPY that is no table, and files of other kinds, are refused" {
	table '
x[7, 3] = np.nan
np.save("nan.npy", x)
np.save("fnan.npy", np.asfortranarray(x))
x[7, 3] = np.inf
np.save("inf.npy", x)
np.save("cube.npy", x.reshape(4, 10, 6))
np.save("line.npy", x[:, 0])
np.savez("a.npz", x)
np.save("empty.npy", x[:, :0])
np.save("text.npy", np.array([["a", "b"]]))'
	head -c 700 inf.npy >short.npy
	expect 3 read-data --series nan.npy
	says 'row 7, column 3 (from 0): the value is missing (NaN)'
	expect 3 read-data --series fnan.npy
	says 'row 7, column 3 (from 0): the value is missing (NaN)'
	expect 3 read-data --series inf.npy
	says 'row 7, column 3 (from 0): the value is infinite'
	expect 3 read-data --series cube.npy
	says 'two extents'
	expect 3 read-data --series line.npy
	says 'two extents'
	expect 3 read-data --series empty.npy
	says 'the table is empty'
	expect 3 read-data --series text.npy
	expect 3 read-data --series short.npy
	expect 3 read-data --series a.npz
	says 'a zip archive'
	says 'numpy.save'
	expect 3 read-data --series "$ROOT/docs/report.png"
	says 'a PNG image'
}

@test "the first line: --header, and a count that may be names" {
	printf '0,1,2\n5,7,9\n6,5,1\n' >count.csv
	expect 0 read-data --series -o out.brc count.csv
	says '3 samples of 3 units without names'
	says '--header yes'
	expect 0 read-data --series -q --header yes -o out.brc count.csv
	silent
	[ "$(values out.brc | head -1)" = "['0', '1', '2']" ]
	expect 0 read-data --series -q --header no -o out.brc count.csv
	[ "$(values out.brc | grep -c '(3, 3)')" = 1 ]
	printf 'a,b\n5,7\n6,5\n' >names.csv
	expect 3 read-data --series --header no names.csv
	says 'line 1, column 2'
	# pandas writes names of columns that are a count behind an empty field
	printf ',0,1\n0,5,7\n1,6,5\n' >pandas.csv
	expect 0 read-data --series -q -o out.brc pandas.csv
	[ "$(values out.brc | head -1)" = "['0', '1']" ]
}

@test "options go together or are refused" {
	printf '1,2\n3,5\n4,4\n' >x.csv
	expect 2 read-data --transpose x.csv
	says 'need --series'
	expect 2 read-data --header yes x.csv
	# every other option of read-data: those that the help shows before the common ones
	read-data --help | sed -n '/^  *--mem/q;s/^  *--\([a-z0-9-]*\)\(=*\).*/\1\2/p' |
		grep -vE '^(series|transpose|header=)$' >options
	[ "$(wc -l <options)" -ge 24 ]
	while read -r o; do
		case $o in
		targets=) o+=labels ;;
		input=) o+=a=x.csv ;;
		split=) o+=.5 ;;
		*=) o+=1 ;;
		esac
		expect 2 read-data --series "--$o" x.csv </dev/null
		says '--series reads no images'
	done <options
	expect 2 read-data --series x.csv x.csv
	says 'one file'
	expect 2 read-data --series
	expect 2 read-data --series --header maybe x.csv
}

@test "a filter that is fed a file by mistake says which filter reads it" {
	table 'np.save("x.npy", x)
save("x.csv", x)
np.savez("x.npz", x)'
	gzip -k x.csv
	expect 3 corr <x.npy
	says 'an NPY file'
	says 'read-data --series FILE'
	expect 3 laplacian <x.npz
	says 'read-data ARCHIVE.npz'
	expect 3 spectral -k 2 <"$ROOT/fixtures/small/relu.onnx"
	says 'an ONNX model'
	says 'extract-weights FILE'
	expect 3 corr <x.csv
	says 'a text file'
	expect 3 corr <x.csv.gz
	says 'a gzip file'
	expect 3 activations -m "$ROOT/fixtures/small/relu.onnx" <"$ROOT/docs/report.png"
	says 'read-data FOLDER'
}
