#!/usr/bin/env bats
# Where output goes: descriptors by their names, links, full disks.
# shellcheck disable=SC2094 # no filter writes a file it reads

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	cp "$ROOT/tests/fuzz/corpus/stream/weights.brc" .
	"$BIN/laplacian" <weights.brc >want
}

@test "-o /dev/stdout and /dev/fd/N write to what is open there, and leave /dev as it is" {
	"$BIN/laplacian" -o /dev/stdout <weights.brc >got
	cmp got want
	"$BIN/laplacian" -o /dev/stdout <weights.brc | cat >got
	cmp got want
	"$BIN/laplacian" -o /dev/fd/3 <weights.brc 3>got
	cmp got want
	{
		echo before
		"$BIN/laplacian" -o /proc/self/fd/1 <weights.brc
	} >got
	cmp got <(echo before; cat want)
	[ -L /dev/stdout ]
	run -6 "$BIN/laplacian" -o /dev/fd/9 <weights.brc
}

@test "-o: what a symbolic link leads to is replaced, the link stays" {
	mkdir elsewhere
	echo old >elsewhere/real
	ln -s elsewhere/real link
	"$BIN/laplacian" -o link <weights.brc
	[ -L link ]
	cmp elsewhere/real want
	echo old >elsewhere/real
	run -3 "$BIN/spectral" -k 2 -o link <weights.brc
	[ "$(cat elsewhere/real)" = old ]
	[ "$(ls elsewhere)" = real ]
}

@test "broca: help and version that cannot be written are errors" {
	for option in --help --version; do
		# shellcheck disable=SC2016 # expanded by that shell
		run -6 bash -c '"$1" "$2" >/dev/full' - "$BIN/broca" "$option"
		[[ $output == *"cannot write"* ]]
	done
}

@test "a seed is what the history can hold" {
	"$BIN/spectral" -q -k 2 --seed 9223372036854775807 <want | "$BIN/peek" >got
	grep -q '"seed": 9223372036854775807}' got
	run -2 "$BIN/spectral" -k 2 --seed 9223372036854775808 <want
}

@test "check names a file without its control characters" {
	cp want $'a\e[31mb'
	run -0 "$BIN/check" $'a\e[31mb'
	[[ $output == 'a?[31mb: intact: 1 stream, '* ]]
}
