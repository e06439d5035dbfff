#!/usr/bin/env bash
# import of a graph of 10 million edges in no order, beside scipy.io.mmread and tocsr.
# EDGES=N for another size.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=timing.bash
. "$(dirname "$0")/timing.bash"
peer="$PYTHON $(dirname "$0")/exchange_peer.py"
edges=${EDGES:-10000000} units=200000
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
$peer make "$edges" "$units" "$dir/graph"

for format in mtx tsv; do
	for _ in 1 2 3; do
		seconds import -q --graph "$dir/graph.$format" >>"$dir/$format"
	done
done
import -q --graph "$dir/graph.mtx" -o "$dir/graph.brc"
read -r scipy entries sum < <($peer read "$dir/graph.mtx")
broca export --tensor graph/block/0/weight -o "$dir/weight.npy" <"$dir/graph.brc"
ours=$("$PYTHON" -c "
import sys
import numpy as np
w = np.load(sys.argv[1])
print(w.size, '%.9g' % w.sum(dtype=np.float64))" "$dir/weight.npy")
mtx=$(median <"$dir/mtx") tsv=$(median <"$dir/tsv")
echo "A graph of $units units and $edges edges in no order"
echo "  import, Matrix Market       $mtx s (median of 3)"
echo "  import, list of edges       $tsv s"
echo "  scipy.io.mmread and tocsr   $scipy s"
echo "  entries and sum: ours $ours, scipy's $entries $sum"
echo "  scipy over ours: $(ratio "$scipy" "$mtx"), over the list: $(ratio "$scipy" "$tsv")"
