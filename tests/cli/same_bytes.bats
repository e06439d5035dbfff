#!/usr/bin/env bats
# The same work gives the same bytes: whatever the threads, the memory, the
# names of files and the way they come; and another reader finds the same numbers.
# shellcheck disable=SC2030,SC2031 # every test is a subshell, and calls `call` itself
# shellcheck disable=SC2034 # `quiet`, which `call` sets, is for other tests
# shellcheck disable=SC2094 # filters read a file twice, none writes one it reads

bats_require_minimum_version 1.5.0

setup_file() {
	load stages.bash
	mkdir "$BATS_FILE_TMPDIR/stages"
	make_stages "$BATS_FILE_TMPDIR/stages"
}

setup() {
	load stages.bash
	load compare.bash
	cp -r "$BATS_FILE_TMPDIR/stages/." "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR" || return 1
	input='' args=() quiet=() # set by `call`
}

# alike FILTER ARG...: with these further arguments it writes what is in `expected`
alike() {
	local f=$1
	shift
	expect 0 "$BIN/$f" -q "${args[@]}" "$@"
	cmp out expected || {
		echo "$f $* writes something else"
		return 1
	}
}

# contents FILE: what the stream in FILE holds and how it was made, digests included
contents() {
	"$BIN/peek" --json "$1"
}

# tensor NAME FILE
tensor() {
	"$BIN/export" --tensor "$1" <"$2"
}

# a larger network and data, of which a filter has something to divide
side_by_side() {
	"$BIN/read-data" -q "$ROOT/fixtures/side-by-side.npz" --sample 20-per-class -o test.brc
	cp "$ROOT/fixtures/side-by-side.onnx" net.onnx
	"$BIN/extract-weights" -q net.onnx -o weights.brc
	"$BIN/activations" -q --model net.onnx -o activations.brc <test.brc
	"$BIN/laplacian" -q -o laplacian.brc <weights.brc
	"$BIN/spectral" -q -k 4 -o labels.brc <laplacian.brc
}

@test "twice the same" {
	for f in $(filters); do
		call "$f"
		"$BIN/$f" -q "${args[@]}" <"$input" >expected
		alike "$f" <"$input"
	done
}

@test "--threads, on a network of 384 units" {
	side_by_side
	for f in read-data extract-weights activations corr laplacian spectral clusterability lesion; do
		call "$f"
		if [ "$f" = read-data ]; then
			args=("$ROOT/fixtures/side-by-side.npz" --sample 20-per-class)
		fi
		"$BIN/$f" -q "${args[@]}" --threads 1 <"$input" >expected
		alike "$f" --threads 2 <"$input"
		alike "$f" --threads 5 <"$input"
	done
}

@test "a pipe, a file, /dev/fd/N; standard output, -o; progress, -v" {
	for f in $(filters); do
		call "$f"
		[ "$f" != check ] || continue # it has nothing to say with -q
		"$BIN/$f" -q "${args[@]}" <"$input" >expected
		alike "$f" < <(cat "$input")
		alike "$f" --progress=always <"$input"
		"$BIN/$f" "${args[@]}" -v -o result <"$input" 2>err
		cmp result expected
	done
	cmp analysis.brc <("$BIN/coherence" -q <lesions.brc | cat)
	cmp lesions.brc <("$BIN/lesion" -q --model <(cat net.onnx) --data <(cat test.brc) -n 19 <labels.brc)
	cmp weights.brc <("$BIN/extract-weights" -q - <net.onnx)
	cmp weights.brc <("$BIN/extract-weights" -q --model <(cat net.onnx))
	"$BIN/compare" --labels labels.brc <labels.brc >expected
	cmp expected <("$BIN/compare" --labels <(cat labels.brc) <labels.brc)
	"$BIN/import" -q --labels labels.tsv <weights.brc >expected
	cmp expected <("$BIN/import" -q --labels <(cat labels.tsv) <weights.brc)
}

@test "-z changes how it is written, and nothing of what is" {
	side_by_side
	for f in $(filters); do
		call "$f"
		writes_stream "$f" || continue
		# its findings, which are small, are of the network of the stages
		[ "$f" != repeat ] || args=(--model "$BATS_FILE_TMPDIR/stages/net.onnx" --data "$BATS_FILE_TMPDIR/stages/test.brc")
		if [ "$f" = read-data ]; then
			args=("$ROOT/fixtures/side-by-side.npz" --sample 20-per-class)
		fi
		[ "$f" != coherence ] || input=$BATS_FILE_TMPDIR/stages/lesions.brc
		[ "$f" != import ] || "$BIN/export" --labels <labels.brc >labels.tsv
		"$BIN/$f" -q "${args[@]}" <"$input" >raw.brc
		"$BIN/$f" -q "${args[@]}" -z <"$input" >packed.brc
		"$BIN/check" packed.brc >/dev/null
		if cmp -s raw.brc packed.brc; then
			echo "$f -z compresses nothing"
			false
		fi
		same contents raw.brc , contents packed.brc
	done
}

@test "compressed input gives the same output" {
	side_by_side
	"$BIN/lesion" -q --model net.onnx --data test.brc -n 9 <labels.brc >lesions.brc
	"$BIN/activations" -q -z --model net.onnx <test.brc >activations-z.brc
	"$BIN/extract-weights" -q -z net.onnx >weights-z.brc
	"$BIN/laplacian" -q -z <weights-z.brc >laplacian-z.brc
	"$BIN/read-data" -q -z "$ROOT/fixtures/side-by-side.npz" --sample 20-per-class >test-z.brc
	"$BIN/lesion" -q -z --model net.onnx --data test-z.brc -n 9 <labels.brc >lesions-z.brc
	for stage in "activations corr" "weights laplacian" "weights clusterability -k 2 -n 2" \
		"laplacian spectral -k 4" "test activations --model net.onnx" "lesions coherence"; do
		read -r in f rest <<<"$stage"
		# shellcheck disable=SC2086 # words
		"$BIN/$f" -q $rest <"$in.brc" >raw.brc
		# shellcheck disable=SC2086
		"$BIN/$f" -q $rest <"$in-z.brc" >packed.brc
		same contents raw.brc , contents packed.brc
	done
	cmp lesions.brc <("$BIN/lesion" -q --model net.onnx --data test-z.brc -n 9 <labels.brc)
	for t in correct loss; do
		same tensor "lesions/$t" lesions.brc , tensor "lesions/$t" lesions-z.brc
	done
}

# least_memory FILTER ARG...: the smallest --mem, a power of two, that it does not refuse;
# what it then writes is in `out`
least_memory() {
	local f=$1 code
	shift
	for ((mem = 64; mem < 1 << 32; mem *= 2)); do
		code=0
		"$BIN/$f" -q "$@" --mem $mem <"$input" >out 2>err || code=$?
		[ "$code" = 6 ] || break
		says "--mem"
	done
	[ "$code" = 0 ] || cat err
}

@test "--mem: with as little as a filter takes, the bytes are the same" {
	side_by_side
	"$BIN/lesion" -q --model net.onnx --data test.brc -n 99 <labels.brc >lesions.brc
	"$BIN/spectral" -q -k 2,3 -o both.brc <laplacian.brc
	"$BIN/export" --labels <labels.brc >labels.tsv
	touch before
	export TMPDIR=$PWD
	for f in activations corr laplacian spectral clusterability lesion coherence compare export import; do
		call "$f"
		if [ "$f" = export ]; then
			input=weights.brc args=(--tensor weights/block/0)
		fi
		"$BIN/$f" -q "${args[@]}" <"$input" >expected
		least_memory "$f" "${args[@]}"
		cmp out expected
		case $f in laplacian | coherence | export)
			# nothing but the sections: they were spooled, which needs a directory
			[ "$mem" = 64 ]
			TMPDIR=/no/such/dir expect 6 "$BIN/$f" "${args[@]}" --mem $mem <"$input"
			says "cannot make a spool file in /no/such/dir"
			;;
		esac
	done
	[ "$(find . -newer before -type f | sort | tr '\n' ' ')" = "./err ./expected ./out " ]
}

@test "--mem: a full disk, or a limit on file sizes, is an error, 6" {
	side_by_side
	"$BIN/extract-weights" -q -z net.onnx -o weights-z.brc
	expect 6 bash -c 'ulimit -f 50; "$@"' _ "$BIN/laplacian" --mem 64 <weights.brc
	says "laplacian: cannot spool "
	says "hint: set TMPDIR"
	mkdir full
	unshare -rm true 2>/dev/null || skip "no name space to mount a small disk in"
	for f in weights.brc weights-z.brc; do
		# shellcheck disable=SC2016 # expanded in there
		expect 6 unshare -rm bash -c 'mount -t tmpfs -o size=50k none full && TMPDIR=$PWD/full "$@"' _ \
			"$BIN/laplacian" --mem 64 <"$f"
		says "laplacian: cannot spool "
		says "No space left on device"
	done
}

@test "little address space: a filter ends, with its result or with 6, and never waits" {
	local limit f got input
	[[ "$BIN" != */san/* ]] || skip "there address space means nothing"
	side_by_side
	for limit in 130000 200000 280000; do
		for f in "extract-weights net.onnx" "activations --model net.onnx" "corr --dense" \
			"corr --method pearson --dense" "lesion --model net.onnx --data test.brc -n 3" "spectral -k 4"; do
			case $f in
			corr*) input=activations.brc ;;
			activations*) input=test.brc ;;
			lesion*) input=labels.brc ;;
			*) input=laplacian.brc ;;
			esac
			got=0
			# shellcheck disable=SC2086 # a filter and its options
			(ulimit -v $limit && timeout 20 "$BIN"/$f -q) <$input >out 2>err || got=$?
			echo "$limit kB, $f: $got" && cat err
			[ "$got" = 0 ] || { [ "$got" = 6 ] && [ -s err ]; }
		done
	done
	(ulimit -v 200000 && expect 6 timeout 20 "$BIN/corr" --method pearson --dense <activations.brc)
	says "there is no address space for OpenBLAS"
	says "hint: raise the limit"
}

@test "nothing of where, when and by whom, nor what files are called" {
	# the same analysis elsewhere, its files called otherwise
	mkdir elsewhere
	cp net.onnx elsewhere/secret-model.xyz
	cp data.npz elsewhere/secret-data.xyz
	(
		cd elsewhere
		export HOME=/ USER=nobody LOGNAME=nobody TZ=Asia/Tokyo TMPDIR=$PWD
		"$BIN/read-data" -q secret-data.xyz >secret-test.xyz
		"$BIN/extract-weights" -q secret-model.xyz | "$BIN/laplacian" | "$BIN/spectral" -q -k 2 |
			"$BIN/lesion" -q --model "$PWD/secret-model.xyz" --data ./secret-test.xyz -n 19 |
			"$BIN/coherence" -q >secret-analysis.xyz
		"$BIN/activations" -q --model secret-model.xyz <secret-test.xyz >secret-activations.xyz
	)
	cmp test.brc elsewhere/secret-test.xyz
	cmp analysis.brc elsewhere/secret-analysis.xyz
	cmp activations.brc elsewhere/secret-activations.xyz
	"$BIN/import" -q --labels labels.tsv <weights.brc >imported.brc
	for word in "$(hostname)" "$PWD" net.onnx data.npz labels.tsv test.brc "$(date +%Y-%m)" "$(id -un)@"; do
		if grep -aqF -- "$word" ./*.brc; then
			echo "'$word' is in a stream"
			false
		fi
	done
}

@test "--stamp adds time and host to the history, and that alone" {
	call laplacian
	"$BIN/laplacian" --stamp <weights.brc >stamped.brc
	"$BIN/peek" --json <stamped.brc >stamped.json
	grep -qF "\"host\": \"$(hostname)\"" stamped.json
	grep -qE "\"time\": \"$(date -u +%Y)-[0-9][0-9]-[0-9][0-9]T[0-9:]+Z\"" stamped.json
	unstamped() { sed -E 's/, "time": "[^"]*", "host": "[^"]*"//' stamped.json; }
	same unstamped , contents laplacian.brc
}

@test "the commands that a report tells make the same stream again" {
	again() { # EXPECTED: run what the report of EXPECTED says, the names of files filled in
		"$BIN/report" "$1" | sed '1,/^Made by$/d' |
			sed -E 's/<ARCHIVE:[0-9a-f]+>/data.npz/g; s/<model:[0-9a-f]+>/net.onnx/g
				s/<data:[0-9a-f]+>/again-test.brc/g; s/<labels:[0-9a-f]+>/labels.tsv/g' >commands
		if grep -n '<[a-zA-Z]*:' commands; then
			return 1
		fi
		PATH=$BIN:$PATH bash -eu -o pipefail commands >again.brc 2>/dev/null || {
			cat commands
			return 1
		}
		cmp again.brc "$1"
	}
	again analysis.brc
	cmp again-test.brc test.brc
	"$BIN/read-data" -q data.npz --sample 15-per-class --seed 7 -o test.brc
	"$BIN/activations" -q --model net.onnx --samples 40 --name one <test.brc |
		"$BIN/corr" -q --method pearson --edge abs | "$BIN/clusterability" -q -k 2 -n 3 --null layer |
		"$BIN/laplacian" -q --name "two words" | "$BIN/spectral" -q -k 3 --compat paper --restarts 3 |
		"$BIN/lesion" -q --model net.onnx --data test.brc -n 9 --max-fraction 0.95 --seed 3 |
		"$BIN/coherence" -q --fdr by --level 0.1 -o analysis.brc
	again analysis.brc
	"$BIN/extract-weights" -q --units all net.onnx | "$BIN/laplacian" -q --keep |
		"$BIN/spectral" -q -k 2 --name global | "$BIN/laplacian" -q --local |
		"$BIN/spectral" -q --k-from global | "$BIN/import" -q --labels labels.tsv --name ours -o analysis.brc
	again analysis.brc
	"$BIN/import" -q --labels labels.tsv --no-stream -o analysis.brc
	again analysis.brc
}

@test "another seed gives something else, and is in the history" {
	for f in clusterability lesion activations read-data; do
		call "$f"
		[ "$f" != activations ] || args+=(--samples 30)
		[ "$f" != read-data ] || args+=(--sample 5-per-class)
		"$BIN/$f" -q "${args[@]}" <"$input" >first.brc
		"$BIN/$f" -q "${args[@]}" --seed 42 <"$input" | cmp - first.brc
		"$BIN/$f" -q "${args[@]}" --seed 7 <"$input" >second.brc
		contents second.brc >second.json
		grep -q '"seed": 7' second.json
		digests() { contents "$1" | tail -n 2 | grep -oE '"writes": .*"id"'; }
		differ digests first.brc , digests second.brc
	done
}

@test "a page of Python reads every tensor as export writes it" {
	"$BIN/corr" -q <activations.brc >affinity.brc
	"$BIN/clusterability" -q -k 2 -n 5 <weights.brc >clusterability.brc
	"$BIN/import" -q --labels labels.tsv <weights.brc >imported.brc
	PYTHONPATH=$ROOT/docs PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 - "$BIN/export" test activations \
		affinity weights laplacian labels clusterability imported lesions analysis <<'PYTHON'
import io
import subprocess
import sys

import numpy as np
import read_stream

export, seen = sys.argv[1], set()
for stage in sys.argv[2:]:
    stream = open(stage + ".brc", "rb").read()
    sections, history = read_stream.read(io.BytesIO(stream))
    for s in sections:
        seen.add(s.type)
        for name, array in s.arrays.items():
            npy = subprocess.run([export, "--tensor", f"{s.type}/{name}", "--in", s.name],
                                 input=stream, stdout=subprocess.PIPE, check=True).stdout
            other = np.load(io.BytesIO(npy))
            assert other.dtype == array.dtype and other.shape == array.shape, (stage, s.type, name)
            assert other.tobytes() == array.tobytes(), (stage, s.type, name)
assert seen == set("dataset units weights activations exemplars affinity laplacian spectrum labels "
                   "clusterability lesions importance coherence".split()), seen
PYTHON
}

@test "the page of Python refuses what is not complete" {
	export PYTHONDONTWRITEBYTECODE=1
	expect 0 /usr/bin/python3 "$ROOT/docs/read_stream.py" analysis.brc
	grep -q '^coherence/1 weights.global$' out
	grep -q '^  spread/p <f8 \[4\]$' out
	head -c -1 analysis.brc >short.brc
	expect 1 /usr/bin/python3 "$ROOT/docs/read_stream.py" short.brc
	says "truncated"
	"$BIN/extract-weights" missing.onnx >aborted.brc 2>/dev/null || true
	expect 1 /usr/bin/python3 "$ROOT/docs/read_stream.py" aborted.brc
	says "extract-weights failed upstream"
	expect 1 /usr/bin/python3 "$ROOT/docs/read_stream.py" net.onnx
	says "not a broca stream"
}
