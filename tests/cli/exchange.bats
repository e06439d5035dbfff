#!/usr/bin/env bats
# import --graph and export --graph: graphs to and from other programs.

bats_require_minimum_version 1.5.0
load stages

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	make_stages "$BATS_FILE_TMPDIR"
	"$BIN/corr" -q -o affinity.brc <activations.brc
}

setup() {
	load compare.bash
	cd "$BATS_FILE_TMPDIR" || return 1
	export PYTHONPATH="$ROOT/tests/cli:$ROOT/docs" PYTHONDONTWRITEBYTECODE=1
}

export_() { "$BIN/export" "$@"; }

# refused TEXT WORD...: a graph in that text is wrong data, and the message holds the words
refused() {
	printf '%b' "$1" >wrong
	expect 3 import -o none.brc --graph wrong
	shift
	for word; do says "$word"; done
	[ ! -e none.brc ]
}

# blocks FILE: every block of the last section, whole, as Python prints it
blocks() {
	/usr/bin/python3 - "$1" <<'PYTHON'
import sys
import numpy as np
import read_stream
s = [s for s in read_stream.read(open(sys.argv[1], "rb"))[0] if s.type in ("weights", "affinity")][0]
a = s.arrays
for i, r in enumerate(s.records):
    m = read_stream.block(s, i)
    print(r["from"], r["to"], *(n.decode() if isinstance(n, bytes) else n for n in a["layer/name"].tolist()), m.shape, m.tobytes().hex())
PYTHON
}

@test "a graph goes out and comes in as it was, in every format" {
	for graph in weights affinity; do
		blocks "$graph.brc" >want
		for format in mtx tsv graphml; do
			export_ --graph "$format" <"$graph.brc" >"graph.$format"
			import --graph "graph.$format" -o back.brc
			check -q back.brc
			blocks back.brc >got
			cmp want got
		done
		gzip -kf graph.tsv
		import -q --graph graph.tsv.gz | laplacian -q | spectral -q -k 2 | check -q
	done
	export_ --graph npy -o graph.npy <affinity.brc
	import --graph graph.npy -o back.brc
	/usr/bin/python3 - <<'PYTHON'
import numpy as np
import read_stream
s = read_stream.read(open("back.brc", "rb"))[0][-1]
a = s.arrays
assert a["layer/name"].tolist() == [b"graph"] or a["layer/name"].tolist() == ["graph"]
assert np.array_equal(np.load("graph.npy"), read_stream.block(s, 0))
PYTHON
}

@test "labels of a graph are the same whichever way it came" {
	laplacian -q <affinity.brc | spectral -q -k 2 | export_ --labels >want
	export_ --graph tsv <affinity.brc >graph.tsv
	import -q --graph graph.tsv | laplacian -q | spectral -q -k 2 | export_ --labels >got
	cmp want got
}

@test "double precision is rounded where a graph is made of it" {
	corr -q --double <activations.brc >wide.brc
	laplacian -q <wide.brc | spectral -q -k 2 | export_ --labels >got
	laplacian -q <affinity.brc | spectral -q -k 2 | export_ --labels >want
	cmp want got
}

@test "edges in no order, some in both directions, become the blocks that numpy makes of them" {
	/usr/bin/python3 - <<'PYTHON'
import numpy as np
rng = np.random.default_rng(4)
units = [40, 3, 300, 1, 56]
n, first, layer = sum(units), np.cumsum([0] + units), np.repeat(range(5), units)
a = np.triu(rng.random((n, n)) < .03, 1) * (1 + rng.random((n, n), dtype=np.float32))
for rows, cols in (slice(40), slice(40, 43)), (slice(344, 400), slice(344, 400)):  # dense ones
    a[rows, cols] = np.triu(1 + rng.random(a[rows, cols].shape), 1 if rows == cols else -400)
edges = [(i, j) for i, j in zip(*np.nonzero(a))]
lines = [e for e in edges] + [(j, i) for i, j in edges if rng.random() < .3]
with open("random.tsv", "w") as f:
    for k, u in enumerate(units):
        f.write(f"# layer\t{u}\tl{k}\n")
    for i, j in (lines[k] for k in rng.permutation(len(lines))):
        w = a[min(i, j), max(i, j)]
        f.write("l%d:%d\tl%d:%d\t%.9g\n" % (layer[i], i - first[layer[i]], layer[j], j - first[layer[j]], w))
a = (a + a.T).astype("<f4")
names = " ".join(f"l{k}" for k in range(5))
with open("want", "w") as f:
    for k in range(5):
        for m in range(k, 5):
            block = a[first[k]:first[k + 1], first[m]:first[m + 1]]
            if block.any():
                print(k, m, names, block.shape, block.tobytes().hex(), file=f)
PYTHON
	import -q --graph random.tsv -o random.brc
	check -q random.brc
	blocks random.brc | cmp - want
	peek random.brc >held
	grep -q "block/0/start " held # rows here
	grep -q "block/11 .* 1540 pair" held # 56 units, each pair once
	grep -q "block/1 .* 40 from x 3 to" held # and a whole block there
	export_ --graph mtx <random.brc >random.mtx
	import -q --graph random.mtx -o back.brc
	blocks back.brc | cmp - want
}

@test "few edges between many large layers are not let take the machine's memory" {
	awk 'BEGIN { for (i = 0; i < 512; i++) print "# layer\t32768\tl" i
		for (i = 0; i < 512; i++) for (j = i + 1; j < 512; j++) print "l" i ":0\tl" j ":0\t1" }' >wide.tsv
	expect 6 import --mem 1G -o none.brc --graph wide.tsv
	says 'the graph needs 34.3 GB'
}

@test "Matrix Market: fields and symmetries, both triangles, comments, CR LF, the diagonal" {
	head='%%MatrixMarket matrix coordinate'
	printf '%s real general\n%% a comment\n\n3 3 4\n1 2 0.5\n2 1 0.5\n3 3 9\n2 3 2e0\n' "$head" >a
	printf '%s REAL Symmetric\r\n3 3 2\r\n2 1 .5\r\n3 2 2' "$head" >b
	printf '%%%%MatrixMarket matrix array real general\n3 3\n1\n0.5\n0\n0.5\n0\n2\n0\n2\n0\n' >c
	printf '%%%%MatrixMarket matrix array real symmetric\n3 3\n0\n0.5\n0\n0\n2\n0\n' >d
	for file in a b c d; do
		import -q --graph "$file" -o "$file.brc"
		blocks "$file.brc" >"$file.blocks"
		cmp a.blocks "$file.blocks"
	done
	expect 0 import --graph a -o a.brc
	says '1 entries join a unit with itself'
	printf '%s pattern symmetric\n3 3 2\n2 1\n3 2\n' "$head" >e
	printf '%s integer symmetric\n3 3 2\n2 1 1\n3 2 1\n' "$head" >f
	for file in e f; do import --graph "$file" -o "$file.brc"; blocks "$file.brc" >"$file.blocks"; done
	cmp e.blocks f.blocks
}

@test "lists: layers, numbers, names, a head, blanks, weights left out" {
	printf '# layer\t2\tin put\n# layer\t1\tb:c\nin put:1\tb:c:0\t0.5\n' >layers
	import --graph layers -o out.brc
	[[ $(blocks out.brc) == "0 1 in put b:c (2, 1) 000000000000003f" ]]
	printf '4 2\n0 2 1\n' >numbers
	expect 0 import -v --graph numbers -o out.brc
	says '1 layers, 5 units, 2 edges'
	printf 'from\tto\tweight\nbig mouse\tcat\t2\ncat\tdog\t1\n' >names
	expect 0 import -v --graph names -o out.brc
	says '3 units, 2 edges'
	[ "$(/usr/bin/python3 -c 'import read_stream
print([n.decode() if isinstance(n, bytes) else n for n in read_stream.read(open("out.brc", "rb"))[0][0].arrays["unit/name"].tolist()])')" = \
		"['big mouse', 'cat', 'dog']" ]
}

@test "--layers gives an imported graph its layers" {
	export_ --units <weights.brc >units.tsv
	export_ --graph npy -o whole.npy <weights.brc
	extract-weights -q --units all net.onnx -o all.brc
	blocks all.brc >want
	export_ --units <all.brc >units.tsv
	export_ --graph npy -o whole.npy <all.brc
	export_ --graph mtx <all.brc | grep -v '^% layer' >bare.mtx
	grep -v '^%' bare.mtx | tail -n +2 | awk '{ print $1 - 1, $2 - 1, $3 }' >numbers
	export_ --graph tsv <all.brc | grep -v '^#' >units
	for file in whole.npy bare.mtx numbers units; do
		import -q --graph "$file" --layers units.tsv -o back.brc
		blocks back.brc | cmp - want
	done
	import -q --graph whole.npy --layers units.tsv | laplacian -q | spectral -q -k 2 | check -q
	import -q --graph <(export_ --graph tsv <all.brc) --layers units.tsv -o back.brc # they agree
	blocks back.brc | cmp - want
	no() {
		expect 3 import --graph "$1" --layers "$2" -o none.brc
		says "$3"
		[ ! -e none.brc ]
	}
	sed 's/\t8\t/\t9\t/' units.tsv >large.tsv
	no whole.npy large.tsv 'whole.npy: 22 units, but the layers given have 23'
	no bare.mtx large.tsv 'bare.mtx: 22 units, but the layers given have 23'
	head -n 2 units.tsv >short.tsv
	no numbers short.tsv 'numbers: 22 units, but the layers given have 6'
	no units short.tsv 'is not layer:unit of a layer that was declared'
	export_ --graph tsv <weights.brc >declared
	no declared units.tsv 'declared: it declares other layers than those given'
	printf 'a\t3\n' >headless.tsv
	no numbers headless.tsv "headless.tsv: line 1: names no columns 'layer' and 'units'"
	printf 'layer\tunits\na\t0\n' >zero.tsv
	no numbers zero.tsv "zero.tsv: line 2: '0' is no number of units"
	printf 'layer\tunits\na\t11\na\t11\n' >twice.tsv
	no numbers twice.tsv 'twice.tsv: '
	expect 2 import --layers units.tsv --labels labels.tsv -o none.brc
}

@test "names of units stay with them to the table of labels and back" {
	printf 'big mouse\tcat\t2\ncat\tdog\t1\nowl\thawk\t3\nhawk\tkite\t1\n' >names
	import -q --graph names | laplacian -q | spectral -q -k 2 -o named.brc
	export_ --labels <named.brc >named.tsv
	cut -f 1,2,4 named.tsv >got
	{ printf 'layer\tunit\tname\n'; printf 'graph\t%s\t%s\n' 0 'big mouse' 1 cat 2 dog 3 owl 4 hawk 5 kite; } |
		cmp - got
	import -q --graph names | export_ --units | grep -qP '^graph\thidden\tgraph\t6\t\t'
	# by their names alone, in another order
	printf 'cluster\tname\n7\tkite\n0\tcat\n7\thawk\n0\tdog\n-1\towl\n0\tbig mouse\n' >join.tsv
	import -q --graph names | import -q --labels join.tsv --name mine -o mine.brc
	export_ --labels <mine.brc | tail -n +2 | cut -f 3,4 | tr '\t\n' ' ,' >got
	[ "$(cat got)" = "0 big mouse,0 cat,0 dog,-1 owl,7 hawk,7 kite," ]
	export_ --labels <mine.brc >mine.tsv
	import -q --labels mine.tsv --name again <mine.brc | export_ --labels --in again | cmp - mine.tsv
	wrong() {
		printf %b "$1" >join.tsv
		import -q --graph names | expect 3 import -q --labels join.tsv -o none.brc
		says "$2"
	}
	wrong 'name\tcluster\nelk\t1\n' "join.tsv: line 2: no unit is called 'elk'"
	wrong 'name\tcluster\nbig mouse\t1\nbig mouse\t1\n' "unit 0 of layer 'graph' stands already in line 2"
	wrong 'name\tcluster\ncat\t1\n' "unit 0 ('big mouse') of layer 'graph' is missing"
	wrong 'name\tunit\tcluster\ncat\t1\t1\n' "names no column 'layer'"
	printf 'name\tcluster\ncat\t1\n' >join.tsv
	expect 3 import -q --labels join.tsv -o none.brc <weights.brc
	says 'units by their names alone, but the stream names none'
	expect 3 import -q --no-stream --labels join.tsv -o none.brc
	says 'units by their names alone'
}

@test "what is wrong is told with its line" {
	head='%%MatrixMarket matrix coordinate'
	refused "0 1 {}\n" 'line 1' 'hint: networkx' 'data=False'
	refused "0 1 {'weight': 2.0}\n" 'line 1' "data=['weight']"
	refused "$head complex general\n1 1 0\n" 'line 1' 'complex' 'hint:'
	refused "$head real hermitian\n1 1 0\n" 'line 1'
	refused "%%MatrixMarket vector\n" 'line 1'
	refused "$head real general\n2 3 0\n" 'line 2' 'square'
	refused "$head real general\n99999999 99999999 1\n" 'line 2' 'more than'
	refused "$head real general\n2 2\n" 'line 2' 'sizes'
	refused "$head real general\n2 2 2\n1 2 1\n" 'after 1 of 2 entries' 'hint:'
	refused "$head real general\n2 2 1\n1 2 1\n2 1 1\n" 'line 4' 'more than the 1'
	refused "$head real general\n2 2 1\n1 3 1\n" 'line 3' 'not within 1 to 2'
	refused "$head real general\n2 2 1\n0 1 1\n" 'line 3'
	refused "$head real general\n2 2 1\n1 2\n" 'line 3' 'row, column and value'
	refused "$head real general\n2 2 1\n1 2 -1\n" 'line 3' '-1' 'hint:'
	refused "$head real general\n2 2 1\n1 2 nan\n" 'line 3' 'nan'
	refused "$head real general\n2 2 1\n1 2 1e999\n" 'line 3'
	refused "$head real general\n2 2 2\n1 2 1\n1 2 1\n" 'line 4' 'line 3 stands here again'
	refused "$head real general\n2 2 2\n1 2 1\n2 1 2\n" 'line 4' 'in the other direction' 'hint:'
	refused "$head real general\n% layer\t3\ta\n2 2 1\n1 2 1\n" 'line 3' 'layers above have 3'
	refused "$head real general\n% layer\tx\ta\n2 2 1\n1 2 1\n" 'line 2' 'a layer is declared by'
	refused '' 'there is no edge'
	refused 'a\tb\tc\td\n' 'line 1' '4 fields'
	refused 'a\tb\tmuch\n' 'line 1' "'much'" 'hint:'
	refused '1\t2\n3\tx\n' 'line 2' "'x'"
	refused '# layer\t2\ta\na:0\ta:2\n' 'line 2' "'a:2'"
	refused '# layer\t2\ta\n# layer\t2\ta\na:0\ta:1\n' 'a'
	refused 'a\tb\n# layer\t2\ta\n' 'line 2' 'after the first edge'
	refused 'a\tb\nb\ta\nc\ta\nb\ta\n' 'a third time'
	refused 'a\0b\tc\n' 'line 1' 'NUL'
	head -c 70000 /dev/zero | tr '\0' a >wrong
	expect 3 import -o none.brc --graph wrong
	says 'line 1: longer than'
}

@test "NPY that is no graph is refused" {
	/usr/bin/python3 -c "
import numpy as np
np.save('wide.npy', np.ones((2, 3)))
np.save('skew.npy', np.array([[0, 1], [2, 0.]]))
np.save('minus.npy', np.array([[0, -1], [-1, 0.]]))"
	for file in wide:square skew:'row 0, column 1' minus:-1; do
		expect 3 import --graph "${file%%:*}.npy" -o none.brc
		says "${file#*:}"
	done
}

@test "memory is bounded" {
	/usr/bin/python3 -c "
for i in range(40000): print(i, i + 1)" >many
	expect 6 import --mem 100K --graph many -o none.brc
	says --mem
	import --mem 64M --graph many -o out.brc
	awk 'BEGIN { for (i = 0; i < 100000; i++) printf "a rather long name, number %d\tb\n", i }' >names
	expect 6 import --mem 5M --graph names -o none.brc
	says 'the names of the units'
	import -q --mem 64M --graph names -o out.brc
	awk 'BEGIN { print "layer\tunit\tcluster"; for (i = 0; i < 200000; i++) print "a\t" i "\t0" }' >table
	expect 6 import --no-stream --mem 8M --labels table -o none.brc
	says 'table needs'
	import -q --no-stream --mem 64M --labels table -o out.brc
}

# graphml TEXT: a document with these elements in its graph, in the file graph.graphml
graphml() {
	printf '<?xml version="1.0"?>\n<graphml>\n%b</graphml>\n' "$1" >graph.graphml
}

weight='<key id="w" for="edge" attr.name="weight" attr.type="double"/>'
layer='<key id="l" for="node" attr.name="layer" attr.type="string"/>'
unit='<key id="u" for="node" attr.name="unit" attr.type="int"/>'
name='<key id="n" for="all" attr.name="name" attr.type="string"/>'

@test "GraphML: names, layers, numbers of units, defaults, what is of no use" {
	graphml "$weight<graph edgedefault=\"undirected\">\n<node id=\"a &amp; b\"/><node id='c'><desc>x</desc></node><node id='d'/>
<!-- two --><edge id='e' source='a &amp; b' target='c'><data key='w'> 2.5 </data></edge>
<edge source='d' target='c'/><edge source='d' target='d'/></graph>\n"
	expect 0 import -v --graph graph.graphml -o out.brc
	says '1 layers, 3 units, 2 edges'
	says '1 entries join a unit with itself'
	[[ "$(blocks out.brc)" == "0 0 graph (3, 3) "* ]]
	import -q --no-stream --labels <(printf 'layer\tunit\tcluster\ngraph\t0\t1\ngraph\t1\t1\ngraph\t2\t0\n') -o l.brc
	laplacian -q <out.brc | spectral -q -k 1 | export_ --labels | cut -f 4 | tr '\n' , >got
	[ "$(cat got)" = 'name,a & b,c,d,' ]
	# layers by name, units by number, in any order; a default for the weight
	graphml "$layer$unit$name<key id='w' for='edge' attr.name='weight'><default>4</default></key><graph>
<node id='n0'><data key='l'>two</data><data key='u'>1</data><data key='n'>p</data></node>
<node id='n1'><data key='l'>one</data><data key='u'>0</data><data key='n'>q</data></node>
<node id='n2'><data key='l'>two</data><data key='u'>0</data><data key='n'>r</data></node>
<edge source='n0' target='n1'/><edge source='n2' target='n1'><data key='w'>1</data></edge></graph>"
	import -q --graph graph.graphml -o out.brc
	[ "$(blocks out.brc)" = "0 1 two one (2, 1) 0000803f00008040" ] # 1, then 4
	laplacian -q <out.brc | spectral -q -k 1 | export_ --labels | tail -n +2 | tr '\t\n' ' ,' >got
	[ "$(cat got)" = 'two 0 0 r,two 1 0 p,one 0 0 q,' ]
	export_ --graph graphml <out.brc >again.graphml
	import -q --graph again.graphml -o again.brc
	same blocks again.brc , blocks out.brc
	laplacian -q <again.brc | spectral -q -k 1 | export_ --labels | tail -n +2 | tr '\t\n' ' ,' | cmp - got
}

@test "GraphML: what igraph and networkx write is what they read of ours" {
	for module in igraph networkx; do
		/usr/bin/python3 -c "import $module" || skip "$module is not installed"
	done
	export_ --graph graphml <affinity.brc >ours.graphml
	/usr/bin/python3 - <<'PYTHON'
import igraph
import networkx
import numpy as np
import read_stream

sections = read_stream.read(open("affinity.brc", "rb"))[0]
a = [s for s in sections if s.type == "affinity"][0]
units, block = a.arrays["layer/units"], {}
for i, r in enumerate(a.records):
    block[r["from"], r["to"]] = read_stream.block(a, i)
first = np.cumsum([0] + units.tolist())
whole = np.zeros((first[-1],) * 2, "f4")
for (i, j), w in block.items():
    whole[first[i]:first[i + 1], first[j]:first[j + 1]] = w
    whole[first[j]:first[j + 1], first[i]:first[i + 1]] = w.T
nx = networkx.read_graphml("ours.graphml")
order = [f"n{i}" for i in range(first[-1])]
assert np.array_equal(networkx.to_numpy_array(nx, order, dtype="f4"), whole)
ig = igraph.Graph.Read_GraphML("ours.graphml")
assert np.array_equal(np.array(ig.get_adjacency(attribute="weight").data, "f4"), whole)
assert [int(u) for u in ig.vs["unit"]] == [u for n in units for u in range(n)]
networkx.write_graphml(nx, "networkx.graphml")
ig.write_graphml("igraph.graphml")
networkx.write_graphml(networkx.relabel_nodes(nx, {n: "<%s>&" % n for n in nx}), "named.graphml")
PYTHON
	blocks affinity.brc >want
	for file in networkx igraph named; do
		import -q --graph $file.graphml -o back.brc
		blocks back.brc | cmp - want
	done
	laplacian -q <back.brc | spectral -q -k 2 | export_ --labels | sed -n 3p | cut -f 4 >got
	[ "$(cat got)" = '<n1>&' ]
}

@test "GraphML that is no graph is refused, with its line" {
	no() {
		graphml "$1"
		expect 3 import --graph graph.graphml -o none.brc
		says "graph.graphml: $2"
		[ ! -e none.brc ]
	}
	no '' 'there is no node'
	no "<graph><node id='a'/><node id='a'/></graph>" "line 3: two nodes have the id 'a'"
	no "<graph><node/></graph>" 'line 3: a node without an id'
	no "<graph>\n<edge source='a' target='b'/></graph>" "line 4: the edge's source 'a' is no node above"
	no "<graph><node id='a'/><edge source='a'/></graph>" 'line 3: an edge has no target'
	no "$weight<graph><node id='a'/><node id='b'/>\n<edge source='a' target='b'><data key='w'>-1</data></edge></graph>" 'line 4: the weight is -1'
	no "$weight<graph><node id='a'/><node id='b'/><edge source='a' target='b'><data key='w'>1e999</data></edge></graph>" "line 3: the weight '1e999'"
	no "<graph><node id='a'/><node id='b'/><edge source='a' target='b'/>\n<edge source='a' target='b'/></graph>" 'line 4: the edge of line 3 stands here again'
	no "$layer<graph><node id='a'><data key='l'>x</data></node><node id='b'/></graph>" "node 'b': has no layer, but others have"
	no "$layer$unit<graph><node id='a'><data key='l'>x</data><data key='u'>1</data></node></graph>" "node 'a': the numbers of a layer's units are not 0, 1, 2..."
	no "$layer$unit<graph><node id='a'><data key='l'>x</data><data key='u'>no</data></node></graph>" "line 3: the unit 'no' is not"
	no "$name<graph><node id='a'><data key='n'>x</data></node><node id='b'><data key='n'>x</data></node></graph>" "line 3: two nodes have the name 'x'"
	no "$name<graph><node id='a'><data key='n'>x</data></node><node id='b'/></graph>" "line 3: node 'b' and others before it: some have a name"
	no "$weight$weight" "line 3: two keys have the id 'weight'"
	no '<graph></graph><graph></graph>' 'line 3: a second graph'
	no "<graph><node id='a'><graph/></node></graph>" 'line 3: a second graph follows, or stands within a node'
	no "<graph><node id='a'><port name='p'/></node></graph>" 'line 3: a port'
	no "<graph><hyperedge/></graph>" 'line 3: a hyperedge'
	no "<graph><node id='a'>" 'line 3: mismatched tag'
	no "$(printf '<g>%.0s' {1..70})" 'line 3: elements stand within one another more than 64 deep'
	no "$weight<graph><node id='a'/><node id='b'/><edge source='a' target='b'><data key='w'>$(printf '1%.0s' {1..5000})</data></edge></graph>" 'line 3: a text of more than 4096 bytes'
	printf '<?xml version="1.0"?><svg/>' >graph.graphml
	expect 3 import --graph graph.graphml -o none.brc
	says "line 1: the document is 'svg', not graphml"
	export_ --graph graphml <affinity.brc | head -c 200 >graph.graphml || true
	expect 3 import --graph graph.graphml -o none.brc
	says 'graph.graphml: line '
	# entities within entities, and a tag of 2 GB in a small file
	printf '<?xml version="1.0"?><!DOCTYPE g [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><graphml/>' >graph.graphml
	expect 3 import --graph graph.graphml -o none.brc
	says 'a document type is declared'
	/usr/bin/python3 -c "
import sys, zlib
sys.stdout.buffer.write(b'\x1f\x8b\x08\0\0\0\0\0\0\3')
c = zlib.compressobj(9, zlib.DEFLATED, -15)
sys.stdout.buffer.write(c.compress(b'<graphml a=\"') + c.compress(b' ' * (1 << 20)) + c.flush(zlib.Z_FULL_FLUSH))
again = c.compress(b' ' * (1 << 20)) + c.flush(zlib.Z_FULL_FLUSH)
sys.stdout.buffer.write(again * 2000)" >bomb
	bounded 3 import --graph bomb -o none.brc
	says 'bomb: line 1: a tag or text of more than'
}

@test "choices of import and export" {
	expect 2 import --graph a --labels b
	expect 2 import
	expect 2 export_ --graph mtx --labels <weights.brc
	expect 3 export_ --graph mtx <labels.brc
	expect 2 export_ --graph dot <weights.brc
}
