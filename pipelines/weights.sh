#!/usr/bin/env bash
# weights.sh: the weight-based analysis of a network, from ONNX to a report.
. "$(dirname "$(readlink -f "$0")")/analysis.bash"
parse_arguments "$@"

# network -> graph -> clusterability -> clusters -> lesions -> coherence
extract-weights "$model" | save weights \
	| clusterability -k "$k" --seed "$seed" -n "$shuffles" | save clusterability \
	| laplacian --name weights.global | save laplacian \
	| spectral -k "$k" --seed "$seed" | save clusters \
	| lesion --model "$model" --data "$data" --controls "$controls" --seed "$seed" | save lesions \
	| coherence | save analysis \
	| write_reports
