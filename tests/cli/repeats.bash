# For the tests of repeat. It is sourced, not run.
# shellcheck shell=bash

# same_as_recomputed STREAM [COPY RUN]
same_as_recomputed() {
	/usr/bin/python3 "$ROOT/tests/cli/repeats_check.py" "$@"
}

# of_copy COPY FILE: the stream of FILE with the labels of one copy for its labels
of_copy() {
	PYTHONPATH="$ROOT/tests/cli:$ROOT/docs" /usr/bin/python3 - "$@" <<'PYTHON'
import sys
import read_stream
import write_stream
copy, sections = int(sys.argv[1]), []
stream = read_stream.read(open(sys.argv[2], "rb"))[0]
label = next(s for s in stream if s.type == "partitions").arrays["label"][copy]
for s in stream:
    if s.type in ("labels", "units"):
        arrays = {**s.arrays, "label": label} if s.type == "labels" else s.arrays
        sections.append(((s.type, s.version), s.name, s.meta, s.records, arrays))
write_stream.write(sys.stdout.buffer, sections)
PYTHON
}
