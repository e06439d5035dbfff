#!/usr/bin/env bats
# read-data, export, import: what they make of good files and of bad ones.

setup() {
	load compare.bash
	ROOT=${ROOT:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}
	PATH="${BIN:-$ROOT/bin}:$PATH"
	GOLDEN=$ROOT/tests/golden/data
	FASHION=$ROOT/fixtures/fashion
	cd "$BATS_TEST_TMPDIR" || exit
}

# A bare 'export' is the shell's own command.
export_() { "$(type -P export)" "$@"; }

tensor() { export_ --tensor "$1" --in dataset; }

@test "the same pixels and labels come out of every format" {
	read-data --idx "$GOLDEN/image.idx" "$GOLDEN/label.idx" >idx.brc
	read-data --npy "$GOLDEN/image.npy" "$GOLDEN/label.npy" >npy.brc
	read-data --npz "$GOLDEN/stored.npz" >npz.brc
	tensor image <idx.brc | cmp - "$GOLDEN/image.npy"
	tensor image <npy.brc | cmp - "$GOLDEN/image.npy"
	tensor image <npz.brc | cmp - "$GOLDEN/image.npy"
	tensor label <idx.brc >label.npy
	tensor label <npy.brc | cmp - label.npy
	tensor label <npz.brc | cmp - label.npy
	[ "$(tail -c 24 label.npy | od -An -v -td4 | tr -s ' \n' ' ')" = " 2 0 1 1 2 0 " ]
}

@test "gzip makes no difference, nor does saying the format" {
	read-data --idx "$GOLDEN/image.idx" "$GOLDEN/label.idx" >plain.brc
	read-data "$GOLDEN/image.idx.gz" "$GOLDEN/label.idx.gz" >gz.brc
	cmp plain.brc gz.brc
	read-data "$GOLDEN/deflated.npz" --images images --labels labels >named.brc
	read-data --npz "$GOLDEN/deflated.npz" >usual.brc
	cmp named.brc usual.brc
}

@test "the format that was recognised is said with -v" {
	run read-data -v "$GOLDEN/image.npy" "$GOLDEN/label.npy" -o x.brc
	[ "$status" -eq 0 ]
	[[ "$output" == *"image.npy looks like --npy"* ]]
	[[ "$output" == *"images [6, 4, 3] of type |u1, 3 classes, scale 0.00392157"* ]]
	run read-data -v "$GOLDEN/cifar10.bin" -o y.brc
	[[ "$output" == *"looks like --cifar10"*"[3, 3, 32, 32]"*"10 classes"* ]]
}

@test "what cannot be recognised is refused with the options that would" {
	echo "P5 28 28 255" >image.pgm
	run read-data image.pgm image.pgm -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"neither IDX, NPY, NPZ nor CIFAR-10"*"hint: --idx"* ]]
	[ ! -e x.brc ]
}

@test "files come through pipes" {
	read-data --idx <(zcat "$FASHION-test-2000-images.gz") \
		<(cat "$FASHION-test-2000-labels.gz") --classes "$FASHION-classes.txt" >pipe.brc
	read-data "$FASHION-test-2000-images.gz" "$FASHION-test-2000-labels.gz" \
		--classes "$FASHION-classes.txt" >file.brc
	cmp pipe.brc file.brc
	run peek file.brc
	[[ "$output" == *'"classes": 10, "scale": 0.0039215686274509803, "source": "idx"'* ]]
	[[ "$output" == *"class/name"*"2000 image x 28 y x 28 x"* ]]
	read-data --npz <(cat "$GOLDEN/deflated.npz") | check -q
	cp "$GOLDEN/cifar10.bin" batch.bin
	read-data --cifar10 - "$GOLDEN/cifar10.bin" <batch.bin | peek >two
	grep -q "6 image x 3 channel x 32 y x 32 x" two
}

@test "members of an archive are chosen, never guessed" {
	run read-data "$GOLDEN/keras.npz" -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"several members"*"x_train, y_train, x_test, y_test"* ]]
	read-data "$GOLDEN/keras.npz" --images x_test | peek >chosen
	grep -q "3 image x 4 y x 3 x" chosen
	run read-data "$GOLDEN/odd-names.npz" -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"--images NAME --labels NAME"*"pictures, truth"* ]]
	read-data "$GOLDEN/odd-names.npz" --images pictures --labels truth | check -q
	run read-data "$GOLDEN/odd-names.npz" --images pictures --labels lies -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"no member is called 'lies'"*"pictures, truth"* ]]
	run read-data --images a "$GOLDEN/image.idx" "$GOLDEN/label.idx" -o x.brc
	[ "$status" -eq 2 ]
}

@test "scale: 1/255 for bytes, 1 for floats, asked for with other integers" {
	read-data --npy "$GOLDEN/f4.npy" <(head -c 128 "$GOLDEN/label.npy" |
		sed 's/(6,)/(2,)/'; printf '\1\0') | peek >floats
	grep -q '"scale": 1' floats
	printf '\0\0\14\2\0\0\0\1\0\0\0\2\0\0\0\1\0\0\0\2' >int.idx
	printf '\0\0\10\1\0\0\0\1\0' >one.idx
	run read-data int.idx one.idx -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"range is unknown"*"--scale"* ]]
	read-data int.idx one.idx --scale 0.5 | peek >scaled
	grep -q '"scale": 0.5' scaled
	grep -q 'image .*<f4' scaled
	run read-data int.idx one.idx --scale 0 -o x.brc
	[ "$status" -eq 2 ]
}

@test "counts of images and labels must agree" {
	printf '\0\0\10\1\0\0\0\2\0\1' >two.idx
	run read-data "$GOLDEN/image.idx" two.idx -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"6 images, but 2 labels"* ]]
	run read-data "$GOLDEN/label.idx" "$GOLDEN/image.idx" -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"hint: give the images first"* ]]
	run read-data "$GOLDEN/image.idx" -o x.brc
	[ "$status" -eq 2 ]
	[[ "$output" == *"two files: images, then labels"* ]]
	run read-data "$GOLDEN/image.npy" "$GOLDEN/f4.npy" -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"labels of shape [2, 3], but there are 6 images"* ]]
}

@test "labels beyond the class names are refused" {
	printf 'cat\ndog\n' >two
	run read-data "$GOLDEN/image.idx" "$GOLDEN/label.idx" --classes two -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"the label of image 0 is 2, but there are 2 classes"* ]]
	printf 'cat\ndog\ncow\nyak\n' >four
	read-data "$GOLDEN/image.idx" "$GOLDEN/label.idx" --classes four | peek >named
	grep -q '"classes": 4' named
	read-data "$GOLDEN/image.idx" "$GOLDEN/label.idx" --classes 12 | peek >numbered
	grep -q '"classes": 12' numbered
	grep -q '"classes": "12"' numbered # in the history
	run read-data "$GOLDEN/image.idx" "$GOLDEN/label.idx" --classes 2 -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"label.idx: the label of image 0 is 2, but there are 2 classes"* ]]
	run read-data "$GOLDEN/image.idx" "$GOLDEN/label.idx" --classes 65537 -o x.brc
	[ "$status" -eq 2 ]
	printf '\0\0\11\1\0\0\0\6\2\0\377\1\2\0' >negative.idx
	run read-data "$GOLDEN/image.idx" negative.idx -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"the label of image 2 is -1"* ]]
}

@test "images that are not finite are named" {
	printf '\0\0\10\1\0\0\0\3\0\1\0' >three.idx
	head -c 128 "$GOLDEN/label.npy" | sed 's/(6,)/(3,)/' >three.npy
	printf '\0\1\0' >>three.npy
	run read-data --npy "$GOLDEN/nan.npy" three.npy -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"nan.npy: image 1 of 3 holds nan at element 1"* ]]
	[ ! -e x.brc ]
}

@test "truncated and padded files are refused with both sizes" {
	head -c 80 "$GOLDEN/image.idx" >cut.idx
	run read-data cut.idx "$GOLDEN/label.idx" -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"cut.idx: truncated: 88 bytes expected, 80 found"* ]]
	{ cat "$GOLDEN/image.idx"; echo; } >long.idx
	run read-data long.idx "$GOLDEN/label.idx" -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"long.idx: too long: 88 bytes expected, 89 found"* ]]
	head -c 100 "$GOLDEN/image.idx.gz" >cut.idx.gz
	run read-data --idx cut.idx.gz "$GOLDEN/label.idx" -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"cut.idx.gz: truncated"*"of 88 expected"* ]]
	head -c 9000 "$GOLDEN/cifar10.bin" >cut.bin
	run read-data --cifar10 cut.bin -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"9000 bytes are not a whole number of CIFAR-10 records"* ]]
}

@test "data pass through in little memory; --mem bounds one image, labels and a piece" {
	/usr/bin/python3 -c "
import numpy as np
a = np.lib.format.open_memmap('large.npy', 'w+', np.uint8, (400, 1000, 1000))  # 400 MB, sparse
a[399] = 7
np.save('labels.npy', np.arange(400) % 10)"
	read-data --mem 8M large.npy labels.npy | tensor image | cmp - large.npy
	if [[ "$BIN" != */san/* ]]; then # there address space means nothing
		(ulimit -v 300000 && read-data -q large.npy labels.npy | check -q)
	fi
	run read-data --mem 1M large.npy labels.npy -o x
	[ "$status" -eq 6 ]
	[[ "$output" == *"a piece of the images"*"more than --mem"* ]]
	[ ! -e x ]
	rm large.npy
}

@test "--first and --sample choose images" {
	read-data "$GOLDEN/image.idx" "$GOLDEN/label.idx" --first 4 | tensor label >first
	[ "$(tail -c 16 first | od -An -v -td4 | tr -s ' \n' ' ')" = " 2 0 1 1 " ]
	run read-data "$GOLDEN/image.idx" "$GOLDEN/label.idx" --first 7 -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"first 7 images are asked for, but there are 6"* ]]
	some() {
		read-data "$FASHION-test-2000-images.gz" "$FASHION-test-2000-labels.gz" \
			--sample 5-per-class "$@"
	}
	image_of() { some "$@" | tensor image; }
	some | tensor label >drawn
	tail -c 200 drawn | od -An -v -td4 -w4 | sort -n | uniq -c | tr -s ' ' >counts
	seq 0 9 | sed 's/^/ 5 /' | cmp - counts
	some >once.brc
	some --threads 1 | cmp - once.brc
	differ image_of --seed 43 , image_of
	of_all() { read-data -q "$FASHION-test-2000-images.gz" "$FASHION-test-2000-labels.gz" "$@"; }
	of_all --sample 100 >all.brc
	of_all | tensor image >whole.npy
	tensor image <all.brc >drawn.npy
	tensor label <all.brc >drawn-label.npy
	of_all | tensor label >whole-label.npy
	/usr/bin/python3 -c "
import numpy as np
whole, drawn = np.load('whole.npy').reshape(2000, -1), np.load('drawn.npy').reshape(100, -1)
label, drawn_label = np.load('whole-label.npy'), np.load('drawn-label.npy')
at = [int(np.flatnonzero((whole == d).all(1))[0]) for d in drawn]
assert at == sorted(set(at)) and at[-1] > 1000  # each once, in order, from everywhere
assert np.array_equal(label[at], drawn_label)"
	of_all --sample 100 --threads 1 | cmp - all.brc
	of_all --sample 2000 | tensor image | cmp - whole.npy
	run of_all --sample 2001 -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"2001 images are asked for, but there are 2000"* ]]
	for wrong in 0 -1 5-per-clas 5per-class 1e3 -per-class 99999999999; do
		run read-data "$GOLDEN/image.idx" "$GOLDEN/label.idx" --sample="$wrong" -o x.brc
		[ "$status" -eq 2 ]
		[[ "$output" == *"--sample: '$wrong' is no number of images"*"50-per-class"* ]]
	done
	run some --first 10 -o x.brc
	[ "$status" -eq 2 ]
	run read-data "$GOLDEN/image.idx" "$GOLDEN/label.idx" --sample 3-per-class -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"class 0 has 2"* ]]
}

@test "formats exclude each other, and wrong files are named" {
	run read-data --idx --npy "$GOLDEN/image.idx" "$GOLDEN/label.idx" -o x.brc
	[ "$status" -eq 2 ]
	run read-data -o x.brc
	[ "$status" -eq 2 ]
	run read-data --npy "$GOLDEN/image.idx" "$GOLDEN/label.idx" -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"image.idx: not an NPY file: it begins with 00 00 08 03"* ]]
	run read-data none.gz "$GOLDEN/label.idx" -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"none.gz: cannot open"* ]]
}

# Labels of every hidden unit of the shipped network, in a fixed pattern.
make_labels() {
	printf 'layer\tunit\tcluster\n'
	for layer in hidden1 hidden2 hidden3 hidden4; do
		seq 0 255 | awk -v layer=$layer '{ print layer "\t" $1 "\t" $1 % 7 - 1 }'
	done
}

@test "labels go out and in and out again unchanged" {
	make_labels >labels.tsv
	extract-weights -q "$FASHION-mlp.onnx" >weights.brc
	import --labels labels.tsv --name mine <weights.brc >mine.brc
	export_ --labels <mine.brc | cmp - labels.tsv
	export_ --labels <mine.brc | import -q --labels - --no-stream | export_ --labels |
		cmp - labels.tsv
	peek mine.brc >held
	grep -q "labels/1 mine" held
	grep -q '"k": 6, "mode": "imported", "isolated": 148' held
	grep -q "weights/1 weights" held # handed through
}

@test "labels may come in any order, with other columns, from other systems" {
	make_labels >labels.tsv
	extract-weights -q "$FASHION-mlp.onnx" >weights.brc
	{
		printf 'score\tcluster\tunit\tlayer\r\n'
		tail -n +2 labels.tsv | sort -r |
			awk -F'\t' '{ printf "0.5\t%s\t%s\t%s\r\n", $3, $2, $1 }'
	} >shuffled.tsv
	import --labels shuffled.tsv <weights.brc | export_ --labels | cmp - labels.tsv
}

@test "labels are held against the network" {
	make_labels >labels.tsv
	extract-weights -q "$FASHION-mlp.onnx" >weights.brc
	grep -v "^hidden2	17	" labels.tsv >missing.tsv
	run import --labels missing.tsv -o x.brc <weights.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"missing.tsv: unit 17 of layer 'hidden2' is missing"* ]]
	sed 's/^hidden3/hidden9/' labels.tsv >unknown.tsv
	run import --labels unknown.tsv -o x.brc <weights.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"line 514: the network has no layer 'hidden9'"*"hidden1, hidden2"* ]]
	{ cat labels.tsv; printf 'hidden1\t3\t0\n'; } >twice.tsv
	run import --labels twice.tsv -o x.brc <weights.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"line 1026: unit 3 of layer 'hidden1' stands already in line 5"* ]]
	sed 's/\t5$/\tfive/' labels.tsv >word.tsv
	run import --labels word.tsv -o x.brc <weights.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"line 8: 'five' is not a cluster number"*"hint:"* ]]
	[ ! -e x.brc ]
	# without a network the same table of layers is taken as it is
	import --no-stream --labels unknown.tsv | check -q
}

@test "a failed import leaves an abort record, not a result" {
	printf 'layer\tunit\tcluster\nhidden1\t0\tx\n' >wrong.tsv
	extract-weights -q "$FASHION-mlp.onnx" >weights.brc
	import --labels wrong.tsv <weights.brc >broken.brc 2>/dev/null || true
	run check broken.brc
	[ "$status" -eq 4 ]
	[[ "$output" == *"import failed upstream"*"line 2"* ]]
}

@test "a second section of one name is refused" {
	printf 'layer\tunit\tcluster\na\t0\t1\n' >a.tsv
	import --no-stream --labels a.tsv >a.brc
	run import --labels a.tsv -o x.brc <a.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"already holds a section labels/1 labels"*"--name"* ]]
	import -q --labels a.tsv --name other <a.brc >two.brc
	run export_ --labels <two.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"labels/1 labels, labels/1 other"*"--in"* ]]
	export_ --labels --in other <two.brc | cmp - a.tsv
	# a name is taken before a type
	[ "$(export_ --tensor labels/label <two.brc | tail -c 4 | od -An -td4 | tr -d ' ')" = 1 ]
}

@test "import needs a table, and one standard input" {
	run import --no-stream -o x.brc
	[ "$status" -eq 2 ]
	run import --labels - -o x.brc </dev/null
	[ "$status" -eq 2 ]
	[[ "$output" == *"--no-stream"* ]]
	printf 'layer\tunit\tcluster\na\t0\t1\n' >a.tsv
	run import --labels a.tsv -o x.brc </dev/null
	[ "$status" -eq 4 ]
}

@test "layers of a network as a table" {
	extract-weights -q "$FASHION-mlp.onnx" | export_ --units >units.tsv
	printf '%s\t%s\t%s\t%s\t%s\t%s\n' layer role kind units feeds fed_by \
		image input input 784 hidden1 '' \
		hidden1 hidden Gemm 256 hidden2 image \
		hidden2 hidden Gemm 256 hidden3 hidden1 \
		hidden3 hidden Gemm 256 hidden4 hidden2 \
		hidden4 hidden Gemm 256 output hidden3 \
		output output Gemm 10 '' hidden4 | cmp - units.tsv
}

@test "a tensor by the name or type of its section; wrong names list what there is" {
	read-data "$GOLDEN/image.idx" "$GOLDEN/label.idx" --name small >small.brc
	export_ --tensor small/image <small.brc | cmp - "$GOLDEN/image.npy"
	export_ --tensor dataset/image <small.brc | cmp - "$GOLDEN/image.npy"
	export_ --tensor image --in small -o image.npy <small.brc
	cmp image.npy "$GOLDEN/image.npy"
	run export_ --tensor small/picture <small.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"no tensor 'small/picture'"*"small/label, small/image"* ]]
	run export_ --tensor image <small.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"the stream holds: dataset/1 small"*"SECTION/TENSOR"* ]]
	run export_ --tensor image --in large <small.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"no section is called 'large'"* ]]
}

@test "export takes one thing, from an intact stream" {
	read-data "$GOLDEN/image.idx" "$GOLDEN/label.idx" >small.brc
	run export_ <small.brc
	[ "$status" -eq 2 ]
	run export_ --labels --units <small.brc
	[ "$status" -eq 2 ]
	run export_ --labels <small.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"no labels section; it holds: dataset/1 dataset"* ]]
	head -c 300 small.brc >cut.brc
	run export_ --tensor dataset/image -o image.npy <cut.brc
	[ "$status" -eq 4 ]
	[ ! -e image.npy ]
	run export_ --tensor dataset/image -o image.npy < <(cat small.brc small.brc)
	[ "$status" -eq 3 ]
	[[ "$output" == *"second stream"* ]]
}

@test "bytes that use little of their range get a remark, unless a scale was given" {
	/usr/bin/python3 -c "
import numpy as np
np.savez('$BATS_TEST_TMPDIR/faint.npz', image=np.full((4, 8, 8), 16, np.uint8), label=np.arange(4))"
	read-data "$BATS_TEST_TMPDIR/faint.npz" 2>"$BATS_TEST_TMPDIR/notes" >/dev/null
	grep -q "the largest byte is 16" "$BATS_TEST_TMPDIR/notes"
	read-data --scale 0.0625 "$BATS_TEST_TMPDIR/faint.npz" 2>"$BATS_TEST_TMPDIR/notes" >/dev/null
	[ ! -s "$BATS_TEST_TMPDIR/notes" ]
}
