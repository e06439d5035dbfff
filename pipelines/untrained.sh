#!/usr/bin/env bash
# untrained.sh: what an untrained network has, too: the same analysis of a model and of untrained
# copies, side by side.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
if [ -x "$here/../bin/spectral" ]; then
	PATH="$here/../bin:$PATH" # a checkout needs nothing installed
fi

by=weights copies=3 against='' output='' keep='' seed=42
others=() # options and operands of weights.sh or activations.sh

usage() {
	cat <<TXT
Usage: $(basename "$0") [OPTION...] MODEL DATA [LABELS]

Which findings of a network does an untrained network have, too? Analyse the network in MODEL
(ONNX) by weights.sh or activations.sh, and untrained copies of it in the same way. Print a table
with a line for each of them.

  --by WHAT        weights or activations: which analysis (default: $by)
  --copies N       make N untrained copies by permuting the weights within each tensor, as
                   permute-weights does (default: $copies)
  --against FILE,...
                   compare with these models instead, such as the network before its training
  --seed N         seed of the analyses; the copies have the seeds N + 1, N + 2 ... (default: $seed)
  --keep DIR       save the copies and all stages in DIR
  -o FILE          also write the table to FILE (.txt or .json), or the reports of all networks
                   side by side (.html)

All other options are those of weights.sh and activations.sh.

Example:
  cd $(dirname "$here")
  pipelines/$(basename "$0") -k 4 fixtures/fashion-mlp.onnx \\
      fixtures/fashion-test-2000-images.gz fixtures/fashion-test-2000-labels.gz
TXT
}

wrong() {
	echo "$(basename "$0"): $1" >&2
	echo "hint: '$(basename "$0") --help' lists the options" >&2
	exit 2
}

# take_option OPTION VALUE
take_option() {
	case $1 in
	--by) by=$2 ;;
	--copies) copies=$2 ;;
	--against) against=$2 ;;
	--seed) seed=$2 ;;
	--keep) keep=$2 ;;
	-o) output=$2 ;;
	*) others+=("$1" "$2") ;;
	esac
}

operands=()
while [ $# -gt 0 ]; do
	case $1 in
	--*=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" && continue ;;
	-h | --help) usage && exit 0 ;;
	-q) ;; # this script has nothing to say but its table
	-*)
		[ $# -ge 2 ] || wrong "$1 needs a value"
		take_option "$1" "$2"
		shift
		;;
	*) operands+=("$1") ;;
	esac
	shift
done
[ ${#operands[@]} -ge 2 ] || wrong "a model and data are needed"
[[ $by =~ ^(weights|activations)$ ]] || wrong "--by: '$by' is not weights or activations"
[[ $copies =~ ^[1-9][0-9]{0,3}$ ]] || wrong "--copies: '$copies' is not a whole number from 1"
[[ $seed =~ ^[0-9]{1,9}$ ]] || wrong "--seed: '$seed' is not a whole number"
[[ $output =~ (^|\.txt|\.json|\.html)$ ]] || wrong "-o $output: the name should end in .txt, .json or .html"

folder=$keep
if [ -z "$keep" ]; then
	folder=$(mktemp -d)
	trap 'rm -rf "$folder"' EXIT
fi
mkdir -p "$folder"

# analyse NAME MODEL: the stages of MODEL go to the folder NAME
analyse() {
	"$here/$by.sh" -q --seed "$seed" --keep "$folder/$1" "${others[@]}" "$2" "${operands[@]:1}"
}

names=(trained)
analyse trained "${operands[0]}"
if [ -n "$against" ]; then
	IFS=, read -ra models <<<"$against"
	for model in "${models[@]}"; do
		name=untrained-${#names[@]}
		analyse "$name" "$model"
		names+=("$name")
	done
else
	for ((i = 1; i <= copies; i++)); do
		permute-weights -q --seed $((10#$seed + i)) "${operands[0]}" -o "$folder/untrained-$i.onnx"
		analyse "untrained-$i" "$folder/untrained-$i.onnx"
		names+=("untrained-$i")
	done
fi

table() {
	PYTHONPATH="$here/../docs" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$here/untrained_table.py" "$1" \
		"$folder" "${names[@]}"
}
table txt
case $output in
*.html)
	streams=("${names[@]/#/$folder/}")
	report "${streams[@]/%//analysis.brc}" --title "$(basename "${operands[0]}"), trained and not" -o "$output"
	;;
?*) table "${output##*.}" >"$output" ;;
esac
