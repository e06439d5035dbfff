#!/usr/bin/env bats
# What every filter does alike: help, options, exit codes, messages, terminals,
# closed and full outputs, broken pipes, streams that are not what they should be.
# shellcheck disable=SC2030,SC2031 # every test is a subshell, and calls `call` itself
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
	export TMPDIR=$BATS_TEST_TMPDIR
	input='' args=() quiet=() # set by `call`
}

# terminal COMMAND: run a line of shell with a terminal as standard input and output
terminal() {
	timeout --foreground 60 script -qec "$1" /dev/null </dev/null
}

# no_reader COMMAND...: its standard output is a pipe that nobody reads
no_reader() {
	/usr/bin/python3 -c '
import os, subprocess, sys
r, w = os.pipe()
os.close(r)
code = subprocess.run(sys.argv[1:], stdout=w).returncode
sys.exit(code if code >= 0 else 128 - code)' "$@"
}

@test "every filter is called here, and those that read streams are given damaged ones" {
	for f in $(filters); do
		call "$f"
		expect 0 "$BIN/$f" "${args[@]}" <"$input"
		! reads_stream "$f" || grep -q "brc_main_${f//-/_}(int" "$ROOT/tests/unit/filter_ways.h" ||
			{ echo "filter_ways.h has no $f"; false; }
	done
}

@test "broca runs every filter by its name, and lists them" {
	expect 0 "$BIN/broca" --help
	for f in $(filters); do
		grep -q "^  $f  *[a-z]" out || { echo "no $f in broca --help"; false; }
		grep -q "^.It Xr.* broca-$f 1" "$ROOT/docs/man/broca.1" || { echo "no $f in broca(1)"; false; }
		same "$BIN/broca" "$f" --version , "$BIN/$f" --version
	done
	[ "$(grep -c '^  [a-z-]*  ' out)" -eq "$(filters | grep -c .)" ]
	expect 0 "$BIN/broca" --version
	expect 2 "$BIN/broca" nothing
	says "nothing"
	says "hint:"
	expect 2 "$BIN/broca"
	expect 3 "$BIN/broca" extract-weights missing.onnx
}

@test "--help says what a filter is for, reads and writes, its options, examples, exit codes" {
	for f in $(filters); do
		echo "$f"
		expect 0 "$BIN/$f" --help
		silent
		grep -q "^Usage: $f" out
		grep -q '^Reads:  [a-z]' out
		grep -q '^Writes: [a-z]' out
		sed '/^Usage:/d; /^  or:/d; /^Reads:/,$d' out | grep -qE '^[A-Z].{40,}' # the purpose
		tr '\n' ' ' <out | grep -q ' Exit codes: 0 done, .* 4 truncated .* 141 the reader has gone\. $'
		[ "$(wc -L <out)" -le 100 ] # columns
		[ "$(sed -n '/^Examples:/,/^Exit codes:/p' out | grep -cE "^  .*\b$f\b")" -ge 2 ]
		cp out long
		expect 0 "$BIN/$f" -?
		cmp out long
		expect 0 "$BIN/$f" --usage
		grep -q -- --output out
	done
}

@test "--help has a default for every option with a value, but for names" {
	for f in $(filters); do
		# one line an option, whatever the width of the page
		"$BIN/$f" --help | awk '/^ +-/ {if (o) print o; o = $0; next}
			/^                  / && o {sub(/^ +/, " "); o = o $0; next} {if (o) print o; o = ""}' >options
		[ "$(grep -c -- '--' options)" -ge 7 ]
		if grep -- '=' options | grep -vE '=(NAME|FILE|TEXT|SECTION/TENSOR|K\[,K\.\.\.\]|MIN-MAX) ' | grep -v default; then
			echo "these options of $f have no default"
			false
		fi
	done
}

@test "--version" {
	for f in $(filters); do
		expect 0 "$BIN/$f" --version
		silent
		grep -qE "^$f \(broca\) [0-9]+\.[0-9]+\.[0-9]+$" out
		expect 0 "$BIN/$f" -V
	done
}

@test "wrong options end with 2 and a hint, before anything is read or written" {
	for f in $(filters); do
		call "$f"
		for wrong in --no-such-option --threads=0 --threads=65 --threads=two --threads --mem=lots \
			--progress=perhaps --output= --help=yes; do
			expect 2 "$BIN/$f" "${args[@]}" "$wrong" <"$input"
			says "$f: "
			says "hint: '$f --help'"
			[ ! -s out ]
		done
	done
}

@test "operands that a filter does not take end with 2" {
	for f in $(filters); do
		call "$f"
		case $f in
		read-data | check | report) continue ;; # take any number of files
		peek | extract-weights) expect 2 "$BIN/$f" a b ;;
		*) expect 2 "$BIN/$f" "${args[@]}" surplus <"$input" ;;
		esac
		says "$f: unexpected operand"
		says "hint: '$f --help'"
	done
	expect 2 "$BIN/read-data"
	says "hint:"
}

@test "no filter waits for a stream on a terminal" {
	terminal true || skip "no pseudo-terminal can be made here"
	for f in $(filters); do
		call "$f"
		reads_stream "$f" || args=(-)
		expect 2 terminal "$BIN/$f ${args[*]} >/dev/null"
		grep -q "$f: .*terminal" out
	done
}

@test "no filter writes binary to a terminal" {
	terminal true || skip "no pseudo-terminal can be made here"
	for f in $(filters); do
		call "$f"
		if writes_stream "$f" || [ "$f" = permute-weights ]; then # a model is binary, too
			expect 2 terminal "$BIN/$f ${args[*]} <$input"
			grep -q "$f: .*terminal" out
			grep -q 'hint: .*-o FILE' out
		else
			expect 0 terminal "$BIN/$f ${args[*]} <$input"
			[ -s out ]
		fi
	done
	expect 2 terminal "$BIN/export --tensor labels/label <labels.brc"
	grep -q 'hint: .*-o FILE' out
}

@test "a full disk is an error, 6" {
	for f in $(filters); do
		call "$f"
		expect 6 bash -c '"$@" >/dev/full' _ "$BIN/$f" "${quiet[@]}" "${args[@]}" <"$input"
		says "$f: <stdout>: cannot write: No space left on device"
		expect 6 "$BIN/$f" "${quiet[@]}" "${args[@]}" -o /dev/full <"$input"
		says "$f: /dev/full: cannot write: No space left on device"
		expect 6 bash -c '"$@" >/dev/full' _ "$BIN/$f" --help
	done
}

@test "closed input and output are usage errors, 2, and nothing takes their place" {
	for f in $(filters); do
		call "$f"
		expect 2 bash -c '"$@" >&-' _ "$BIN/$f" "${args[@]}" <"$input"
		says "$f: standard output is closed"
		reads_stream "$f" || args=(-)
		for o in "" "-oresult"; do
			expect 2 bash -c '"$@" <&-' _ "$BIN/$f" "${args[@]}" $o
			says "$f: standard input is closed"
			[ ! -e result ]
		done
		call "$f"
		expect 0 bash -c '"$@" 2>&-' _ "$BIN/$f" -v "${args[@]}" -o result <"$input"
		expect 0 "$BIN/$f" "${args[@]}" -o alike <"$input"
		cmp result alike # no message in it
		rm result alike
	done
}

@test "when the reader has gone, a filter dies of SIGPIPE and says nothing" {
	for f in $(filters); do
		call "$f"
		expect 141 no_reader "$BIN/$f" "${quiet[@]}" "${args[@]}" <"$input"
		silent
	done
	# and one that stops reading in the middle: more than a pipe holds is written
	double weights <("$BIN/extract-weights" -q "$ROOT/fixtures/fashion-mlp.onnx") >big.brc
	status=0
	"$BIN/laplacian" -q --in other --keep <big.brc 2>err > >(head -c 1 >/dev/null) || status=$?
	[ "$status" = 141 ]
	silent
}

@test "a file that is not there is named, 3" {
	missing() {
		local f=$1
		shift
		expect 3 "$BIN/$f" "$@"
		says "$f: "
		says "no/such-file: cannot open: No such file or directory"
	}
	missing read-data no/such-file
	missing read-data data.npz --classes no/such-file
	missing extract-weights no/such-file
	missing extract-weights --model no/such-file
	missing activations --model no/such-file <test.brc
	missing lesion --model no/such-file --data test.brc <labels.brc
	missing lesion --model net.onnx --data no/such-file <labels.brc
	missing import --labels no/such-file <weights.brc
	missing compare --labels no/such-file <labels.brc
	missing peek no/such-file
	missing check no/such-file
	missing report no/such-file
	for f in $(filters); do
		call "$f"
		expect 6 "$BIN/$f" "${args[@]}" -o no/such-file <"$input"
		says "$f: no/such-file: cannot create"
	done
}

@test "a directory is no file, 3" {
	mkdir dir
	expect 3 "$BIN/read-data" dir
	expect 3 "$BIN/extract-weights" dir
	expect 3 "$BIN/peek" dir
	says "dir: "
	expect 3 "$BIN/laplacian" <dir
	for f in $(filters); do
		call "$f"
		expect 6 "$BIN/$f" "${args[@]}" -o dir <"$input"
		says "$f: dir: cannot open: Is a directory"
	done
}

@test "a stream without the section needed: what it holds, and a hint, 3" {
	for f in activations corr laplacian spectral clusterability lesion coherence repeat compare export; do
		call "$f"
		other=test.brc holds="dataset/1 dataset"
		if [ "$f" = activations ]; then
			other=labels.brc holds="units/1 units, spectrum/1 weights.global, labels/1 weights.global"
		fi
		expect 3 "$BIN/$f" "${args[@]}" <"$other"
		says "$f: "
		says "hint: "
		[ "$f" = compare ] || says "it holds: $holds"
	done
	expect 3 "$BIN/lesion" --model net.onnx --data labels.brc <labels.brc
	says "lesion: --data: labels.brc: there is no dataset section"
	says "hint: "
	expect 3 "$BIN/lesion" --model net.onnx <labels.brc
	says "--data FILE"
	expect 3 "$BIN/compare" --labels weights.brc <labels.brc
	says "compare: --labels: weights.brc: there is no labels section"
}

@test "an empty stream is truncated, 4; something else is no stream, 3" {
	echo "this is a text" >text
	for f in $(filters); do
		call "$f"
		reads_stream "$f" || continue
		expect 4 "$BIN/$f" "${args[@]}" </dev/null
		says "$f: <stdin>: the stream is empty"
		expect 3 "$BIN/$f" "${args[@]}" <text
		says "$f: <stdin>: "
		says "stream"
	done
}

@test "what failed upstream is said by the last stage, 4" {
	status=0
	"$BIN/extract-weights" missing.onnx 2>first | "$BIN/laplacian" 2>second | "$BIN/spectral" -k 2 >out 2>err || status=$?
	[ "$status" = 4 ]
	grep -q '^extract-weights: missing.onnx: cannot open' first
	says "spectral: <stdin>: extract-weights failed upstream: missing.onnx: cannot open"
	"$BIN/extract-weights" missing.onnx >aborted.brc 2>/dev/null || true
	for f in $(filters); do
		call "$f"
		reads_stream "$f" || continue
		expect 4 "$BIN/$f" "${args[@]}" -o result <aborted.brc
		says "extract-weights failed upstream: missing.onnx"
		[ ! -e result ]
	done
	expect 4 "$BIN/lesion" --model net.onnx --data aborted.brc <labels.brc
	says "extract-weights failed upstream: missing.onnx"
	expect 4 "$BIN/report" analysis.brc aborted.brc
	says "extract-weights failed upstream: missing.onnx"
	[ ! -s out ]
}

@test "-o: the file is there when it is complete; a failure leaves the older one and nothing else" {
	mkdir out-dir
	for f in $(filters); do
		call "$f"
		"$BIN/$f" -q "${args[@]}" <"$input" >expected
		expect 0 "$BIN/$f" -q "${args[@]}" -o out-dir/result <"$input"
		[ ! -s out ]
		[ "$f" = report ] || cmp expected out-dir/result # (report names its inputs)
		mode=$(printf %o $((0666 & ~$(umask))))
		[ "$(stat -c %a out-dir/result)" = "$mode" ]
		echo older >out-dir/result
		if reads_stream "$f"; then
			expect 4 "$BIN/$f" -q "${args[@]}" -o out-dir/result < <(head -c -1 "$input")
		else
			expect 3 "$BIN/$f" -q /dev/null -o out-dir/result
		fi
		[ "$(cat out-dir/result)" = older ]
		[ "$(ls -A out-dir)" = result ]
		expect 0 "$BIN/$f" -q "${args[@]}" -o out-dir/result <"$input" # in its place
		[ ! -s out-dir/result ] || [ "$(head -c 5 out-dir/result | tr -d '\0')" != older ]
		[ "$(ls -A out-dir)" = result ]
		rm out-dir/result
	done
}

@test "-o: killed while it runs, a filter leaves nothing" {
	mkdir out-dir
	mkfifo hold
	sleep 60 >hold 3>&- &
	holder=$!
	pids=()
	for f in $(filters); do
		call "$f"
		reads_stream "$f" || args=(hold)
		"$BIN/$f" -q "${args[@]}" -o "out-dir/$f" <hold 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do # its output is open, and it waits
		for _ in $(seq 100); do
			[ -e "/proc/$pid/fd" ] && find "/proc/$pid/fd" -lname '*out-dir*' | grep -q . && break
			sleep 0.05
		done
	done
	kill -9 "${pids[@]}"
	wait "${pids[@]}" || true
	kill "$holder"
	[ -z "$(ls -A out-dir)" ]
}

@test "a second stream after the first: report, peek and check take it, no other filter" {
	for f in $(filters); do
		call "$f"
		reads_stream "$f" || continue
		cat "$input" "$input" >twice.brc
		case $f in
		report | peek | check) expect 0 "$BIN/$f" "${args[@]}" <twice.brc ;;
		*)
			expect 3 "$BIN/$f" "${args[@]}" -o result <twice.brc
			says "$f: <stdin>: a second stream follows the first"
			[ ! -e result ]
			;;
		esac
	done
	"$BIN/check" <twice.brc >/dev/null
	cat test.brc test.brc >two.brc
	expect 3 "$BIN/lesion" --model net.onnx --data two.brc <labels.brc
	says "a second stream"
	expect 0 "$BIN/check" twice.brc
	grep -q '2 streams' out
}

@test "two sections of one type: they are listed, and --in chooses" {
	two() {
		local f=$1 type=$2
		call "$f"
		double "$type" "$input" >two.brc
		expect 3 "$BIN/$f" "${args[@]}" <two.brc
		says "$f: 2 sections could be meant: $type/1 "
		says ", $type/1 other"
		says "hint: choose one with --in"
		expect 0 "$BIN/$f" "${args[@]}" --in other <two.brc
		expect 3 "$BIN/$f" "${args[@]}" --in nobody <two.brc
		says "nobody"
		says "$type/1 other"
	}
	two activations dataset
	two corr activations
	two laplacian weights
	two clusterability weights
	two spectral laplacian
	two lesion labels
	two coherence lesions
	two export labels
}

@test "a section that is already there is not written again" {
	again() {
		local f=$1
		shift
		expect 3 "$BIN/$f" "$@"
		says "$f: the stream already holds a section"
		says "hint: give the new one another name with --name"
	}
	"$BIN/laplacian" -q --keep <weights.brc >kept.brc
	again laplacian -o result <kept.brc
	"$BIN/spectral" -q --keep -k 2 <laplacian.brc >kept.brc
	again spectral -k 2 -o result <kept.brc
	"$BIN/corr" -q --keep <activations.brc >kept.brc
	again corr -o result <kept.brc
	"$BIN/clusterability" -q -k 2 -n 2 <weights.brc >kept.brc
	again clusterability -k 2 -n 2 -o result <kept.brc
	again lesion --model net.onnx --data test.brc -n 2 -o result <lesions.brc
	again coherence -o result <analysis.brc
	again import --labels labels.tsv --name weights.global -o result <labels.brc
	[ ! -e result ]
	expect 0 "$BIN/coherence" --name again <analysis.brc
}

@test "two sections with one name, or a version that is not known, are refused" {
	double weights weights.brc | sed 's/other/xxxxx/g' >other.brc # breaks the checksum
	expect 4 "$BIN/laplacian" <other.brc
	written_by_hand() {
		PYTHONPATH="$ROOT/tests/cli" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -c "
import sys, write_stream
write_stream.write(sys.stdout.buffer, $1)"
	}
	written_by_hand '[("weights", "w", {}, [], {})] * 2' >twice.brc
	expect 3 "$BIN/laplacian" <twice.brc
	says "'weights w' stands twice"
	written_by_hand '[(("weights", 3), "w", {}, [], {})]' >later.brc
	expect 3 "$BIN/laplacian" <later.brc
	says "only weights/2 or an earlier one is known"
	written_by_hand '[(("labels", 2), "w", {}, [], {})]' >later.brc
	expect 3 "$BIN/export" --labels <later.brc
	says "only labels/1 is known"
}

@test "a whole stream compressed with zstd is read" {
	for f in $(filters); do
		call "$f"
		reads_stream "$f" || continue
		zstd -q -f "$input" -o packed.zst
		"$BIN/$f" -q "${args[@]}" <"$input" >expected
		expect 0 "$BIN/$f" -q "${args[@]}" <packed.zst
		[ "$f" = check ] || cmp out expected
		head -c -1 packed.zst >short.zst
		expect 4 "$BIN/$f" -q "${args[@]}" <short.zst
	done
	zstd -q test.brc
	expect 0 "$BIN/lesion" -q --model net.onnx --data test.brc.zst -n 19 <labels.brc
	cmp out lesions.brc
}

@test "control characters of a stream are not printed" {
	PYTHONPATH="$ROOT/tests/cli" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -c "
import sys, write_stream
write_stream.write(sys.stdout.buffer, [('x', 'evil\x1b[2J\x07', {'k\x1b': 'v\x1b'}, [], {})])" >evil.brc
	for f in $(filters); do
		call "$f"
		reads_stream "$f" || continue
		"$BIN/$f" "${args[@]}" <evil.brc >out 2>err || true
		if writes_stream "$f"; then
			: >out # the section is handed through as it is
		fi
		if grep -q $'[\x1b\x07]' out err; then
			echo "$f prints control characters"
			false
		fi
	done
}

@test "-q says nothing when all is well; a filter without -q may" {
	for f in $(filters); do
		call "$f"
		expect 0 "$BIN/$f" -q "${args[@]}" <"$input"
		silent
		expect 0 "$BIN/$f" -v --progress=always "${args[@]}" <"$input"
	done
}
