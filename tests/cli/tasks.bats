#!/usr/bin/env bats
# What outputs mean: read-data --targets, lesion --task, and reports of every task.
# shellcheck disable=SC2154,SC2030,SC2031 # bats sets output

bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	# an archive with images and labels of each network of tests/oracle/tasks.py
	/usr/bin/python3 - "$ROOT/tests/golden/net/tasks.npz" <<'PYTHON'
import sys
import numpy as np
all = np.load(sys.argv[1])
for name in {k.split(".")[0] for k in all.files}:
    np.savez(f"{name}.npz", x=all[f"{name}.x"], y=all[f"{name}.y"])
y = all["classes-sigmoid.y"]
np.savez("one-hot.npz", x=all["classes-sigmoid.x"], y=np.eye(4, dtype=np.float32)[y])
np.savez("whole.npz", x=all["labels.x"], y=np.arange(60, dtype=np.float64))
np.savez("half.npz", x=all["labels.x"], y=np.arange(60) / 2)
np.savez("counts.npz", x=all["labels.x"], y=np.arange(120).reshape(60, 2))
np.savez("channel.npz", x=all["places.x"], y=all["places.y"][:, None])
np.savez("nan.npz", x=all["labels.x"], y=np.where(np.arange(180) == 7, np.nan, 0.5).reshape(60, 3))
np.savez("twos.npz", x=all["labels.x"], y=np.full((60, 3), 2))
PYTHON
	for name in labels regression binary-sigmoid places; do
		read-data -q "$name.npz" -o "$name.brc"
	done
}

setup() {
	load compare.bash
	cd "$BATS_TEST_TMPDIR" || return 1
	export PYTHONPATH="$ROOT/docs" PYTHONDONTWRITEBYTECODE=1
	D=$BATS_FILE_TMPDIR NETS=$ROOT/tests/golden/net/tasks
}

has() { grep -qF -- "$1" "$2"; }

# in_two NETWORK DATA OPTION...: lesioned.brc, in two clusters
in_two() {
	local net=$NETS/$1.onnx data=$2
	shift 2
	extract-weights -q "$net" | laplacian -q | spectral -q -k 2 |
		lesion -n 19 --model "$net" --data "$data" "$@" >lesioned.brc
}

# look EXPRESSION FILE: prints the expression; s(TYPE) is the section of that type
look() {
	/usr/bin/python3 - "$@" <<'PYTHON'
import sys
import numpy as np
import read_stream
stream = read_stream.read(open(sys.argv[2], "rb"))[0]
def s(kind):
    return next(x for x in stream if x.type == kind)
print(eval(sys.argv[1]))
PYTHON
}

@test "the shape and the values of labels say what they are" {
	[ "$(look 's("dataset").arrays["target"].dtype, s("dataset").arrays["target"].shape' "$D/labels.brc")" = "(dtype('uint8'), (60, 5))" ]
	[ "$(look 's("dataset").arrays["target"].dtype, s("dataset").meta["classes"]' "$D/regression.brc")" = "(dtype('float32'), 3)" ]
	[ "$(look 's("dataset").arrays["label"].shape' "$D/places.brc")" = "(60, 5, 5)" ]
	read-data -q "$D/channel.npz" -o channel.brc
	[ "$(look 's("dataset").arrays["label"].shape' channel.brc)" = "(60, 5, 5)" ]
	read-data -q "$D/whole.npz" | peek >whole # whole numbers from 0, as before
	has '"classes": 60' whole
	read-data -q "$D/half.npz" -o half.brc
	[ "$(look 's("dataset").arrays["target"].shape' half.brc)" = "(60, 1)" ]
}

@test "--targets says it where that is not clear" {
	run read-data "$D/one-hot.npz" -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"each row holds a single 1"*"--targets classes"*argmax* ]]
	read-data -q --targets classes "$D/one-hot.npz" -o hot.brc
	read-data -q "$D/classes-sigmoid.npz" -o numbers.brc
	same look 's("dataset").arrays["label"].tolist()' hot.brc , \
		look 's("dataset").arrays["label"].tolist()' numbers.brc
	read-data -q --targets labels "$D/one-hot.npz" | peek >kept
	has 'target' kept
	read-data -q --targets regression "$D/whole.npz" -o whole.brc
	[ "$(look 's("dataset").arrays["target"][7, 0]' whole.brc)" = 7.0 ]
	run read-data "$D/counts.npz" -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"shape [60, 2], not [images]"*"--targets"* ]]
	read-data -q --targets regression "$D/counts.npz" -o x.brc
	run read-data --targets labels "$D/twos.npz" -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"independent labels are 0 or 1"* ]]
	run read-data --targets places "$D/whole.npz" -o x.brc
	[ "$status" -eq 3 ]
	run read-data --targets classes "$D/counts.npz" -o x.brc
	[ "$status" -eq 3 ]
	run read-data "$D/nan.npz" -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"target 1 of image 2 is not a finite number"* ]]
}

@test "samples and names of classes go with every kind of label" {
	read-data -q "$D/labels.npz" --sample 10 --seed 3 -o ten.brc
	[ "$(look 's("dataset").arrays["target"].shape' ten.brc)" = "(10, 5)" ]
	read-data -q "$D/regression.npz" --first 7 -o seven.brc
	[ "$(look '(s("dataset").arrays["target"] == s("dataset").arrays["target"]).all(), s("dataset").arrays["target"].shape' seven.brc)" = "(True, (7, 3))" ]
	read-data -q "$D/places.npz" --sample 9 -o nine.brc
	[ "$(look 's("dataset").arrays["label"].shape' nine.brc)" = "(9, 5, 5)" ]
	run read-data "$D/labels.npz" --sample 3-per-class -o x.brc
	[ "$status" -eq 2 ]
	[[ "$output" == *"the labels are labels, not one class for each item"* ]]
	printf 'a\nb\nc\nd\ne\n' >five
	read-data -q "$D/labels.npz" --classes five | peek >named
	has 'class/name' named
	run read-data "$D/labels.npz" --classes 4 -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"5 columns of labels, but 4 classes are named"* ]]
}

@test "independent labels: right answers by label" {
	in_two labels-sigmoid "$D/labels.brc" 2>err
	has 'task: 5 independent labels, logistic loss on the logits' err
	has 'over labels), 300 labels' err
	[ "$(look 's("lesions").meta["task"], s("lesions").arrays["class/images"].tolist()' lesioned.brc)" = \
		"('labels', [60, 60, 60, 60, 60])" ]
	coherence -q <lesioned.brc >coherent.brc
	report <coherent.brc >text
	has 'Task            labels' text
	has 'of 300 labels (label-balanced' text
	report --format html -o page.html <coherent.brc
	has 'label-balanced accuracy' page.html
	has 'most damaged label' page.html
	report --format json <coherent.brc >all.json
	has '"task": "labels"' all.json
}

@test "one score tells two classes apart, and is right or wrong" {
	in_two binary-sigmoid "$D/binary-sigmoid.brc" 2>err
	has 'task: 2 classes told apart by one score' err
	has '60 images' err
	[ "$(look 's("lesions").arrays["baseline/correct"].shape, sum(s("lesions").arrays["class/images"])' lesioned.brc)" = "((2,), 60)" ]
	report <lesioned.brc >text
	has 'Task            binary' text
	has 'class-balanced' text
}

@test "regression has a loss, and no accuracy, in words" {
	in_two regression "$D/regression.brc" 2>err
	has 'task: regression, squared error of 3 outputs' err
	has 'mean squared error unharmed' err
	has 'no less than that of always giving the mean target' err # its weights are random
	[ "$(look 'sorted(k for k in s("lesions").arrays if "correct" in k)' lesioned.brc)" = "[]" ]
	[ "$(look '[r["statistic"] for r in s("importance").records]' lesioned.brc)" = "['loss']" ]
	coherence <lesioned.brc >coherent.brc 2>err
	has 'coherence is not defined: the change of the loss of each output is tested' err
	[ "$(look 's("coherence").meta["class_unit"], s("coherence").records' coherent.brc)" = "('squared units', [])" ]
	report <coherent.brc >text
	has 'specificity is not defined: the outputs are numbers' text
	has 'squared units an output, squared error of 180 outputs' text
	has 'accuracy, recall and coherence are not defined' text
	run ! grep -i nan text
	report --format html -o page.html <coherent.brc
	has 'squared units an output' page.html
	has 'Change of squared error by output, its units' page.html
	run ! grep -F 'most damaged' page.html
	report --format json <coherent.brc >all.json
	/usr/bin/python3 -c 'import json; json.load(open("all.json"))'
	report --format tsv <coherent.brc >table
	run ! grep -F 'accuracy' table
	run in_two regression "$D/regression.brc" --compat paper
	[ "$status" -eq 3 ]
	[[ "$output" == *"regression has none"* ]]
}

@test "a class at every place" {
	in_two places "$D/places.brc" 2>err
	has 'task: 4 classes at each of 25 places, cross-entropy on the logits' err
	has '1500 places' err
	report <lesioned.brc >text
	has 'of 1500 places' text
}

@test "places and tokens without a label are not counted" {
	for of in places-ignored:255 places-sigmoid-ignored:-100 tokens-ignored:-100; do
		name=${of%:*} none=${of#*:} tokens=
		[ "$name" = tokens-ignored ] && tokens=--tokens
		read-data $tokens "$D/$name.npz" --ignore-label "$none" -o some.brc 2>err
		in_two "$name" some.brc 2>>err
		/usr/bin/python3 - "$ROOT/tests/golden/net/tasks.npz" "$name" "$none" <<'PYTHON'
import sys
import numpy as np
import read_stream
golden, (name, none) = np.load(sys.argv[1]), sys.argv[2:]
y = golden[f"{name}.y"]
lacks = y == int(none)
data = next(x for x in read_stream.read(open("some.brc", "rb"))[0] if x.type == "dataset")
assert (data.arrays["label"] == np.where(lacks, -1, y)).all()
assert data.meta["unlabelled"] == lacks.sum() > 0
assert f"{lacks.sum()} of {y.size} places have no label" in open("err").read()
lesions = next(x for x in read_stream.read(open("lesioned.brc", "rb"))[0] if x.type == "lesions")
assert lesions.meta["images"] == y.size - lacks.sum()
classes = data.meta["classes"]
assert (lesions.arrays["class/images"] == np.bincount(y[~lacks], minlength=classes)).all()
assert (lesions.arrays["baseline/correct"] == golden[f"{name}.correct"][0]).all()
assert np.allclose(lesions.arrays["baseline/loss"], golden[f"{name}.loss"][0], rtol=1e-5)
PYTHON
	done
	coherence -q <lesioned.brc | report >text
	has 'tokens (class-balanced' text
	# recorded values need no labels at all places
	read-data -q "$D/places-ignored.npz" --ignore-label 255 -o some.brc
	activations -q --model "$NETS/places-ignored.onnx" <some.brc | peek >peeked
	has class/mean peeked
	# a label that no place has changes no byte of the data set
	read-data -q "$D/places.npz" --ignore-label 255 -o none.brc
	same look '[(x.meta, {k: v.tolist() for k, v in x.arrays.items()}) for x in stream]' none.brc , \
		look '[(x.meta, {k: v.tolist() for k, v in x.arrays.items()}) for x in stream]' "$D/places.brc"
}

@test "labels that are no classes: what could be done is said" {
	run read-data "$D/places-sigmoid-ignored.npz" -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"labels are >= 0"*"--ignore-label -100"* ]]
	run read-data "$D/places-ignored.npz" --classes 4 -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"but there are 4 classes"*"--ignore-label 255"* ]]
	read-data -q "$D/places-ignored.npz" -o all.brc # 256 classes
	run in_two places-ignored all.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"has label 255, but the network has 4 classes"*"read-data --ignore-label 255"* ]]
	/usr/bin/python3 -c 'import numpy as np
np.savez("void.npz", x=np.zeros((3, 2, 5, 5), np.float32), y=np.full((3, 5, 5), 255))
np.savez("minus.npz", x=np.zeros((3, 2, 5, 5), np.float32), y=np.arange(75).reshape(3, 5, 5) - 1)'
	run read-data void.npz --ignore-label 255 -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"all labels are 255, which is ignored"* ]]
	run read-data minus.npz --ignore-label 255 -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"the label of image 0 is -1; labels are >= 0"* ]]
	run read-data "$D/classes-sigmoid.npz" --ignore-label 0 -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"--ignore-label needs a label for each place or token, but these are classes"* ]]
	run read-data "$D/labels.npz" --ignore-label 0 -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"but these are labels"*"--targets places"* ]]
	for wrong in 1.5 none 3e9 ''; do
		run read-data "$D/places.npz" "--ignore-label=$wrong" -o x.brc
		[ "$status" -eq 2 ]
		[[ "$output" == *"--ignore-label"* ]]
	done
}

@test "--loss margin says how sure answers are, in words" {
	in_two labels "$D/labels.brc" --loss margin 2>err
	has 'task: 5 independent labels, minus the margin on the logits' err
	[ "$(look 's("lesions").meta["loss"], [r["unit"] for r in s("importance").records]' lesioned.brc)" = \
		"('margin', ['fraction', 'score units'])" ]
	# without lesions, the loss is minus the margins that torch has
	/usr/bin/python3 - "$ROOT/tests/golden/net/tasks.npz" lesioned.brc <<'PYTHON'
import sys
import numpy as np
import read_stream
want = -np.load(sys.argv[1])["labels.margin"][0]
lesions = next(x for x in read_stream.read(open(sys.argv[2], "rb"))[0] if x.type == "lesions")
assert np.allclose(lesions.arrays["baseline/loss"], want, rtol=0, atol=1e-5 * (1 + abs(want).max()))
PYTHON
	coherence -q <lesioned.brc >coherent.brc
	report <coherent.brc >text
	has 'score units a label: minus the margin' text
	has 'mean decrease of the margin' text
	report --format html -o page.html <coherent.brc
	has 'loss (minus the margin), score units a label' page.html
	report --format json <coherent.brc >all.json
	has '"loss_is": "minus the margin"' all.json
	# the loss of the task, by its name, changes no section
	in_two labels "$D/labels.brc" --loss logistic 2>err
	mv lesioned.brc named.brc
	in_two labels "$D/labels.brc" 2>err
	same look '[x.meta for x in stream]' named.brc , look '[x.meta for x in stream]' lesioned.brc
	report --format json <lesioned.brc >all.json
	has '"loss_is": "logistic loss"' all.json
	run in_two labels "$D/labels.brc" --loss cross-entropy
	[ "$status" -eq 3 ]
	[[ "$output" == *"--loss cross-entropy: the task is 'labels', whose loss is logistic, or margin"* ]]
	run in_two regression "$D/regression.brc" --loss margin
	[ "$status" -eq 3 ]
	[[ "$output" == *"--loss margin: the task is 'regression', whose loss is squared-error"* ]]
	run in_two labels "$D/labels.brc" --loss hinge
	[ "$status" -eq 2 ]
}

@test "what does not fit is refused in words, and the rest runs all the same" {
	run in_two labels "$D/regression.brc"
	[ "$status" -eq 3 ]
	[[ "$output" == *"regression needs a target for each output: the network gives 5 outputs, and the data set has 3 numbers for each image"*"--task"* ]]
	run in_two regression "$D/regression.brc" --task none
	[ "$status" -eq 3 ]
	[[ "$output" == *"graphs, activations and clustering need no task"* ]]
	run in_two regression "$D/regression.brc" --task guess
	[ "$status" -eq 2 ]
	# labels that fit no output are no reason not to record values
	read-data -q "$D/half.npz" -o half.brc
	activations -q --model "$NETS/labels.onnx" <half.brc | corr -q | laplacian -q | spectral -q -k 2 | peek >graph
	has labels graph
	activations -q --model "$NETS/places.onnx" <"$D/places.brc" -o maps.brc
	[ "$(look 's("exemplars").arrays["class/mean"].shape[1], set(s("exemplars").arrays["image/label"].tolist())' maps.brc)" = "(4, {-1})" ]
	activations -q --model "$NETS/regression.onnx" <"$D/regression.brc" | peek >peeked
	run ! grep -F class/mean peeked
}

@test "a large output and few labels are no classifier" {
	/usr/bin/python3 - <<'PYTHON'
import numpy as np, sys
np.savez("two.npz", x=np.zeros((4, 2), np.float32), y=np.array([0, 1, 0, 1]))
PYTHON
	/usr/bin/python3 "$ROOT/tests/cli/wide_network.py" 2 6 21294 wide.onnx
	read-data -q two.npz -o two.brc
	extract-weights -q --units all wide.onnx | laplacian -q | spectral -q -k 2 -o labels.brc
	run lesion --model wide.onnx --data two.brc <labels.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"21294 outputs and 2 labels: this is no classifier"*"--task regression"* ]]
	lesion -q -n 1 --dead keep --task classes --model wide.onnx --data two.brc <labels.brc -o out.brc
	run -6 lesion -q --dead keep --task classes --mem 100M --model wide.onnx --data two.brc <labels.brc
	[[ "$output" == *"there are 21294 classes"*"--frequent-tokens N or --token-classes FILE"* ]]
}

@test "a score that is always above 0 may be a probability" {
	/usr/bin/python3 - <<'PYTHON'
import numpy as np
np.savez("two.npz", x=np.zeros((40, 2), np.float32), y=np.arange(40) % 2)
PYTHON
	/usr/bin/python3 "$ROOT/tests/cli/wide_network.py" 2 8 1 one.onnx
	read-data -q two.npz -o two.brc
	extract-weights -q --units all one.onnx | laplacian -q | spectral -q -k 2 |
		lesion -n 1 --dead keep --model one.onnx --data two.brc 2>err >/dev/null
	has 'accuracy 0.5000 unlesioned' err
	has 'every score is above 0: if it is a probability, --output should name' err
}

@test "data that are not those of training are told early" {
	read-data -q "$ROOT"/fixtures/fashion-test-2000-{images,labels}.gz --sample 10-per-class -o right.brc
	read-data -q "$ROOT"/fixtures/fashion-test-2000-{images,labels}.gz --sample 10-per-class --scale 1 -o bytes.brc
	read-data -q "$ROOT"/fixtures/fashion-test-2000-{images,labels}.gz --sample 10-per-class --mean 0.286 --std 0.353 -o standard.brc
	model=$ROOT/fixtures/fashion-vgg.onnx
	activations --model "$model" <right.brc 2>err >values.brc
	run ! grep warning err
	activations --model "$model" <bytes.brc 2>err >/dev/null
	has 'warning: layer features.conv1_1 gets other values than in training' err
	has 'were --mean and --std forgotten, or is --scale another?' err
	activations --model "$model" <standard.brc 2>err >/dev/null
	has 'are --mean, --std, --scale and the order of the channels those of training?' err
	corr -q <values.brc | laplacian -q | spectral -q -k 2 -o labels.brc
	lesion -n 1 --model "$model" --data right.brc <labels.brc 2>err >/dev/null
	run ! grep -E 'forgotten|not clearly more than chance|other values' err
	lesion -n 1 --model "$model" --data bytes.brc <labels.brc 2>err >/dev/null
	has 'other values than in training' err
	in_two binary-sigmoid "$D/binary-sigmoid.brc" 2>err # random weights
	has 'unlesioned, not clearly more than chance' err
	has 'were --mean and --std forgotten' err
}
