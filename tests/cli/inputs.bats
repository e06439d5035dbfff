#!/usr/bin/env bats
# Networks as people export them: open extents, several inputs and outputs, fixed batches.
# shellcheck disable=SC2154 # bats sets stderr

bats_require_minimum_version 1.5.0

setup() {
	load compare.bash
	cd "$BATS_TEST_TMPDIR" || return 1
	exports=$ROOT/fixtures/exports golden=$ROOT/tests/golden/exports
	export PYTHONPATH="$ROOT/docs" PYTHONDONTWRITEBYTECODE=1
}

# data NAME [LABELS]: the inputs of a golden export as an archive, with labels by this expression
data() {
	/usr/bin/python3 - "$golden/$1.npz" "$1.npz" "${2:-numpy.arange(len(x)) % 4}" <<'PYTHON'
import sys
import numpy
arrays = dict(numpy.load(sys.argv[1]))
x = arrays["input"]
more = {k: v for k, v in arrays.items() if k not in ("input", "output", "silenced")}
numpy.savez(sys.argv[2], images=x, labels=eval(sys.argv[3]).astype("i4"), **more)
PYTHON
}

# blocks FILE: the digest of the weights of a stream
blocks() {
	/usr/bin/python3 -c "
import hashlib, sys, read_stream
s = next(s for s in read_stream.read(open(sys.argv[1], 'rb'))[0] if s.type == 'weights')
print(hashlib.md5(b''.join(s.arrays[k].tobytes() for k in sorted(s.arrays) if 'block' in k)).hexdigest())" "$1"
}

@test "a GPT of any length: weights, activations and lesions with the length of the data" {
	data gpt-dynamic 'numpy.roll(x, -1, 1)'
	read-data -q --tokens gpt-dynamic.npz -o data.brc
	extract-weights -q --data data.brc "$exports/gpt-dynamic.onnx" -o weights.brc
	extract-weights -q --shape ids=?,5 "$exports/gpt-dynamic.onnx" -o short.brc
	same blocks weights.brc , blocks short.brc # the length does not matter to them
	activations -q --model "$exports/gpt-dynamic.onnx" <data.brc >values.brc
	peek values.brc | grep -q '5 sample x 216 unit'
	laplacian -q <weights.brc | spectral -q -k 2 |
		lesion -n 2 --model "$exports/gpt-dynamic.onnx" --data data.brc -o lesions.brc 2>notes
	check -q lesions.brc
	run -3 --separate-stderr extract-weights "$exports/gpt-dynamic.onnx" -o x.brc
	[[ "$stderr" = *"the input 'ids': it is [N, sequence]: dimension 1 ('sequence') has no fixed extent"* ]]
	[[ "$stderr" = *"hint: give it with --shape ids=?,N, or with data: extract-weights --data FILE"* ]]
	run -2 --separate-stderr activations --model "$exports/gpt-dynamic.onnx" --shape ids=?,7,mask=3 -o x.brc <data.brc
	[[ "$stderr" = *"called 'mask'"* ]]
	run -2 --separate-stderr activations --model "$exports/gpt-dynamic.onnx" --shape ids=?,5 --shape ids=1,5 -o x.brc <data.brc
	[[ "$stderr" = *"--shape is given twice; all of it goes into one, after commas"* ]]
}

@test "extents that contradict the data are refused with both" {
	data cnn-dynamic-size
	read-data -q --nchw cnn-dynamic-size.npz -o data.brc
	run -3 --separate-stderr activations --model "$exports/cnn-dynamic-size.onnx" --shape x=?,3,12,12 -o x.brc <data.brc
	[[ "$stderr" = *"images of 3 x 12 x 10 do not fit the network's input of 3 x 12 x 12"* ]]
	run -3 --separate-stderr extract-weights --data data.brc "$ROOT/fixtures/small/relu.onnx" -o x.brc
	[[ "$stderr" = *"images of 3 x 12 x 10 do not fit the network's input of 6"* ]]
	activations -q --model "$exports/cnn-dynamic-size.onnx" <data.brc >values.brc
	peek values.brc | grep -q '5 sample x 14 unit'
}

@test "one image at a time gives what many at a time give" {
	data cnn-dynamic-size
	read-data -q cnn-dynamic-size.npz -o data.brc
	for rows in '?' 1 2; do
		activations -q --model "$exports/cnn-dynamic-size.onnx" --shape "x=$rows,3,12,10" <data.brc >"$rows.brc"
	done
	/usr/bin/python3 - <<'PYTHON'
import numpy, read_stream
v = [next(s for s in read_stream.read(open(f"{rows}.brc", "rb"))[0] if s.type == "activations")
     for rows in "?12"]
v = [[a for k, a in s.arrays.items() if a.dtype == "<f4"][0] for s in v]
assert all(numpy.allclose(v[0], x, rtol=0, atol=1e-5 * abs(v[0]).max()) for x in v)
PYTHON
}

@test "the same bytes for one thread and for three, image by image" {
	data mlp-images-mixed
	read-data -q mlp-images-mixed.npz -o data.brc
	extract-weights -q "$exports/mlp-images-mixed.onnx" | laplacian -q | spectral -q -k 2 >labels.brc
	for threads in 1 3; do
		lesion -q -n 3 --threads $threads --model "$exports/mlp-images-mixed.onnx" --data data.brc \
			<labels.brc >"lesions$threads.brc"
	done
	cmp lesions1.brc lesions3.brc
}

@test "images in the second dimension: every answer is scored, with the bytes of any threads" {
	data lstm-steps-first 'numpy.arange(len(x)) % 3'
	data language-steps-first 'numpy.roll(x, -1, 1)'
	read-data -q lstm-steps-first.npz -o lstm.brc
	read-data -q --tokens language-steps-first.npz -o language.brc
	for net in lstm language; do
		model=$exports/$net-steps-first.onnx
		extract-weights -q "$model" | laplacian -q | spectral -q -k 2 >labels.brc
		for threads in 1 3; do
			lesion -q -n 3 --threads $threads --model "$model" --data $net.brc \
				<labels.brc >"$net$threads.brc"
		done
		cmp "${net}1.brc" "${net}3.brc"
	done
	/usr/bin/python3 - "$golden" <<'PYTHON'
import sys, numpy, read_stream
for net in ("lstm", "language"):
    z = numpy.load(f"{net}-steps-first.npz")
    y = numpy.load(f"{sys.argv[1]}/{net}-steps-first.npz")["output"]
    right = z["labels"][y.argmax(-1) == z["labels"]]
    have = next(s for s in read_stream.read(open(f"{net}1.brc", "rb"))[0] if s.type == "lesions")
    assert list(numpy.bincount(right, minlength=y.shape[-1])) == list(have.arrays["baseline/correct"])
PYTHON
	run -3 --separate-stderr activations --model "$exports/lstm-steps-first.onnx" -o x.brc <language.brc
	[[ "$stderr" = *"the network takes floats of 6 x 5"* ]]
}

@test "of several outputs one is named; the graph of weights needs none" {
	data two-outputs
	read-data -q two-outputs.npz -o data.brc
	extract-weights -q "$exports/two-outputs.onnx" --data data.brc | laplacian -q | spectral -q -k 2 >labels.brc
	activations -q --model "$exports/two-outputs.onnx" <data.brc >values.brc
	run -3 --separate-stderr lesion --model "$exports/two-outputs.onnx" --data data.brc -o x.brc <labels.brc
	[[ "$stderr" = *"the network has 2 outputs: 'scores' [N, 4], 'boxes' [N, 4]"* ]]
	[[ "$stderr" = *"hint: --output NAME says which is meant"* ]]
	extract-weights -q "$exports/two-outputs.onnx" --output scores | laplacian -q | spectral -q -k 2 |
		lesion -q -n 3 --model "$exports/two-outputs.onnx" --output scores --data data.brc >lesions.brc
	check -q lesions.brc
	run -3 --separate-stderr extract-weights "$exports/two-outputs.onnx" --output classes -o x.brc
	[[ "$stderr" = *"no node computes the output 'classes'"* ]]
}

@test "keys and values of before, and masks, are what exporters' defaults are" {
	data gpt-past 'numpy.roll(x, -1, 1)'
	read-data -q --tokens gpt-past.npz -o data.brc
	extract-weights -q --data data.brc "$exports/gpt-past.onnx" | laplacian -q | spectral -q -k 2 |
		lesion -n 2 --model "$exports/gpt-past.onnx" --data data.brc 2>notes >lesions.brc
	grep -q "the data set has nothing for some inputs, which are filled: '.*' with zeros" notes
	grep -q "of the network's outputs, 'logits' is taken; --output names another" notes
}

@test "read-data --input: arrays for other inputs go with their images" {
	data array-by-name
	read-data -q --input more array-by-name.npz -o data.brc
	check -q data.brc
	activations -q --model "$exports/array-by-name.onnx" <data.brc >values.brc
	extract-weights -q --skip-untraced "$exports/array-by-name.onnx" | laplacian -q | spectral -q -k 2 |
		lesion -q -n 3 --model "$exports/array-by-name.onnx" --data data.brc >lesions.brc
	/usr/bin/python3 - <<'PYTHON'
import numpy
z = numpy.load("array-by-name.npz")
numpy.save("more.npy", z["more"].astype("f8"))
numpy.save("one.npy", z["more"][:1])
numpy.save("again.npy", numpy.repeat(z["more"][:1], 7, 0))
numpy.save("six.npy", z["more"][:6])
numpy.save("wide.npy", numpy.zeros((7, 4), "f4"))
numpy.save("hole.npy", numpy.full((7, 3), numpy.nan, "f4"))
numpy.save("number.npy", numpy.int64(8000))
PYTHON
	read-data -q --input more=more.npy array-by-name.npz -o same.brc
	activations -q --model "$exports/array-by-name.onnx" <same.brc >same-values.brc
	/usr/bin/python3 - <<'PYTHON'
import read_stream
a, b = (read_stream.read(open(f, "rb"))[0][1].arrays for f in ("values.brc", "same-values.brc"))
assert all((a[k] == b[k]).all() for k in a)
PYTHON
	read-data -q --input more=one.npy --input rate=number.npy array-by-name.npz -o one.brc # for all images
	activations -q --model "$exports/array-by-name.onnx" <one.brc >one-values.brc
	read-data -q --input more=again.npy array-by-name.npz -o again.brc
	activations -q --model "$exports/array-by-name.onnx" <again.brc >again-values.brc

	read-data -q --sample 4 --input more array-by-name.npz -o few.brc # the rows of the same images
	/usr/bin/python3 - <<'PYTHON'
import numpy, read_stream
z = numpy.load("array-by-name.npz")
a = read_stream.read(open("few.brc", "rb"))[0][0].arrays
rows = [int(numpy.where((z["images"] == x).all(1))[0][0]) for x in a["image"]]
assert len(rows) == 4 and (z["more"][rows] == a["input/more"]).all()
a, b = (read_stream.read(open(f"{f}-values.brc", "rb"))[0][1].arrays for f in ("one", "again"))
assert all((a[k] == b[k]).all() for k in a)
one = read_stream.read(open("one.brc", "rb"))[0][0].arrays
assert one["input/rate"].tolist() == [8000] and one["input/more"].shape == (1, 3)
PYTHON

	run -3 --separate-stderr read-data --input more=six.npy array-by-name.npz -o x.brc
	[[ "$stderr" = *"six.npy: an array of shape [6, 3] has a row neither for each of 7 images nor for all"* ]]
	run -3 --separate-stderr read-data --input more=hole.npy array-by-name.npz -o x.brc
	[[ "$stderr" = *"hole.npy: row 0 holds nan at element 0: not a finite number"* ]]
	run -3 --separate-stderr read-data --input less array-by-name.npz -o x.brc
	[[ "$stderr" = *"no member is called 'less'"* ]]
	run -2 --separate-stderr read-data --input more --input more=more.npy array-by-name.npz -o x.brc
	[[ "$stderr" = *"--input gives 'more' twice"* ]]
	run -2 --separate-stderr read-data --input =more.npy array-by-name.npz -o x.brc
	[[ "$stderr" = *"cannot be the name of an input"* ]]
	run -2 --separate-stderr read-data --series --input more=more.npy more.npy -o x.brc

	read-data -q array-by-name.npz -o without.brc
	run -3 --separate-stderr activations --model "$exports/array-by-name.onnx" -o x.brc <without.brc
	[[ "$stderr" = *"the network takes the input 'more', too, which is [N, 3] of floats: the data set holds nothing for it"* ]]
	[[ "$stderr" = *"hint: read-data --input more=FILE.npy"* ]]
	read-data -q --input more=wide.npy array-by-name.npz -o wide.brc
	run -3 --separate-stderr activations --model "$exports/array-by-name.onnx" -o x.brc <wide.brc
	[[ "$stderr" = *"takes 3 as its input 'more', and the data set holds 4"* ]]
}

@test "a section with an array that is none of a data set is refused" {
	data array-by-name
	read-data -q --input more array-by-name.npz -o data.brc
	PYTHONPATH="$ROOT/tests/cli:$ROOT/docs" /usr/bin/python3 - <<'PYTHON'
import numpy, read_stream, write_stream
s = read_stream.read(open("data.brc", "rb"))[0][0]
for name, change in {"rows": {"input/more": s.arrays["input/more"][:6]},
                     "type": {"input/more": s.arrays["input/more"].astype("<f8")},
                     "name": {"input/": s.arrays["input/more"]},
                     "nan": {"input/more": s.arrays["input/more"] * numpy.float32("nan")}}.items():
    arrays = {**s.arrays, **change}
    with open(f"{name}.brc", "wb") as f:
        write_stream.write(f, [("dataset", "dataset", s.meta, [], arrays)])
PYTHON
	for file in rows type name nan; do
		run -3 --separate-stderr activations --model "$exports/array-by-name.onnx" -o x.brc <$file.brc
		[[ "$stderr" = *"'input/"* ]]
	done
}

@test "the pipelines take --shape and --output" {
	data two-outputs
	read-data -q two-outputs.npz -o data.brc
	"$ROOT/pipelines/weights.sh" -q -k 2 --controls 3 --shuffles 2 --output scores --shape x=?,3,12,10 \
		-o w.txt "$exports/two-outputs.onnx" data.brc
	"$ROOT/pipelines/activations.sh" -q -k 2 --controls 3 --shuffles 2 --output scores \
		-o a.txt "$exports/two-outputs.onnx" data.brc
	grep -q second w.txt
	grep -q second a.txt
}
