#!/usr/bin/env bats
# Files that are damaged, mislabelled, or small and unpack to gigabytes: refused with the code,
# the file, the place and the remedy, in little memory.

bats_require_minimum_version 1.5.0
load stages

setup_file() {
	/usr/bin/python3 "$ROOT/tests/cli/hostile_files.py" "$BATS_FILE_TMPDIR"
}

setup() {
	cd "$BATS_FILE_TMPDIR" || return 1
}

# refused STATUS TEXT HINT ARGUMENT...: read-data refuses, says both, and leaves no file
refused() {
	local status=$1 text=$2 hint=$3
	shift 3
	bounded "$status" read-data -o none.brc "$@"
	says "$text"
	says hint:
	says "$hint"
	[ ! -e none.brc ]
}

@test "PNG: damage, more pixels than declared, sizes that no memory has" {
	refused 3 'checksum/a/1.png: a damaged PNG file: IDAT: CRC error' 'replace it' checksum
	refused 3 'cut/a/1.png: a damaged PNG file: the file ends too early' 'replace it' cut
	refused 3 'pixels/a/1.png: a damaged PNG file: IDAT' 'replace it' pixels
	bounded 3 read-data -o none.brc huge
	says 'huge/a/1.png: an image of 16777216 x 16777216 pixels: more than 100 million'
	refused 6 'large/a/1.png: an image of 10000 x 10000 pixels needs 300 MB, more than --mem' \
		'raise --mem' --mem 64M large
	refused 3 'packed/a/1.png: neither PNG nor JPEG' 'move what is no image' packed
}

@test "PNG: what stands beside the pixels is never unpacked" {
	# 900 texts of 7 MB each; unpacked they would take 20 seconds and are not asked for
	timeout 15 "$BIN/read-data" -q -o text.brc text
	bounded 0 read-data -q -o text.brc text
	check -q text.brc
}

@test "JPEG: the work and the memory of scans are bounded" {
	refused 3 'scans/a/1.jpg: a damaged JPEG file: 135 scans of 16000000 pixels are too many' \
		'replace it' scans
	refused 6 'wide/a/1.jpg: an image of 10000 x 10000 pixels needs 300 MB' 'raise --mem' \
		--mem 64M wide
	read-data -q wide --resize 8x8 -o wide.brc # all is well with it otherwise
}

@test "folders: what is no image, links in circles, one file in two classes" {
	refused 3 'mixed/b/notes.png: neither PNG nor JPEG' 'move what is no image' mixed
	refused 3 'links/a/1.png and links/b/1.png are one file in two classes' '--list' links
	refused 3 'loop/loop: cannot examine: Too many levels of symbolic links' 'take it out' loop
	refused 3 'inside/c/' 'the images of a class stand in one folder' inside
	printf 'links/a/1.png\ta\nlinks/b/1.png\tb\n' >twice.tsv
	read-data -q --list twice.tsv | check -q # asked for, it is taken twice
}

@test "archives: sizes and checksums that lie, members in members, members that overlap" {
	refused 3 'more.npz:images.npy: more data than the archive declares' 'fetch' more.npz
	refused 3 'less.npz:images.npy: 140 bytes unpacked, 4294967294 expected' 'fetch' less.npz
	refused 3 'sum.npz:images.npy: corrupt: checksum' 'fetch' sum.npz
	refused 3 'nested.npz:images.npy: not an NPY file' 'NPY is what' nested.npz
	refused 3 'overlap.npz: damaged zip archive: two members overlap' 'fetch' overlap.npz
	refused 3 'beyond.npz: damaged zip archive: a member reaches beyond the file' 'fetch' beyond.npz
	refused 3 'zip64.npz: damaged zip archive: a stored member has two sizes' 'fetch' zip64.npz
	refused 3 'short64.npz: damaged zip archive: a zip64 field is too short' 'fetch' short64.npz
	refused 3 'two-sizes.npz: damaged zip archive: a stored member has two sizes' 'fetch' two-sizes.npz
	bounded 3 read-data -o none.brc packed.npz
	says 'packed.npz: a compressed archive inside gzip'
}

@test "archives and gzip: bombs of zeros are not unpacked into memory" {
	bounded 3 read-data -o none.brc labels.npz # 2 GiB of labels for 4 images
	says 'labels.npz:labels.npy: 4 images, but 2147483648 labels'
	refused 6 'one.npz:images.npy: a piece of the images needs 1.6 GB, more than --mem' \
		'raise --mem' --mem 64M one.npz
	refused 3 'nothing.gz: not an IDX file: it begins with 00 00 00 00' 'IDX is' \
		--idx nothing.gz label.idx
	bounded 3 read-data -o none.brc bomb.idx.gz label.idx
	says 'label.idx: 1073741824 images, but 4 labels'
	bounded 3 read-data -o none.brc good.npy bomb-label.idx.gz --npy
	says 'bomb-label.idx.gz: not an NPY file'
	refused 6 'bomb-label.idx.gz' 'raise --mem' --mem 64M --idx bomb.idx.gz bomb-label.idx.gz
}

@test "arrays: counts, types, order, values" {
	bounded 3 read-data -o none.brc overflow.idx label.idx
	says 'overflow.idx: more elements than memory can hold: its header is damaged'
	refused 3 'count.idx: truncated: 27 bytes expected, 24 found' 'the file is damaged' count.idx label.idx
	refused 3 "objects.npy: elements of type '|O' cannot be used" 'Python objects are never read' \
		objects.npy label.npy
	[ ! -e ran ]
	refused 3 'fortran.npy: the array is in Fortran order' 'save it in C order' fortran.npy label.npy
	refused 3 'inf.npy: image 2 of 4 holds inf at element 1' 'leave the image out' inf.npy label.npy
	refused 3 'nan.npy: image 3 of 4 holds nan at element 2' 'leave the image out' nan.npy label.npy
	read-data -q big.npy label.npy | "$BIN/export" --tensor image --in dataset >big
	read-data -q little.npy label.npy | "$BIN/export" --tensor image --in dataset | cmp - big
}

@test "labels: no whole numbers, negative, too many classes, one too many" {
	for case in "half:element 2 is 0.5" "wide:element 2 is 1099511627776" \
		"negative:the label of image 2 is -1" "many:the largest label is 65536: more than 65536 classes"; do
		bounded 3 read-data --targets classes -o none.brc good.npy "${case%%:*}-label.npy"
		says "${case%%:*}-label.npy: ${case#*:}"
		[ ! -e none.brc ]
	done
	refused 3 'label.npy: the label of image 1 is 1, but there are 1 classes' 'labels count from 0' \
		--classes 1 good.npy label.npy
}

@test "safetensors: offsets, extents and lengths that lie, shards cut, missing and elsewhere" {
	weights() {
		bounded 3 extract-weights -o none.brc "$1"
		says "$2"
		[ ! -e none.brc ]
	}
	weights overlap.safetensors "overlap.safetensors: array 'b': it overlaps another"
	weights offset.safetensors "offset.safetensors: array 'a': its offsets lie beyond the file"
	weights extent.safetensors "extent.safetensors: array 'a': a bad extent"
	weights header.safetensors "header.safetensors: a header of 4611686018427387904 bytes"
	weights cut.safetensors "cut.safetensors: array 'fc1.weight': its offsets lie beyond"
	says 'hint: the file is damaged or cut short'
	weights shards/cut.json "shards/two.safetensors: array 'fc2.weight': its offsets lie beyond"
	weights shards/none.json 'shards/three.safetensors: cannot open'
	says 'hint: an index and its files stand in one folder'
	weights shards/up.json "'../overlap.safetensors' is not the name of a file beside it"
	weights shards/root.json "'/etc/passwd' is not the name of a file beside it"
}

# misfit TEXT HINT NETWORK DATA: activations and lesion refuse the data, naming both shapes
misfit() {
	extract-weights -q "$3" -o weights.brc
	laplacian -q --local <weights.brc | spectral -q -k 2 -o labels.brc
	expect 3 activations --model "$3" -o none.brc <"$4"
	says "$1"
	[ -z "$2" ] || says "$2"
	expect 3 lesion --model "$3" --data "$4" -n 1 -o none.brc <labels.brc
	says "$1"
	[ -z "$2" ] || says "$2"
	[ ! -e none.brc ]
}

@test "data that do not fit a network are refused with both shapes, by every filter that takes both" {
	fixtures=$ROOT/fixtures
	/usr/bin/python3 -c "
import numpy as np
z = np.zeros
np.savez('nhwc.npz', image=z((4, 6, 6, 2), 'f4'), label=[0, 1, 0, 1])
np.savez('nchw.npz', image=z((4, 2, 6, 6), 'f4'), label=[0, 1, 0, 1])
np.savez('short.npz', tokens=z((4, 9), 'i4'), labels=z((4, 9), 'i4'))
np.savez('image.npz', image=z((4, 28, 28), 'f4'), label=[0, 1, 0, 1])"
	for f in nhwc nchw image; do read-data -q "$f.npz" -o "$f.brc"; done
	read-data -q --tokens short.npz -o short.brc
	misfit 'images of 6 x 6 x 2 do not fit the network' 'read-data --nchw puts them there' \
		"$fixtures/small/gate.onnx" nhwc.brc
	says 'input of 2 x 6 x 6'
	misfit 'images of 2 x 6 x 6 do not fit the network' 'read-data --nhwc puts them there' \
		last.onnx nchw.brc
	says 'input of 6 x 6 x 2'
	read-data -q nchw.npz --nhwc | activations -q --model last.onnx | check -q # the remedy
	misfit 'images of 28 x 28 do not fit the network' '' "$fixtures/small/relu.onnx" image.brc
	misfit 'sequences of 9 do not fit the network' '' "$fixtures/text-transformer.onnx" short.brc
	misfit 'images of 28 x 28, but the network takes tokens, sequences of 64' '' \
		"$fixtures/text-transformer.onnx" image.brc
	misfit 'sequences of 9 tokens, but the network takes floats of 1 x 28 x 28' '' \
		"$fixtures/fashion-vit.onnx" short.brc
}
