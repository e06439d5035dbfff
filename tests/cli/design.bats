#!/usr/bin/env bats
# docs/design.md and the code agree: the map is complete, and the rules that it gives are kept.

bats_require_minimum_version 1.5.0

setup() {
	cd "$ROOT" || return 1
}

@test "the map names every file of lib, and the page names nothing that does not exist" {
	tests/lint-map
}

@test "the map's check can fail: a file that is missing, and one that is not there" {
	cp -r docs lib bin tests "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	sed -i 's/^  rng  /  rgn  /' docs/design.md
	run -1 tests/lint-map
	[[ "$output" == *"the map lacks lib/base/rng"* ]]
	[[ "$output" == *"the map has lib/base/rgn, which does not exist"* ]]
}

@test "the rules of the code are kept" {
	tests/lint-floors
	tests/lint-code
}

@test "the check of the code can fail: each rule finds what breaks it" {
	mkdir -p "$BATS_TEST_TMPDIR/tests" "$BATS_TEST_TMPDIR/lib/"{a,b} "$BATS_TEST_TMPDIR/bin"
	cp tests/lint-code "$BATS_TEST_TMPDIR/tests"
	cd "$BATS_TEST_TMPDIR"
	printf '/* Rooms. Internal to lib/a. */\nint brc_f(int *p);\n' >lib/a/a.h
	printf '#include "a/a.h"\nint brc_f(int *new)\n{\n\treturn new == NULL ? 0 : (int)sizeof new;\n}\n' >lib/b/b.c
	{
		printf 'int brc_long(void)\n{\n'
		for _ in {1..60}; do printf '\tbrc_f(0);\n'; done
		printf '\treturn 0;\n}\n'
	} >lib/a/a.c
	run -1 tests/lint-code
	[[ "$output" == *"lib/b/b.c:1: a/a.h is internal to lib/a"* ]]
	[[ "$output" == *"brc_long has 64 lines, more than 50"* ]]
	[[ "$output" == *"lib/b/b.c:4: test a pointer bare"* ]]
	[[ "$output" == *"lib/b/b.c:4: sizeof(x) has parentheses"* ]]
	[[ "$output" == *"lib/b/b.c:2: a C++ keyword is no name"* ]]
	[[ "$output" == *"brc_long is called by nothing"* ]]
}
