#!/usr/bin/env bash
# weights.sh: analyse a network by its weights, from ONNX to a report.
# shellcheck source-path=SCRIPTDIR source=analysis.bash
. "$(dirname "$(readlink -f "$0")")/analysis.bash"
parse_arguments "$@"

# network -> graph -> clusterability -> clusters -> lesions -> coherence
extract-weights "${notes[@]}" --units "$units" "$model" | save weights \
	| clusterability "${notes[@]}" -k "$k" --seed "$seed" -n "$shuffles" | save clusterability \
	| laplacian "${notes[@]}" --name weights.global | save laplacian \
	| spectral "${notes[@]}" -k "$k" --seed "$seed" | save clusters \
	| lesion "${notes[@]}" --model "$model" --data "$data" --controls "$controls" --seed "$seed" | save lesions \
	| coherence "${notes[@]}" | save analysis \
	| write_reports
