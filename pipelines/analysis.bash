# What weights.sh and activations.sh share: arguments, saved stages, reports.
# Sourced, not run.
# shellcheck shell=bash
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
if [ -x "$here/../bin/spectral" ]; then
	PATH="$here/../bin:$PATH" # a checkout needs nothing installed
fi

k=16 controls=199 shuffles=50 seed=42 units=hidden keep='' output='' model='' data='' quiet=''
scratch=''
notes=() # options that every filter gets

usage() {
	cat <<TXT
Usage: $(basename "$0") [OPTION...] MODEL DATA [LABELS]

Analyse the network in MODEL (ONNX) on labelled data and print a report.
DATA is a stream made by read-data, or anything read-data reads: an NPZ file,
a folder with a folder of images for each class, or an IDX or NPY file of images
with LABELS beside it. What needs options (--mean, --tokens) is read first.

  -k K             clusters (default: $k)
  --controls N     random groups against which each group is held (default: $controls)
  --shuffles N     shuffled networks for clusterability (default: $shuffles)
  --seed N         seed of all random numbers (default: $seed)
  --units WHICH    of the weights' graph: hidden, or all, inputs and outputs too (default: $units)
  --keep DIR       save every stage in DIR, as NAME.brc, in place of an earlier run's
  -o FILE          also write the report to FILE (.html, .json, .tsv or .txt)
  -q               print nothing but errors: no notes, no report (with -o or --keep)

Example:
  cd $(dirname "$here")
  pipelines/$(basename "$0") --keep /tmp/stages fixtures/fashion-mlp.onnx \\
      fixtures/fashion-test-2000-images.gz fixtures/fashion-test-2000-labels.gz
TXT
}

wrong() {
	echo "$(basename "$0"): $1" >&2
	echo "hint: '$(basename "$0") --help' lists the options" >&2
	exit 2
}

# A wrong value is told here, at once, not by a filter in the middle of the pipe.
count() {
	[[ $2 =~ ^[1-9][0-9]{0,6}$ ]] || wrong "$1: '$2' is not a whole number from 1"
	echo "$2"
}

# Where the report goes must be known before hours of work are done for it.
check_output() {
	[ -n "$output" ] || return 0
	case $output in
	*.html | *.json | *.tsv | *.txt) ;;
	*) wrong "-o $output: the name should end in .html, .json, .tsv or .txt" ;;
	esac
	if [ -d "$output" ] || [ ! -w "$(dirname "$output")" ]; then
		echo "$(basename "$0"): $output: cannot be written" >&2
		exit 6
	fi
}

parse_arguments() {
	local operands=()
	while [ $# -gt 0 ]; do
		case $1 in
		-k | --controls | --shuffles | --seed | --units | --keep | -o)
			[ $# -ge 2 ] || wrong "$1 needs a value"
			case $1 in
			-k) k=$(count "$1" "$2") ;;
			--controls) controls=$(count "$1" "$2") ;;
			--shuffles) shuffles=$(count "$1" "$2") ;;
			--seed) seed=$2 ;;
			--units) units=$2 ;;
			--keep) keep=$2 ;;
			-o) output=$2 ;;
			esac
			shift
			;;
		-q) quiet=yes notes=(-q) ;;
		-h | --help)
			usage
			exit 0
			;;
		-*) wrong "there is no option $1" ;;
		*) operands+=("$1") ;;
		esac
		shift
	done
	[ ${#operands[@]} -ge 2 ] || wrong "a model and data are needed"
	[ ${#operands[@]} -le 3 ] || wrong "unexpected operand '${operands[3]}'"
	model=${operands[0]}
	for file in "${operands[@]}"; do
		[ -r "$file" ] || {
			echo "$(basename "$0"): $file: cannot be read" >&2
			exit 3
		}
	done
	check_output
	[ -z "$quiet$keep$output" ] || [ -n "$keep$output" ] || wrong "-q needs -o or --keep"
	[[ $units =~ ^(hidden|all)$ ]] || wrong "--units: '$units' is not hidden or all"
	if [ -n "$keep" ]; then
		mkdir -p "$keep"
		for stage in weights activations affinity clusterability laplacian clusters lesions analysis; do
			rm -f "$keep/$stage.brc" # an earlier run's stages would not fit this one's
		done
	fi
	if [ -n "$quiet" ] && [ -t 2 ]; then
		notes+=(--progress=always)
	fi
	scratch=$(mktemp -d)
	trap 'rm -rf "$scratch" ${keep:+"$keep"/.*.part}' EXIT
	take_data "${operands[@]:1}"
	try_data
}

# Data that is no stream yet becomes one.
take_data() {
	data=$1
	if [ $# = 1 ] && check -q "$1" 2>/dev/null; then
		return
	fi
	data=${keep:-$scratch}/data.brc
	read-data "${notes[@]}" "$@" -o "$data"
}

# Data that the network cannot take are told before any long work: one sample is run.
try_data() {
	activations -q --model "$model" --samples 1 <"$data" >/dev/null
}

# Pass a stream on; with --keep, also save it as DIR/NAME.brc once it is whole.
save() {
	if [ -z "$keep" ]; then
		cat
		return
	fi
	local part=$keep/.$1.part
	if tee "$part" && check -q "$part" 2>/dev/null; then
		mv "$part" "$keep/$1.brc"
	else
		rm -f "$part"
		return 4
	fi
}

write_reports() {
	cat >"$scratch/analysis.brc"
	check -q "$scratch/analysis.brc" 2>/dev/null || return 4 # the filter that failed has told why
	if [ -n "$output" ]; then
		report --title "$(basename "$model")" "$scratch/analysis.brc" -o "$output"
		[ -n "$quiet" ] || echo "$(basename "$0"): the report is in $output" >&2
	fi
	if [ -z "$quiet" ]; then
		report --title "$(basename "$model")" "$scratch/analysis.brc"
	fi
}
