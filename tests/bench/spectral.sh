#!/usr/bin/env bash
# Spectral clustering, shuffles and k-means beside scikit-learn and scipy. ROWS="mlp kmeans" chooses.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck disable=SC2086 # a list of words
exec "$PYTHON" "$here/spectral.py" ${ROWS-}
