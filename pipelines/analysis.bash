# weights.sh and activations.sh share this file: it parses the arguments, saves stages and writes
# reports. It is sourced, not run.
# shellcheck shell=bash
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
if [ -x "$here/../bin/spectral" ]; then
	PATH="$here/../bin:$PATH" # a checkout needs nothing installed
fi

k=16 controls=199 shuffles=50 seed=42 units=hidden keep='' output='' model='' data='' quiet=''
k_auto='' task='' scratch='' samples='' split='' match=activation,cohesion repeats=10
notes=()   # options that every filter gets
network=() # options that filters get which read the model
reading=() # options of read-data

usage() {
	cat <<TXT
Usage: $(basename "$0") [OPTION...] MODEL DATA [LABELS]

Analyse the network in MODEL (ONNX) on labelled data and print a report.
DATA is a stream made by read-data, or anything that read-data can read without
options: an NPZ file, a folder that holds one folder of images for each class,
or an IDX or NPY file of images together with LABELS. If your data need other
options of read-data than --mean, --std and --split, such as --tokens, make a
stream with read-data first, and split it there (read-data --split 0.5).

  -k K             number of clusters (default: $k)
  --k-auto MIN-MAX choose the number of clusters between MIN and MAX instead, as spectral does
  --mean X,...     subtract a mean from the images, after they were scaled: one number for all
                   channels, or one for each (default: 0)
  --std X,...      then divide by a standard deviation (default: 1)
  --shape [NAME=]N,...
                   extents of the network's inputs, where the model leaves them open, as in
                   x=1,3,192,192 (default: those of the data)
  --output NAME    the value that is the network's output (default: the model's output)
  --task TASK      what the output means: classes, binary, labels, regression or places. none:
                   nothing of that, and no group is lesioned (default: what output and data say)
  --split FRACTION make groups of activations from this fraction of the images, and test all groups
                   on the others. none: use all images for both (default: 0.5)
  --controls N     number of random groups that each group is compared with (default: $controls)
  --match KINDS    compare each group with as many groups that are like it, too, of these kinds, as
                   lesion does: in-norm, activation, degree, cohesion; none: only with random ones
                   (default: $match)
  --repeat R       look for each group that stands out in R partitions of perturbed copies of the
                   graph, and lesion it again there; none: leave that out (default: $repeats)
  --shuffles N     number of shuffled networks for clusterability (default: $shuffles)
  --seed N         seed of all random numbers (default: $seed)
  --units WHICH    units of the graph of weights: hidden, or all, which adds the inputs and
                   outputs (default: $units)
  --keep DIR       save every stage in DIR, as NAME.brc; this replaces those of an earlier run
  -o FILE          also write the report to FILE (.html, .json, .tsv or .txt)
  -q               print only errors, no notes and no report; needs -o or --keep

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

# A wrong value is reported here and at once, and not by a filter in the middle of the pipe.
count() {
	[[ $2 =~ ^[1-9][0-9]{0,6}$ ]] || wrong "$1: '$2' is not a whole number from 1"
	echo "$2"
}

# The report must be writable. This is checked first, because the work may take hours.
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

# take_option OPTION VALUE
take_option() {
	case $1 in
	-k) k=$(count "$1" "$2") k_given=yes ;;
	--k-auto) k_auto=$2 ;;
	--controls) controls=$(count "$1" "$2") ;;
	--shuffles) shuffles=$(count "$1" "$2") ;;
	--seed) seed=$2 ;;
	--units) units=$2 ;;
	--mean | --std) reading+=("$1=$2") ;;
	--shape | --output) network+=("$1=$2") ;;
	--task) task=$2 ;;
	--split) split=$2 ;;
	--repeat) repeats=$2 && [ "$2" = none ] || repeats=$(count "$1" "$2") ;;
	--match) match=$2 ;;
	--keep) keep=$2 ;;
	-o) output=$2 ;;
	esac
}

check_options() {
	[ -z "$quiet$keep$output" ] || [ -n "$keep$output" ] || wrong "-q needs -o or --keep"
	[[ $units =~ ^(hidden|all)$ ]] || wrong "--units: '$units' is not hidden or all"
	[[ $task =~ ^(|auto|classes|binary|labels|regression|places|none)$ ]] ||
		wrong "--task: '$task' is not classes, binary, labels, regression, places or none"
	[[ $split =~ ^(|none|0?\.[0-9]+)$ ]] ||
		wrong "--split: '$split' is not a fraction between 0 and 1, as in 0.5, or none"
	[[ ,$match, =~ ^(,none,|(,(in-norm|activation|degree|cohesion))+,)$ ]] ||
		wrong "--match: '$match' is not a list of in-norm, activation, degree and cohesion"
	[ -n "$k_auto" ] || return 0
	[ -z "$k_given" ] || wrong "give one of -k and --k-auto"
	[[ $k_auto =~ ^([1-9][0-9]{0,6})-([1-9][0-9]{0,6})$ ]] ||
		wrong "--k-auto: '$k_auto' is not MIN-MAX, as in 4-24"
	((BASH_REMATCH[1] <= BASH_REMATCH[2])) || wrong "--k-auto: in '$k_auto' MIN is above MAX"
}

parse_arguments() {
	local operands=() k_given=''
	while [ $# -gt 0 ]; do
		case $1 in
		--*=*)
			set -- "${1%%=*}" "${1#*=}" "${@:2}"
			continue
			;;
		-k | --k-auto | --controls | --shuffles | --seed | --units | --mean | --std | --shape | \
			--output | --task | --split | --match | --repeat | --keep | -o)
			[ $# -ge 2 ] || wrong "$1 needs a value"
			take_option "$1" "$2"
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
	check_options
	if [ -n "$keep" ]; then
		mkdir -p "$keep"
		for stage in weights activations affinity clusterability laplacian clusters lesions analysis; do
			rm -f "$keep/$stage.brc" # the stages of an earlier run would not fit this one
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

# Make a stream of the data, unless they are one.
take_data() {
	data=$1
	if [ $# = 1 ] && check -q "$1" 2>/dev/null; then
		[ ${#reading[@]} = 0 ] ||
			wrong "${reading[0]%%=*}: $1 is a stream; give this option to read-data, which makes it"
		[ -z "$split" ] ||
			wrong "--split: $1 is a stream; give this option to read-data, which makes it"
		return
	fi
	[ "$split" = none ] || reading+=("--split=${split:-0.5}")
	data=${keep:-$scratch}/data.brc
	read-data "${notes[@]}" "${reading[@]}" "$@" -o "$data"
}

# Run one sample, so that data which do not fit the network are refused before any long work.
try_data() {
	activations -q --model "$model" "${network[@]}" --samples 1 <"$data" >/dev/null
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

# The graph in the stream is clustered: graph -> clusterability -> clusters. $1 is the labels' name.
# spectral says whether there is structure; of correlations from the samples in $samples.
partition() {
	local clusters=(-k "$k")
	[ -z "$k_auto" ] || clusters=("--k-auto=$k_auto")
	# a filter that fails leaves its message in what it wrote, and spectral passes it on
	clusterability "${notes[@]}" "${clusters[@]}" --seed "$seed" -n "$shuffles" |
		save clusterability | laplacian "${notes[@]}" --name "$1" |
		save laplacian >"$scratch/laplacian.brc" || true
	spectral "${notes[@]}" "${clusters[@]}" --seed "$seed" --stability auto \
		${samples:+"--samples=$samples"} <"$scratch/laplacian.brc" | save clusters
}

# clusters -> lesions -> coherence, unless nothing can be lesioned
examine() {
	if [ "$task" = none ]; then
		save analysis
		return
	fi
	local matched=()
	[ "$match" = none ] || matched=("--match=$match")
	[[ ! $match =~ degree|cohesion ]] || matched+=(--graph "$scratch/laplacian.brc")
	lesion "${notes[@]}" --model "$model" "${network[@]}" ${task:+"--task=$task"} --data "$data" \
		--controls "$controls" "${matched[@]}" --seed "$seed" | save lesions |
		coherence "${notes[@]}" | again | save analysis
}

# Findings are looked for in perturbed partitions, where spectral made some.
again() {
	if [ "$repeats" = none ]; then
		cat
		return
	fi
	cat >"$scratch/findings.brc"
	if peek "$scratch/findings.brc" 2>/dev/null | grep -q '^partitions/'; then
		repeat "${notes[@]}" --model "$model" "${network[@]}" --data "$data" \
			--partitions "$repeats" --seed "$seed" <"$scratch/findings.brc"
	else
		cat "$scratch/findings.brc" # a failure upstream is passed on, too
	fi
}

write_reports() {
	cat >"$scratch/analysis.brc"
	check -q "$scratch/analysis.brc" 2>/dev/null || return 4 # the filter that failed has said why
	if [ -n "$output" ]; then
		report --title "$(basename "$model")" "$scratch/analysis.brc" -o "$output"
		[ -n "$quiet" ] || echo "$(basename "$0"): the report is in $output" >&2
	fi
	if [ -z "$quiet" ]; then
		report --title "$(basename "$model")" "$scratch/analysis.brc"
	fi
}
