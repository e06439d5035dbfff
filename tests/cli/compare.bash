# Comparisons of what two commands print. `[ "$(A)" = "$(B)" ]` and `cmp <(A) <(B)` hold when both
# commands fail and print nothing, and `!=` when one of them does; these fail then, and say so.
# shellcheck shell=bash

# Runs the two commands that a comma divides; what they print goes to the files `one` and `other`.
run_both() {
	local -a command=()
	local into=$BATS_TEST_TMPDIR/.one word

	for word in "$@" ","; do
		if [ "$word" != , ]; then
			command+=("$word")
			continue
		fi
		if ! (set -o pipefail && "${command[@]}") >"$into"; then
			echo "this fails: ${command[*]}"
			return 1
		fi
		if [ ! -s "$into" ]; then
			echo "this prints nothing: ${command[*]}"
			return 1
		fi
		command=() into=$BATS_TEST_TMPDIR/.other
	done
}

# same COMMAND... , COMMAND...: both succeed, and print the same
same() {
	run_both "$@" || return
	cmp "$BATS_TEST_TMPDIR/.one" "$BATS_TEST_TMPDIR/.other" || {
		echo "not the same: $*"
		return 1
	}
}

# differ COMMAND... , COMMAND...: both succeed, and print something else
differ() {
	run_both "$@" || return
	if cmp -s "$BATS_TEST_TMPDIR/.one" "$BATS_TEST_TMPDIR/.other"; then
		echo "the same: $*"
		return 1
	fi
}
