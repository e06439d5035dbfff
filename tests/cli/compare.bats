#!/usr/bin/env bats
# The comparisons of these tests can fail.

bats_require_minimum_version 1.5.0

setup() {
	load compare.bash
}

piped() {
	seq 3 | grep -v 4 | { cat; false; } | cat
}

@test "same: equal output alone is the same" {
	same echo a b , printf 'a b\n'
	run -1 same echo a , echo b
	[[ "$output" == *"not the same: echo a , echo b"* ]]
}

@test "same: two commands that fail, or print nothing, are not the same" {
	run -1 same ls /no/such/file , ls /no/such/file
	[[ "$output" == *"this fails: ls /no/such/file"* ]]
	run -1 same true , true
	[[ "$output" == *"this prints nothing: true"* ]]
	run -1 same piped , piped
	run -1 same echo text , piped
}

@test "differ: different output alone differs; a command that fails differs from nothing" {
	differ echo a , echo b
	run -1 differ echo a , echo a
	run -1 differ echo a , ls /no/such/file
	run -1 differ true , echo a
	run -1 differ echo a , piped
}
