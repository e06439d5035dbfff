#!/usr/bin/env bash
# activations.sh: analyse a network by its activations, from ONNX and data to a
# report.
# shellcheck source-path=SCRIPTDIR source=analysis.bash
. "$(dirname "$(readlink -f "$0")")/analysis.bash"
parse_arguments "$@"
[ "$units" = hidden ] || wrong "--units applies only to weights.sh"

# If the data are split, the dataset fit makes the groups, and the dataset test is for lesions.
# data -> activations -> correlations -> clusterability -> clusters -> lesions -> coherence
# clusterability draws correlations with the same eigenvalues, so corr stores them: --eigenvalues
samples=${keep:-$scratch}/activations.brc
activations "${notes[@]}" --model "$model" "${network[@]}" -o "$samples" <"$data"
corr "${notes[@]}" --method spearman --eigenvalues <"$samples" | save affinity \
	| partition activations.global \
	| examine \
	| write_reports
