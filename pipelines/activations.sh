#!/usr/bin/env bash
# activations.sh: analyse a network by its activations, from ONNX and data to a
# report.
# shellcheck source-path=SCRIPTDIR source=analysis.bash
. "$(dirname "$(readlink -f "$0")")/analysis.bash"
parse_arguments "$@"
[ "$units" = hidden ] || wrong "--units applies only to weights.sh"

# data -> activations -> correlations -> clusterability -> clusters -> lesions -> coherence
# clusterability shuffles edges, so corr must write edges: --dense
# shellcheck disable=SC2094 # the data file is only read
activations "${notes[@]}" --model "$model" <"$data" | save activations \
	| corr "${notes[@]}" --method spearman --dense | save affinity \
	| clusterability "${notes[@]}" -k "$k" --seed "$seed" -n "$shuffles" | save clusterability \
	| laplacian "${notes[@]}" --name activations.global | save laplacian \
	| spectral "${notes[@]}" -k "$k" --seed "$seed" | save clusters \
	| lesion "${notes[@]}" --model "$model" --data "$data" --controls "$controls" --seed "$seed" | save lesions \
	| coherence "${notes[@]}" | save analysis \
	| write_reports
