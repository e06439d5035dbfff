#!/usr/bin/env bash
# activations.sh: the activation-based analysis of a network, from ONNX and
# data to a report.
. "$(dirname "$(readlink -f "$0")")/analysis.bash"
parse_arguments "$@"

# data -> activations -> correlations -> clusterability -> clusters -> lesions -> coherence
activations --model "$model" <"$data" | save activations \
	| corr --method spearman | save affinity \
	| clusterability -k "$k" --seed "$seed" -n "$shuffles" | save clusterability \
	| laplacian --name activations.global | save laplacian \
	| spectral -k "$k" --seed "$seed" | save clusters \
	| lesion --model "$model" --data "$data" --controls "$controls" --seed "$seed" | save lesions \
	| coherence | save analysis \
	| write_reports
