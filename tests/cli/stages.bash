# What the tests of all filters share: a small analysis, every stage of it in a
# file, and how each filter is called in it.
# shellcheck shell=bash

# Every filter of the checkout, the dispatcher left out.
filters() {
	local source
	for source in "$ROOT"/bin/*.c; do
		source=$(basename "$source" .c)
		[ "$source" = broca ] || echo "$source"
	done
}

# make_stages DIR: a network of 6-8-5-3 units, 60 images for it, and every stage.
make_stages() {
	cd "$1" || return
	cp "$ROOT/fixtures/small/relu.onnx" net.onnx
	/usr/bin/python3 -c "
import numpy as np
image = np.random.default_rng(1).random((60, 6), dtype=np.float32)
np.savez('data.npz', image=image, label=np.arange(60) % 3)"
	"$BIN/read-data" -q data.npz -o test.brc
	"$BIN/extract-weights" -q net.onnx -o weights.brc
	"$BIN/activations" -q --model net.onnx -o activations.brc <test.brc
	"$BIN/laplacian" -q -o laplacian.brc <weights.brc
	"$BIN/spectral" -q -k 2 -o labels.brc <laplacian.brc
	"$BIN/spectral" -q -k 2,3 -o both.brc <laplacian.brc
	"$BIN/lesion" -q --model net.onnx --data test.brc -n 19 -o lesions.brc <labels.brc
	"$BIN/coherence" -q -o analysis.brc <lesions.brc
	"$BIN/spectral" -q -k 2 --stability 2 <laplacian.brc |
		"$BIN/lesion" -q --model net.onnx --data test.brc -n 19 |
		"$BIN/coherence" -q -o repeatable.brc
	"$BIN/export" --labels -o labels.tsv <labels.brc
}

# shellcheck disable=SC2034 # for the tests
# call FILTER: sets `input` (a file for standard input), `args` (what it needs) and `quiet`.
call() {
	input=/dev/null args=() quiet=(-q)
	case $1 in
	read-data) args=(data.npz) ;;
	extract-weights | permute-weights) args=(net.onnx) ;;
	activations) input=test.brc args=(--model net.onnx) ;;
	corr) input=activations.brc ;;
	laplacian) input=weights.brc ;;
	spectral) input=laplacian.brc args=(-k 2) ;;
	clusterability) input=weights.brc args=(-k 2 -n 5) ;;
	lesion) input=labels.brc args=(--model net.onnx --data test.brc -n 19) ;;
	coherence) input=lesions.brc ;;
	repeat) input=repeatable.brc args=(--model net.onnx --data test.brc) ;;
	report | peek) input=analysis.brc ;;
	check) input=analysis.brc quiet=() ;; # what it has to say is its result
	export) input=labels.brc args=(--labels) ;;
	import) input=weights.brc args=(--labels labels.tsv) ;;
	compare) input=both.brc ;;
	*)
		echo "how $1 is called is not known: add it to tests/cli/stages.bash"
		return 1
		;;
	esac
}

# Does FILTER read a stream? Does it write one?
reads_stream() {
	case $1 in read-data | extract-weights | permute-weights) return 1 ;; esac
}
writes_stream() {
	case $1 in report | peek | check | export | compare | permute-weights) return 1 ;; esac
}

# expect STATUS COMMAND...: run it; what it prints is in the files out and err.
expect() {
	local want=$1 got=0
	shift
	"$@" >out 2>err || got=$?
	if [ "$got" != "$want" ]; then
		echo "exit code $got, not $want: $*"
		cat err
		return 1
	fi
}

# bounded STATUS COMMAND...: as expect, in 300 MB of address space, most of it libraries
bounded() {
	if [[ "$BIN" == */san/* ]]; then # there address space means nothing
		expect "$@"
	else
		(ulimit -v 300000 && expect "$@")
	fi
}

# says TEXT: the last command said so on standard error.
says() {
	if ! grep -qF -- "$1" err; then
		echo "no '$1' in:"
		cat err
		return 1
	fi
}

silent() {
	if [ -s err ]; then
		echo "not silent:"
		cat err
		return 1
	fi
}

# double TYPE FILE: the stream of FILE, its section of TYPE there twice, as it was and as 'other'.
double() {
	PYTHONPATH="$ROOT/tests/cli:$ROOT/docs" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 - "$@" <<'PYTHON'
import sys
import read_stream
import write_stream
sections = []
for s in read_stream.read(open(sys.argv[2], "rb"))[0]:
    for name in [s.name] + (["other"] if s.type == sys.argv[1] else []):
        sections.append((s.type, name, s.meta, s.records, s.arrays))
write_stream.write(sys.stdout.buffer, sections)
PYTHON
}
