#!/usr/bin/env bash
# weights.sh: analyse a network by its weights, from ONNX to a report.
# shellcheck source-path=SCRIPTDIR source=analysis.bash
. "$(dirname "$(readlink -f "$0")")/analysis.bash"
parse_arguments "$@"

# network -> graph -> clusterability -> clusters -> lesions -> coherence
# The data give extents that the model leaves open.
extract-weights "${notes[@]}" --balance --units "$units" "${network[@]}" --data "$data" "$model" | save weights \
	| partition weights.global \
	| examine \
	| write_reports
