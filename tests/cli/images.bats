#!/usr/bin/env bats
# read-data: folders and lists of PNG and JPEG files, layouts, normalisation, tokens.

setup() {
	ROOT=${ROOT:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}
	PATH="${BIN:-$ROOT/bin}:$PATH"
	IMAGES=$ROOT/tests/golden/images
	cd "$BATS_TEST_TMPDIR" || exit
	mkdir -p set/bee set/Ant set/cow
	cp "$IMAGES/rgb.png" set/bee/2.png
	cp "$IMAGES/rgb.jpg" set/bee/10.jpg
	cp "$IMAGES/rgba.png" set/Ant/a.png
	cp "$IMAGES/grey.jpg" set/cow/x.JPEG
	touch set/.hidden set/bee/.DS_Store
}

# A bare 'export' is the shell's own command.
export_() { "$(type -P export)" "$@"; }
tensor() { export_ --tensor "$1" --in dataset; }
labels() { tensor label | tail -c +129 | od -An -v -td4 | tr -s ' \n' ' '; }

# The images of a stream, as an array, compared with what Python says.
images_are() {
	tensor image >have.npy
	/usr/bin/python3 -c "
import numpy as np
G = '$IMAGES/'
load = lambda name: np.load(G + name + '.npy')
chw = lambda a: a.transpose(2, 0, 1)
have, want = np.load('have.npy'), $1
assert have.dtype == want.dtype and have.shape == want.shape, (have.shape, want.shape)
assert np.array_equal(have, want)"
}

@test "folders are classes in the order of their bytes, so are the files in them" {
	read-data set >set.brc
	[ "$(labels <set.brc)" = " 0 1 1 2 " ]
	tensor class/name <set.brc | tail -c +129 >names
	[ "$(cat names)" = "Antbeecow" ]
	images_are "np.stack([chw(load('rgba.png')), chw(load('rgb.jpg')), chw(load('rgb.png')),
		chw(np.repeat(load('grey.jpg')[..., None], 3, 2))])" <set.brc
	run peek set.brc
	[[ "$output" == *'"layout": "nchw", "source": "folder"'* ]]
	[[ "$output" == *"4 image x 3 channel x 23 y x 37 x"* ]]
	[[ "$output" == *'read-data 0.1.0 {"folder": true'* ]]
}

@test "resize and crop are Pillow's; channels go where they are asked" {
	read-data set --resize 10x10 --sample 1-per-class | tensor image | wc -c >bytes
	[ "$(cat bytes)" -eq $((128 + 3 * 3 * 100)) ]
	rm -r set/Ant set/cow set/bee/10.jpg
	read-data set --resize 64x48 | images_are "chw(load('rgb-64x48'))[None]"
	read-data set --resize 16 --crop 12 | images_are "chw(load('rgb-short-16-crop-12'))[None]"
	read-data set --nhwc | images_are "load('rgb.png')[None]"
	read-data set --bgr | images_are "chw(load('rgb.png'))[None, ::-1]"
	read-data set --bgr --nhwc | images_are "load('rgb.png')[None, ..., ::-1]"
	read-data set --grey | images_are "load('to-grey')[None]"
	cp "$IMAGES/grey.png" set/bee/1.png
	run read-data set -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"set/bee/2.png is in colour, but set/bee/1.png is grey"*"hint: --grey or --rgb"* ]]
	read-data set --rgb | images_are "np.stack([np.repeat(load('grey.png')[None], 3, 0),
		chw(load('rgb.png'))])"
}

@test "images of several sizes are refused with both, the file and the remedy" {
	cp "$IMAGES/rgb16.png" set/bee/odd.png
	run read-data set -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"set/bee/odd.png has 7 x 5 pixels, but set/Ant/a.png has 37 x 23"* ]]
	[[ "$output" == *"hint: --resize WxH"* ]]
	[ ! -e x.brc ]
	run read-data set --crop 30 -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"set/Ant/a.png: an image of 37 x 23 is too small for a crop of 30 x 30"* ]]
	read-data set --resize 8x8 | check -q
}

@test "what does not belong into the folder is named" {
	refused() {
		run read-data set -o x.brc
		[ "$status" -eq 3 ]
		[[ "$output" == *"$1"* ]]
		[ ! -e x.brc ]
	}
	touch set/stray.png
	refused "set/stray.png: a file beside the classes' folders"
	rm set/stray.png
	mkdir set/empty
	refused "set/empty: a class without images"
	[[ "$output" == *"hint: take the folder away"* ]]
	touch set/empty/.DS_Store # which does not count
	refused "set/empty: a class without images"
	rm set/empty/.DS_Store
	rmdir set/empty
	mkdir set/bee/more
	refused "set/bee/more: a folder inside a class's folder"
	rmdir set/bee/more
	echo "not an image" >set/bee/notes.txt
	refused "set/bee/notes.txt: neither PNG nor JPEG"
	rm set/bee/notes.txt
	head -c 900 "$IMAGES/rgb.png" >set/cow/cut.png
	refused "set/cow/cut.png: a damaged PNG file: the file ends too early"
	head -c 700 "$IMAGES/rgb.jpg" >set/cow/cut.png
	refused "set/cow/cut.png: a damaged JPEG file"
	cp "$IMAGES/cmyk.jpg" set/cow/cut.png
	refused "set/cow/cut.png: a JPEG file of 4 channels (CMYK)"
	: >set/cow/cut.png
	refused "set/cow/cut.png: neither PNG nor JPEG"
	mkdir none
	run read-data none -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"none: an empty folder"* ]]
}

@test "--classes gives the order of the classes, and must know each" {
	printf 'cow\nAnt\nelk\nbee\n' >names
	run read-data set --classes 4 -o x.brc
	[ "$status" -eq 2 ]
	[[ "$output" == *"image files name their classes"* ]]
	read-data set --classes names >set.brc
	[ "$(labels <set.brc)" = " 1 3 3 0 " ]
	peek set.brc | grep -q '"classes": 4'
	printf 'cow\nbee\n' >names
	run read-data set --classes names -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"set/Ant: 'Ant' is not one of the 2 classes of --classes"* ]]
}

@test "a list of files and classes does what a folder does" {
	printf 'set/Ant/a.png\tAnt\nset/bee/10.jpg\tbee\r\n%s/set/bee/2.png\tbee\n\nset/cow/x.JPEG\tcow\n' \
		"$PWD" >list.tsv
	read-data set | tensor image >folder.npy
	read-data --list list.tsv >list.brc
	tensor image <list.brc | cmp - folder.npy
	[ "$(labels <list.brc)" = " 0 1 1 2 " ]
	mkdir elsewhere
	(cd elsewhere && read-data --list ../list.tsv) | tensor image | cmp - folder.npy
	echo "set/Ant/a.png Ant" >list.tsv
	run read-data --list list.tsv -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"list.tsv: line 1 is not PATH, a tab, CLASS"* ]]
	printf 'set/none.png\tAnt\n' >list.tsv
	run read-data --list list.tsv -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"set/none.png: cannot open"* ]]
}

@test "arrays change their layout only where their shape says what it is" {
	/usr/bin/python3 -c "
import numpy as np
a = (np.arange(2 * 5 * 4 * 3) % 251).astype(np.uint8).reshape(2, 5, 4, 3)
np.savez('hwc.npz', image=a, label=[0, 1])
np.savez('odd.npz', image=a[:, :3], label=[0, 1])"
	want="(np.arange(120) % 251).astype('u1').reshape(2, 5, 4, 3)"
	read-data hwc.npz | images_are "$want"
	read-data hwc.npz --nhwc | images_are "$want"
	read-data hwc.npz --nchw | images_are "$want.transpose(0, 3, 1, 2)"
	read-data hwc.npz --bgr | images_are "${want}[..., ::-1]"
	run read-data odd.npz --nchw -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"odd.npz:image.npy: it cannot be told which extent of the images holds the channels"* ]]
	run read-data hwc.npz --nchw --nhwc -o x.brc
	[ "$status" -eq 2 ]
}

@test "means and deviations stand in the section, and must fit the channels" {
	read-data set --resize 8x8 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 >set.brc
	tensor channel/mean <set.brc | tail -c 24 | od -An -tf8 | tr -s ' \n' ' ' >mean
	[ "$(cat mean)" = " 0.485 0.456 0.406 " ]
	run read-data set --resize 8x8 --mean 0.5,0.5 -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"means of 2 channels, but the images have 3"* ]]
	run read-data set --resize 8x8 --mean 0.5 --std 0.5,1 -o x.brc
	[ "$status" -eq 2 ]
	[[ "$output" == *"--mean has 1 numbers, but --std has 2"* ]]
	run read-data set --resize 8x8 --std 0 -o x.brc
	[ "$status" -eq 2 ]
	run read-data set --resize 8by8 -o x.brc
	[ "$status" -eq 2 ]
	[[ "$output" == *"--resize: '8by8' is neither WxH nor a number"* ]]
	run read-data "$ROOT/tests/golden/data/stored.npz" --resize 8x8 -o x.brc
	[ "$status" -eq 2 ]
	[[ "$output" == *"are for image files"* ]]
}

@test "sequences of tokens, labelled as a whole, by position, or by what follows" {
	/usr/bin/python3 -c "
import numpy as np
t = np.arange(20).reshape(4, 5) * 7 % 11
np.save('tokens.npy', t)
np.save('whole.npy', [0, 1, 1, 0])
np.save('each.npy', t % 2)
np.save('real.npy', t.astype('f4'))
t[2, 3] = -1
np.save('negative.npy', t)"
	read-data --tokens tokens.npy whole.npy >whole.brc
	tensor token <whole.brc >have.npy
	/usr/bin/python3 -c "
import numpy as np
assert np.array_equal(np.load('have.npy'), np.load('tokens.npy').astype('i4'))"
	[ "$(labels <whole.brc)" = " 0 1 1 0 " ]
	read-data --tokens tokens.npy each.npy --first 2 | tensor label >have.npy
	/usr/bin/python3 -c "
import numpy as np
assert np.array_equal(np.load('have.npy'), np.load('each.npy')[:2])"
	read-data --next-token tokens.npy >next.brc
	tensor token <next.brc >token.npy
	tensor label <next.brc >label.npy
	/usr/bin/python3 -c "
import numpy as np
t = np.load('tokens.npy')
assert np.array_equal(np.load('token.npy'), t[:, :-1])
assert np.array_equal(np.load('label.npy'), t[:, 1:])"
	peek next.brc | grep -q '"classes": 11, .*"source": "tokens"'
	/usr/bin/python3 -c "
import numpy as np
np.save('text.npy', np.arange(23, dtype=np.uint16) * 5 % 9)"
	read-data --next-token --length 7 --classes 9 text.npy >cut.brc
	tensor token <cut.brc >token.npy
	tensor label <cut.brc >label.npy
	/usr/bin/python3 -c "
import numpy as np
t = np.load('text.npy').astype('i4')
assert np.array_equal(np.load('token.npy'), t[:21].reshape(3, 7))
assert np.array_equal(np.load('label.npy'), t[1:22].reshape(3, 7))"
	peek cut.brc >held
	grep -q '"classes": 9' held
	for wrong in "--length 23 text.npy" "text.npy" "--length 3 tokens.npy"; do
		# shellcheck disable=SC2086 # words
		run read-data --next-token $wrong -o x.brc
		[ "$status" -eq 3 ]
		[[ "$output" == *"an array of shape ["*"hint:"* ]]
	done
	run read-data --length 3 --tokens tokens.npy whole.npy -o x.brc
	[ "$status" -eq 2 ]
	run read-data --tokens real.npy whole.npy -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"real.npy: tokens are integers"* ]]
	run read-data --tokens negative.npy whole.npy -o x.brc
	[ "$status" -eq 3 ]
	[[ "$output" == *"negative.npy: sequence 2 of 4 holds the token -1 at position 3"* ]]
	run read-data --tokens --mean 1 tokens.npy whole.npy -o x.brc
	[ "$status" -eq 2 ]
	run read-data --next-token --sample 2-per-class tokens.npy -o x.brc
	[ "$status" -eq 2 ]
}
