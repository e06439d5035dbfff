#!/usr/bin/env bats
# Fit and test apart: read-data --split, which dataset a filter takes, images that both have, and
# units that are constant on the images of the test.
# shellcheck disable=SC2154,SC2094 # bats sets stderr; nothing writes to what it reads

bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	local images=("$ROOT"/fixtures/fashion-test-2000-{images,labels}.gz)
	read-data -q "${images[@]}" --first 600 -o all.brc
	read-data -q "${images[@]}" --first 600 --split 0.4 -o two.brc
	groups all.brc >all-labels.brc
	groups two.brc >fit-labels.brc
}

# groups FILE: groups made of activations on its images
groups() {
	activations -q --model "$ROOT/fixtures/fashion-mlp.onnx" <"$1" | corr -q | laplacian -q |
		spectral -q -k 2
}

setup() {
	load compare.bash
	cd "$BATS_TEST_TMPDIR" || return 1
	export PYTHONPATH="$ROOT/tests/cli:$ROOT/docs" PYTHONDONTWRITEBYTECODE=1
	D=$BATS_FILE_TMPDIR MODEL=$ROOT/fixtures/fashion-mlp.onnx
}

# has TEXT FILE
has() {
	grep -qF -- "$1" "$2" || { cat "$2"; return 1; }
}

# A Python program about streams: stream(FILE) is the list of its sections.
python() {
	/usr/bin/python3 <(
		cat <<'PYTHON'
import sys
import numpy as np
import read_stream
def stream(path):
    return read_stream.read(open(path, "rb"))[0]
def parts(path):
    fit, test = stream(path)
    assert (fit.type, fit.name, test.type, test.name) == ("dataset", "fit", "dataset", "test")
    return fit, test
def rows(s, name):
    """The rows of a tensor, which all differ, as bytes."""
    return [r.tobytes() for r in s.arrays[name]]
def check_split(path, whole, names):
    """Every item of `whole` (arrays by tensor) is in one part, in order, with all that is its own."""
    fit, test = parts(path)
    key = names[0]
    every = [r.tobytes() for r in whole[key]]
    assert len(set(every)) == len(every)
    chosen = set(rows(fit, key))
    assert not chosen & set(rows(test, key)) and len(chosen) < len(every)
    for s in (fit, test):
        take = [i for i, r in enumerate(every) if (r in chosen) == (s is fit)]
        for name in names:
            np.testing.assert_array_equal(s.arrays[name], whole[name][take])
        assert s.meta == fit.meta or {**s.meta, "unlabelled": 0} == {**fit.meta, "unlabelled": 0}
    return fit, test
PYTHON
		cat
	) "$@"
}

@test "read-data --split: each image is in one part, in order, with what belongs to it" {
	/usr/bin/python3 - <<'PYTHON'
import numpy as np
r = np.random.default_rng(1)
n = 41
image = r.permutation(n * 7 * 3).reshape(n, 7, 3).astype(np.float32)
np.save("image.npy", image)
np.save("label.npy", r.integers(0, 4, n))
np.save("mark.npy", r.integers(0, 2, (n, 5)))
np.save("target.npy", r.normal(size=(n, 2)).astype(np.float32))
np.save("place.npy", r.integers(0, 3, (n, 7, 3)))
np.save("token.npy", r.permutation(n * 6).reshape(n, 6).astype(np.int32))
np.save("next.npy", r.integers(0, 9, (n, 6)))
np.save("more.npy", r.normal(size=(n, 3)).astype(np.float32))
np.save("number.npy", np.arange(n).astype(np.int32))
np.save("shared.npy", r.normal(size=(1, 4)).astype(np.float32))
PYTHON
	read-data -q image.npy label.npy --split 0.3 --input more=more.npy --input number=number.npy \
		--input shared=shared.npy -o classes.brc
	read-data -q image.npy mark.npy --split 0.3 -o labels.brc
	read-data -q image.npy target.npy --split 0.3 -o regression.brc
	read-data -q image.npy place.npy --split 0.3 --ignore-label 2 -o places.brc
	read-data -q --tokens token.npy next.npy --split 0.3 -o tokens.brc
	read-data -q --next-token token.npy --split 0.3 -o next.brc
	read-data -q image.npy label.npy --split 0.5 --nchw --resize 4 -o no.brc 2>/dev/null && false
	for f in *.brc; do check -q "$f"; done
	python <<'PYTHON'
a = {n: np.load(n + ".npy") for n in
     "image label mark target place token next more number shared".split()}
a.update({"input/more": a["more"], "input/number": a["number"]})
fit, test = check_split("classes.brc", a, ["image", "label", "input/more", "input/number"])
for s in (fit, test):
    np.testing.assert_array_equal(s.arrays["input/shared"], a["shared"])
check_split("labels.brc", {**a, "target": a["mark"].astype(np.uint8)}, ["image", "target"])
check_split("regression.brc", a, ["image", "target"])
place = np.where(a["place"] == 2, -1, a["place"])
for s in check_split("places.brc", {**a, "label": place}, ["image", "label"]):
    assert s.meta["unlabelled"] == (s.arrays["label"] == -1).sum()
check_split("tokens.brc", {**a, "label": a["next"]}, ["token", "label"])
check_split("next.brc", {"token": a["token"][:, :-1], "label": a["token"][:, 1:]},
            ["token", "label"])
for f in ("labels", "regression", "places", "tokens", "next"):
    assert parts(f + ".brc")[0].arrays["token" if f in ("tokens", "next") else "image"].shape[0] == 12
PYTHON
}

@test "read-data --split: classes have their share, by Hamilton's apportionment" {
	python <<'PYTHON'
import subprocess
from fractions import Fraction
from math import ceil, floor

def check(have, text, seed):
    label = np.repeat(np.arange(len(have)), have)
    label = np.random.default_rng(seed).permutation(label)
    image = np.arange(len(label), dtype=np.float32).reshape(-1, 1, 1)
    np.savez("x.npz", image=image, label=label)
    subprocess.run(["read-data", "-q", "x.npz", "--scale", "1", "--split", text, "--seed", str(seed),
                    "-o", "x.brc"], check=True)
    fit, test = parts("x.brc")
    n, f = len(label), Fraction(text)
    got = np.bincount(fit.arrays["label"], minlength=len(have))
    assert (got + np.bincount(test.arrays["label"], minlength=len(have)) == have).all()
    least = [min(max(floor(f * h), h > 1), max(h - 1, 1 if h == 1 else 0)) for h in have]
    most = [h - 1 if h > 1 else h for h in have]
    share = [f * h for h in have]
    may = [c for c in range(len(have)) if least[c] < most[c] and least[c] < share[c]]
    wanted = min(max(floor(f * n + Fraction(1, 2)), 1), n - 1)
    given = max(0, min(wanted - sum(least), len(may)))
    more = [c for c in range(len(have)) if got[c] == least[c] + 1]
    assert all(got[c] - least[c] in (0, 1) for c in range(len(have))), (have, text, got)
    assert set(more) <= set(may) and len(more) == given, (have, text, got)
    rest = lambda c: share[c] - least[c]
    others = [rest(c) for c in may if c not in more]
    assert not more or not others or min(map(rest, more)) >= max(others)
    assert all(0 < g < h for g, h in zip(got, have) if h > 1)
    assert 0 < fit.arrays["image"].shape[0] < n
    return fit.arrays["image"].ravel().tolist(), got.tolist()

r = np.random.default_rng(7)
for seed in range(25):
    have = r.integers(0, [2, 4, 9, 40][seed % 4] + 1, r.integers(1, 12))
    if have.sum() > 1:
        have[-1] = max(have[-1], 1)
        check(have.tolist(), ["0.5", "0.1", "0.25", "0.9", "0.333", "0.29"][seed % 6], seed)
check([100] * 4, "0.29", 1)
same = check([30, 30, 31, 31], "0.5", 3)
assert same == check([30, 30, 31, 31], "0.5", 3)
assert same[0] != check([30, 30, 31, 31], "0.5", 4)[0]
# equal remainders go by lot
assert len({tuple(check([3, 3, 3, 3], "0.5", s)[1]) for s in range(12)}) > 2
PYTHON
}

@test "read-data --split: chosen images are split, and little memory is needed" {
	local images=("$ROOT"/fixtures/fashion-test-2000-{images,labels}.gz)
	read-data -q "${images[@]}" --sample 10-per-class --seed 5 -o chosen.brc
	read-data -q "${images[@]}" --sample 10-per-class --seed 5 --split 0.5 -o split.brc
	python <<'PYTHON'
whole = stream("chosen.brc")[0].arrays
for s in check_split("split.brc", whole, ["image", "label"]):
    assert (np.bincount(s.arrays["label"]) == 5).all()
PYTHON
	read-data "${images[@]}" --split 0.2 -o all.brc 2>err
	has '400 images to fit, 1600 to test' err
	# the images of the second part lie in a file, not in memory
	read-data -q "${images[@]}" --split 0.2 --mem 4M -o little.brc
	cmp all.brc little.brc
	run env TMPDIR=/nowhere read-data -q "${images[@]}" --split 0.2 --mem 2400K -o no.brc
	[ "$status" -eq 6 ]
	[[ "$output" == *"cannot make a spool file in /nowhere"* ]]
}

@test "read-data --split: what cannot be split" {
	local images=("$ROOT"/fixtures/fashion-test-2000-{images,labels}.gz)
	run read-data "${images[@]}" --first 1 --split 0.5 -o no.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"1 item cannot be split into two parts"* ]]
	run read-data "${images[@]}" --split 0.5 --name mine -o no.brc
	[ "$status" -eq 2 ]
	[[ "$output" == *"--split are called fit and test"* ]]
	for fraction in 0 1 1.5 -1 x; do
		run read-data "${images[@]}" --split=$fraction -o no.brc
		[ "$status" -eq 2 ]
	done
	printf '1\t2\n3\t4\n5\t6\n' >table.tsv
	run read-data --series table.tsv --split 0.5 -o no.brc
	[ "$status" -eq 2 ]
	[ ! -e no.brc ]
}

# images FILE TOOL: how many images the tool used, as the history says
images() {
	/usr/bin/python3 - "$@" <<'PYTHON'
import sys, read_stream
history = read_stream.read(open(sys.argv[1], "rb"))[1]
print([e["images"]["count"] for e in history if e["tool"] == sys.argv[2]][-1])
PYTHON
}

@test "activations takes fit, lesion takes test, and others are asked for" {
	[ "$(images "$D/fit-labels.brc" activations)" = 240 ]
	lesion -q -n 1 --model "$MODEL" --data "$D/two.brc" <"$D/fit-labels.brc" -o out.brc
	[ "$(images out.brc lesion)" = 360 ]
	lesion -q -n 1 --dataset fit --model "$MODEL" --data "$D/two.brc" <"$D/fit-labels.brc" -o out.brc
	[ "$(images out.brc lesion)" = 240 ]
	activations -q --in test --model "$MODEL" <"$D/two.brc" -o out.brc
	[ "$(images out.brc activations)" = 360 ]
	# a stream with one dataset, whatever it is called
	lesion -q -n 1 --model "$MODEL" --data "$D/all.brc" <"$D/fit-labels.brc" -o out.brc
	[ "$(images out.brc lesion)" = 600 ]
	# in one pipe: the history knows only what was used
	activations -q --keep --model "$MODEL" <"$D/two.brc" | corr -q | laplacian -q | spectral -q -k 2 |
		lesion -q -n 1 --model "$MODEL" -o out.brc
	[ "$(images out.brc lesion)" = 360 ]
	run peek out.brc
	[[ "$output" != *"dataset/1"* ]]
	/usr/bin/python3 - <<'PYTHON'
import read_stream
history = read_stream.read(open("out.brc", "rb"))[1]
for tool, name in (("activations", "fit"), ("lesion", "test")):
    entry = [e for e in history if e["tool"] == tool][0]
    read = [r["section"] for r in entry["reads"] if r["section"].startswith("dataset")]
    assert read == ["dataset/1 " + name], read
PYTHON
	# the order of the two does not matter, and three may be there
	python "$D/two.brc" <<'PYTHON'
import write_stream
fit, test = parts(sys.argv[1])
as_section = lambda s, name: ("dataset", name, s.meta, [], s.arrays)
with open("turned.brc", "wb") as f:
    write_stream.write(f, [as_section(test, "test"), as_section(fit, "fit")])
with open("others.brc", "wb") as f:
    write_stream.write(f, [as_section(test, "a"), as_section(fit, "b")])
PYTHON
	activations -q --model "$MODEL" <turned.brc -o out.brc
	[ "$(images out.brc activations)" = 240 ]
	lesion -q -n 1 --model "$MODEL" --data turned.brc <"$D/fit-labels.brc" -o out.brc
	[ "$(images out.brc lesion)" = 360 ]
	extract-weights -q --data turned.brc "$MODEL" -o out.brc
	extract-weights -q --data turned.brc --dataset test "$MODEL" -o out.brc
	run activations --model "$MODEL" <others.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"2 sections could be meant: dataset/1 a, dataset/1 b"*"--in NAME"* ]]
	run lesion --model "$MODEL" --data others.brc <"$D/fit-labels.brc"
	[ "$status" -eq 3 ]
	[[ "$output" == *"more than one dataset section"*"--dataset NAME"* ]]
	run lesion --dataset c --model "$MODEL" --data others.brc <"$D/fit-labels.brc"
	[ "$status" -eq 3 ]
	[[ "$output" == *"no dataset section called 'c'"* ]]
	run activations --in c --model "$MODEL" <others.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"no dataset section is called 'c'"*"dataset/1 a, dataset/1 b"* ]]
	run extract-weights --dataset fit "$MODEL"
	[ "$status" -eq 2 ]
}

# warns FILE OPTION...: lesion's warning of shared images; FILE holds the labels
warns() {
	lesion -n 1 --model "$MODEL" "${@:2}" <"$1" 2>&1 >"lesions.brc" | grep 'warning:.*made from' ||
		echo none
	report lesions.brc >report.txt
	report --format json lesions.brc >report.json
}

@test "lesion and report warn if groups are tested on the images that they were made from" {
	local fit=$D/fit-labels.brc
	[ "$(warns "$fit" --data "$D/two.brc")" = none ]
	run ! grep -q "made from" report.txt
	grep -q '"shared_images": 0' report.json
	[[ "$(warns "$fit" --data "$D/two.brc" --dataset fit)" == *"made from the very images"* ]]
	grep -q "the groups were made from the very images" report.txt
	grep -q '"shared_images": 1' report.json
	# 240 of 600, by a sketch; 5 images are no chance, one of 360 is
	[[ "$(warns "$fit" --data "$D/all.brc")" =~ about\ (3[5-9]|4[0-5]) ]]
	python "$D/two.brc" <<'PYTHON'
import write_stream
fit, test = parts(sys.argv[1])
for n in (1, 5):
    both = {k: np.concatenate([test.arrays[k], fit.arrays[k][:n]]) for k in ("image", "label")}
    with open(f"{n}.brc", "wb") as f:
        write_stream.write(f, [("dataset", "test", test.meta, [], both)])
turned = {k: fit.arrays[k][::-1] for k in ("image", "label")}
with open("turned.brc", "wb") as f:
    write_stream.write(f, [("dataset", "turned", fit.meta, [], turned)])
PYTHON
	[ "$(warns "$fit" --data 1.brc)" = none ]
	[[ "$(warns "$fit" --data 5.brc)" == *" 1.37 % of the images"* ]]
	[[ "$(warns "$fit" --data turned.brc)" == *"made from the very images"* ]] # in another order
	# a part of the images only
	activations -q -n 50 --model "$MODEL" <"$D/all.brc" | corr -q | laplacian -q | spectral -q -k 2 >part.brc
	[[ "$(warns part.brc --data "$D/all.brc")" == *"% of the images that the groups are tested on are"* ]]
	# groups of weights are made from no images
	extract-weights -q "$MODEL" | laplacian -q | spectral -q -k 8 >weights.brc
	[ "$(warns weights.brc --data "$D/all.brc")" = none ]
	run ! grep -q "made from" report.txt
	grep -q '"shared_images": null' report.json
}

@test "what an older history does not say is not known" {
	python "$D/all-labels.brc" <<'PYTHON'
import io, msgpack, write_stream
data = open(sys.argv[1], "rb").read()
w = write_stream.Writer(io.BytesIO())
for kind, _, payload in msgpack.Unpacker(io.BytesIO(data[w.file.tell():]), raw=False):
    if kind == read_stream.HISTORY:
        entry = msgpack.unpackb(payload)
        entry.pop("images", None)
        payload = msgpack.packb(entry)
    if kind != read_stream.TRAILER:
        w.frame(kind, payload)
w.trailer()
open("old.brc", "wb").write(w.file.getvalue())
PYTHON
	[ "$(warns old.brc --data "$D/all.brc")" = none ]
	grep -q "it is not known whether the groups were made from the images" report.txt
	grep -q '"shared_images": null' report.json
}

@test "few images and accuracy near chance stand beside the verdicts" {
	local images=("$ROOT"/fixtures/fashion-test-2000-{images,labels}.gz)
	read-data -q "${images[@]}" --sample 50-per-class -o enough.brc
	read-data -q "${images[@]}" --sample 49-per-class -o few.brc
	read-data -q "${images[@]}" --sample 60-per-class --scale 1e-9 -o dark.brc
	extract-weights -q "$MODEL" | laplacian -q | spectral -q -k 8 >labels.brc
	warned() { # FILE
		lesion -n 1 --dead keep --model "$MODEL" --data "$1" <labels.brc 2>err | coherence -q >out.brc
		report out.brc >report.txt
		report --format json out.brc -o out.json
	}
	warned enough.brc
	run ! grep -q "fewer than 50" err report.txt out.json
	warned few.brc
	has 'lesion: warning: 10 of 10 classes have fewer than 50 images, the smallest 49' err
	grep -q "10 of 10 classes have fewer than 50 images" report.txt
	/usr/bin/python3 - <<'PYTHON'
import json
l = json.load(open("out.json"))["networks"][0]["labellings"][0]
assert sum("fewer than 50" in w for w in l["warnings"]) == 1, l["warnings"]
PYTHON
	warned dark.brc
	grep -q "before any lesion the network is right for 10.0 % of the images, not clearly more" report.txt
	/usr/bin/python3 - <<'PYTHON'
import json
l = json.load(open("out.json"))["networks"][0]["labellings"][0]
assert sum("not clearly more than chance" in w for w in l["warnings"]) == 1, l["warnings"]
PYTHON
}

@test "dead units are named, in no group and no control; --dead keep has them in both" {
	extract-weights -q "$MODEL" | laplacian -q | spectral -q -k 8 >labels.brc
	activations -q --at post --model "$MODEL" --in test <"$D/two.brc" -o values.brc
	lesion -n 3 --model "$MODEL" --data "$D/two.brc" <labels.brc 2>err >out.brc
	lesion -n 3 --dead keep --model "$MODEL" --data "$D/two.brc" <labels.brc 2>kept >keep.brc
	lesion -q -n 3 --dead out --threads 1 --model "$MODEL" --data "$D/two.brc" <labels.brc >one.brc
	cmp out.brc one.brc
	lesion -q --compat paper --model "$MODEL" --data "$D/two.brc" <labels.brc >paper.brc
	report out.brc >report.txt
	report --format json out.brc >out.json
	python <<'PYTHON'
import json
section = lambda f, t: [s for s in stream(f) if s.type == t][0]
value = section("values.brc", "activations").arrays
v = [a for a in value.values() if a.ndim == 2][0]
dead = np.flatnonzero(v.max(0) == v.min(0))  # in ReLU layers that are dense
assert len(dead) > 20
label = section("labels.brc", "labels").arrays["label"]
units = section("labels.brc", "labels").arrays["layer/units"]
layer = np.repeat(np.arange(len(units)), units)
sizes = {}
for name, keep in (("out", False), ("keep", True), ("paper", True)):
    s = section(name + ".brc", "lesions")
    assert s.meta["dead"] == ("keep" if keep else "out")
    np.testing.assert_array_equal(s.arrays["dead/unit"], dead)
    there = {}
    for u in range(len(label)):
        if label[u] >= 0 and (keep or u not in set(dead)):
            there[layer[u], label[u]] = there.get((layer[u], label[u]), 0) + 1
    a = s.arrays
    for l, c, n in zip(*(a["subcluster/" + x] for x in ("layer", "cluster", "size"))):
        assert there.pop((l, c)) == n
    assert all(n < 2 for n in there.values()), there
j = json.load(open("out.json"))["networks"][0]["labellings"][0]["baseline"]["dead_units"]
first = dict(zip(section("labels.brc", "labels").arrays["layer/name"].astype(str),
                 np.cumsum(units) - units))
assert sorted(first[d["layer"]] + u for d in j for u in d["units"]) == dead.tolist()
PYTHON
	grep -q "dead units, whose output is the same for all images, are in no group and no control" err
	grep -q "dead units, whose output is the same for all images, count as others" kept
	grep -q "dead units, whose output is the same for all images, were in no group" report.txt
}
