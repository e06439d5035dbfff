#!/usr/bin/env bats
# What make validity measures, in short, on fixtures whose truth is known: groups and classes that
# are there are found, others are not, and noise is not called structured.
# shellcheck disable=SC2154,SC2094 # bats sets it; nothing writes to what it reads

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export PYTHONPATH="$ROOT/docs" PYTHONDONTWRITEBYTECODE=1
}

# verdicts FILE: of every row of the sections structure, a line each
verdicts() {
	/usr/bin/python3 - "$1" <<'PYTHON'
import sys
import read_stream
for s in read_stream.read(open(sys.argv[1], "rb"))[0]:
    if s.type == "structure":
        for v in s.arrays["row/verdict"]:
            print(v.decode())
PYTHON
}

# value FILE TYPE KEY: what the metadata of a section say
value() {
	/usr/bin/python3 - "$@" <<'PYTHON'
import sys
import read_stream
print(next(s for s in read_stream.read(open(sys.argv[1], "rb"))[0] if s.type == sys.argv[2]).meta[sys.argv[3]])
PYTHON
}

# found FILE PARTS CLASSES: groups specific after max-T, own classes flagged, other classes flagged.
# The part of a group is that of the first of its units.
found() {
	/usr/bin/python3 - "$@" <<'PYTHON'
import sys
import numpy as np
import read_stream
stream = read_stream.read(open(sys.argv[1], "rb"))[0]
parts, classes = int(sys.argv[2]), int(sys.argv[3])
labels = next(s for s in stream if s.type == "labels").arrays
a = next(s for s in stream if s.type == "coherence").arrays
units = labels["layer/units"]
first = np.cumsum(units) - units
names = [n.decode() for n in labels["layer/name"]]
part = []
for layer, cluster in zip(a["subcluster/layer"], a["subcluster/cluster"]):
    layer = names.index(a["layer/name"][layer].decode())
    of = labels["label"][first[layer]:first[layer] + units[layer]]
    at = np.flatnonzero(of == cluster) * parts // units[layer]
    assert len(set(at)) == 1, "a group is in two parts"
    part.append(at[0])
own = np.arange(classes)[None] * parts // classes == np.array(part)[:, None]
flagged = a["class/t_p_adjusted"] <= 0.05
specific = (a["specificity/p_maxt"] <= 0.05) & (a["specificity/large_enough"] == 1)
print(int(specific.sum()), int((flagged & own).sum()), int((flagged & ~own).sum()))
PYTHON
}

@test "three parts: all nine groups are specific, most of their own classes and no others are flagged" {
	read-data -q --sample 20-per-class "$ROOT/fixtures/three-part.npz" -o data.brc
	extract-weights -q "$ROOT/fixtures/three-part.onnx" | laplacian -q | spectral -q -k 3 |
		lesion -q -n 99 -m "$ROOT/fixtures/three-part.onnx" -d data.brc | coherence -q -o out.brc
	read -r groups own other <<<"$(found out.brc 3 9)"
	echo "groups $groups of 9, own classes $own of 27, others $other"
	[ "$groups" -eq 9 ]
	[ "$own" -ge 20 ]
	[ "$other" -eq 0 ]
}

@test "two parts: all six groups are specific, and no class of the other part is flagged" {
	read-data -q --sample 50-per-class "$ROOT/fixtures/side-by-side.npz" -o data.brc
	extract-weights -q "$ROOT/fixtures/side-by-side.onnx" | laplacian -q | spectral -q -k 2 |
		lesion -q -m "$ROOT/fixtures/side-by-side.onnx" -d data.brc | coherence -q -o out.brc
	read -r groups own other <<<"$(found out.brc 2 10)"
	echo "groups $groups of 6, own classes $own of 30, others $other"
	[ "$groups" -eq 6 ]
	[ "$own" -ge 18 ]
	[ "$other" -eq 0 ]
}

@test "networks of parts that no weight joins are structured" {
	for network in side-by-side.2 three-part.3 planted/vgg.2 planted/resnet.2 planted/inception.2 \
		planted/mobilenet.2 planted/vit.2 planted/text.2; do
		extract-weights -q "$ROOT/fixtures/${network%.*}.onnx" |
			clusterability -q -k "${network##*.}" -n 19 | laplacian -q |
			spectral -q -k "${network##*.}" --stability 20 -o out.brc
		echo "$network: $(verdicts out.brc)"
		[ "$(verdicts out.brc)" = structured ]
	done
}

@test "independent series are not structured, although shuffled edges call them clusterable" {
	for seed in 0 1 2; do
		/usr/bin/python3 -c "import sys, numpy
numpy.save('series.npy', numpy.random.default_rng($seed).standard_normal((60, 200)))"
		read-data -q --series series.npy -o values.brc
		corr -q --eigenvalues <values.brc | tee edges.brc | clusterability -q -k 5 -n 19 |
			laplacian -q | spectral -q -k 5 --stability 20 --samples values.brc -o out.brc
		[ "$(verdicts out.brc)" = "no evidence" ]
		clusterability -q --null layer -k 5 -n 19 -o old.brc <edges.brc
		[ "$(value old.brc clusterability p)" = 0.05 ]
	done
}
