"""What the measures of make validity share: filters on pipes, streams, rows of tables."""
import functools
import hashlib
import os
import subprocess
import sys
from types import SimpleNamespace


ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
FIXTURES = os.path.join(ROOT, "fixtures")
CACHE = os.path.join(ROOT, ".build", "validity")
LONG = os.environ.get("VALIDITY") == "long"

sys.path.insert(0, os.path.join(ROOT, "docs"))
import read_stream  # noqa: E402


def fixture(name):
    return os.path.join(FIXTURES, name)


def cached(name):
    """The path of a file of this name in the folder of intermediate streams."""
    path = os.path.join(CACHE, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


@functools.lru_cache(None)
def version():
    """A digest of the filters: intermediate streams of other versions are not used again."""
    h = hashlib.sha256()
    for name in ("lesion", "coherence", "spectral", "clusterability", "corr", "activations",
                 "extract-weights", "laplacian", "read-data", "import", "repeat"):
        with open(os.path.join(ROOT, "bin", name), "rb") as f:
            h.update(f.read())
    return h.hexdigest()[:16]


def shell(command):
    """Run a pipe of filters; its stderr. A filter that fails stops the measure."""
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command}: exit code {done.returncode}: {done.stderr[-2000:]}")
    return done.stderr


def stream(name, command):
    """The path of a stream that the pipe writes to stdout, made unless these filters made it."""
    path = cached(f"streams/{name}.brc")
    stamp = hashlib.sha256(f"{version()}\n{command}".encode()).hexdigest()
    try:
        with open(f"{path}.made", encoding="ascii") as f:
            if f.read() == stamp and os.path.exists(path):
                return path
    except FileNotFoundError:
        pass
    os.makedirs(os.path.dirname(path), exist_ok=True)
    shell(f"{command} >'{path}'")
    with open(f"{path}.made", "w", encoding="ascii") as f:
        f.write(stamp)
    return path


def read(path):
    with open(path, "rb") as f:
        return read_stream.read(f)[0]


def section(path, kind, name=None):
    """The only section of this type (and name) of a stream."""
    found = [s for s in read(path) if s.type == kind and name in (None, s.name)]
    if len(found) != 1:
        raise RuntimeError(f"{path}: {len(found)} sections {kind} {name or ''}")
    return found[0]


def write_labels(path, labels):
    """A table of labels for import: {layer: array of clusters}."""
    with open(path, "w", encoding="ascii") as f:
        f.write("layer\tunit\tcluster\n")
        for layer, label in labels.items():
            f.writelines(f"{layer}\t{u}\t{c}\n" for u, c in enumerate(label))


def row(measure, result, bound="", good=None, published=""):
    """A row of a table: good is whether the bound holds, None where there is no bound."""
    return SimpleNamespace(measure=measure, result=result, bound=bound, good=good,
                           published=published)


def share(hits, of):
    return f"{hits} of {of}"


def print_rows(title, rows):
    """Print rows as they come; a list of them."""
    print(f"\n{title}\n")
    print("| measure | published rules | bound | result | |")
    print("|---|---|---|---|---|", flush=True)
    printed = []
    for r in rows:
        verdict = "" if r.good is None else ("holds" if r.good else "FAILS")
        print(f"| {r.measure} | {r.published} | {r.bound} | {r.result} | {verdict} |", flush=True)
        printed.append(r)
    return printed
