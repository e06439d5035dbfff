"""Networks as torch exports them, at operator sets 11 to 17, run by torch and by broca.

    exports.py NETWORK BIN [NAME...]        check all cases, or those called NAME
    exports.py --write                      write the fixtures: fixtures/exports/NAME.onnx, and
                                            tests/golden/exports/NAME.npz and list.tsv
    exports.py --values                     the latter two alone

NETWORK is .build/bench/network, BIN the folder of the filters. Of each case are compared, to
1e-4 of the largest value: the output; the values of every layer before its activation, with
those of the torch module of its name; the output with half of a layer's units silenced, with
torch's when the module's output is changed alike; and the weights of the edges in `edges`.

A case is an entry of CASES, which the files exports_*.py beside this one fill, too.
"""
import argparse
import glob
import importlib
import io
import os
import subprocess
import sys
import tempfile
import warnings
from dataclasses import dataclass, field
from typing import Callable, Dict, List, Optional

import numpy as np
import torch

warnings.filterwarnings("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../docs"))
sys.path.insert(0, HERE)
TOLERANCE = 1e-4
SETS = (11, 12, 13, 14, 15, 16, 17)


@dataclass
class Case:
    """A module, what it is exported with, and what broca is given to run the export."""

    name: str
    make: Callable[[], torch.nn.Module]  # with its random weights; called after manual_seed(0)
    inputs: Dict[str, torch.Tensor]  # of several images; by the names of the inputs
    data: Optional[str] = None  # the input that the data set holds; None: the first
    arrays: List[str] = field(default_factory=list)  # further inputs that it holds
    axes: Dict[str, Dict[int, str]] = field(default_factory=dict)  # dynamic_axes
    batch: Optional[int] = None  # images of the export; 0: one, by itself; None: all of `inputs`
    other: Dict[str, torch.Tensor] = field(default_factory=dict)  # exported with these instead
    outputs: List[str] = field(default_factory=lambda: ["y"])
    which: int = 0  # the output that is compared
    options: List[str] = field(default_factory=list)  # of broca: --shape, --output
    per_token: bool = False  # one answer for each token
    tokens_first: bool = False  # values of modules are [tokens, images, units]
    steps_first: str = ""  # "in": the module takes [steps, images, ...]; "all": and gives that;
    # "flat": and gives [steps * images, ...]
    prepare: Callable = lambda y: y  # what torch's output is before a closing softmax
    layers: Dict[str, str] = field(default_factory=dict)  # broca's name: torch's, if they differ
    unlike: List[str] = field(default_factory=list)  # layers that are no torch module
    parts: Optional[Dict] = None  # all layers that are "mlp", or [units]: the head of each, or -1
    edges: Optional[Callable] = None  # of the module: {(from, to): weights [from, to]}
    sets: tuple = SETS
    fixture: Optional[int] = None  # operator set of the committed export
    script: bool = False  # exported as torch.jit.script makes it, with branches and loops
    labels: Optional[np.ndarray] = None  # or targets; None: class 0 of everything
    counts: Optional[Callable] = None  # of scores and labels: right answers and losses by cell
    export: Dict = field(default_factory=dict)  # further arguments of torch.onnx.export


CASES: List[Case] = []


# ---- the export, and what torch makes of it ----

def take(case, x, i, n):
    """n images from image i on; all that is no tensor of images; one without its dimension."""
    if x.dim() == 0 or n is None:
        return x
    return x[i] if case.batch == 0 else x[i:i + n]


def given(case, x, i, n):
    """What the module takes."""
    x = take(case, x, i, n)
    return x.transpose(0, 1) if case.steps_first else x


def export(case, net, opset, path):
    first = {**case.inputs, **case.other}
    args = tuple(x if name in case.other else given(case, x, 0, case.batch)
                 for name, x in first.items())
    torch.onnx.export(torch.jit.script(net) if case.script else net, args, path, opset_version=opset, input_names=list(case.inputs),
                      output_names=case.outputs,
                      dynamic_axes={k: v for k, v in case.axes.items()
                                    if k in case.inputs or k in case.outputs} or None,
                      **case.export)


def call(case, net):
    """What torch gives, as many images at a time as the export takes."""
    n = len(next(iter(case.inputs.values())))
    step = n if case.batch is None else case.batch or 1
    parts = []
    with torch.no_grad():
        for i in range(0, n, step):
            y = net(*[given(case, x, i, step) for x in case.inputs.values()])
            y = (y if isinstance(y, (tuple, list)) else [y])[case.which]
            if case.steps_first == "flat":
                y = y.view(-1, min(step, n - i), y.shape[-1])
            parts.append(y.transpose(0, 1) if case.steps_first in ("all", "flat") else y)
    return case.prepare(torch.stack(parts) if case.batch == 0 else torch.cat(parts)).detach()


def module(case, net, name):
    found = dict(net.named_modules()).get(case.layers.get(name, name))
    if found is None and name not in case.unlike:
        raise ValueError(f"layer {name} is no module of {sorted(dict(net.named_modules()))}")
    return found


def axis_of(part):
    return 1 if isinstance(part, (torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.ConvTranspose2d)) \
        else -1


def means(case, net, name):
    """[n, units]: the module's output, means over places."""
    part, seen = module(case, net, name), []
    hook = part.register_forward_hook(lambda m, x, y: seen.append(y))
    call(case, net)
    hook.remove()
    rows = [y.detach().movedim(axis_of(part), -1) for y in seen]
    if case.tokens_first:  # but for what comes before and behind the encoder
        n = len(next(iter(case.inputs.values())))
        rows = [y if len(y) == n or y.dim() == 2 else y.transpose(0, 1) for y in rows]
    return torch.cat([y.reshape(1 if case.batch == 0 else len(y), -1, y.shape[-1]).mean(1)
                      for y in rows])


def first_half(units):
    """What is kept when the first half is silenced."""
    return (torch.arange(units) >= (units + 1) // 2).float()


def silenced(case, net, name, keep):
    """The output with units of a layer times `keep`: its activation of 0 must be 0."""
    part = module(case, net, name)

    def change(_, __, y):
        return (y.movedim(axis_of(part), -1) * keep).movedim(-1, axis_of(part))

    hook = part.register_forward_hook(change)
    y = call(case, net)
    hook.remove()
    return y


# ---- what broca makes of it ----

def write_data(case, path):
    """An archive that read-data reads."""
    name = case.data or next(iter(case.inputs))
    x = case.inputs[name]
    tokens = not x.is_floating_point()
    images = x.numpy().astype(np.int32 if tokens else np.float32)
    labels = np.zeros(images.shape if case.per_token else len(images), np.int32)
    labels = labels if case.labels is None else case.labels
    more = {k: case.inputs[k].numpy() for k in case.arrays}
    np.savez(path, images=images, labels=labels, **more)
    return (["--tokens"] if tokens else []) + [f"--input={k}" for k in case.arrays]


def read_data(case, tools, folder):
    options = write_data(case, f"{folder}/data.npz")
    data = f"{folder}/data.brc"
    subprocess.run([f"{tools}/read-data", "-q", "--images", "images", "--labels", "labels",
                    *options, f"{folder}/data.npz", "-o", data], check=True)
    return data


def run_network(case, network, data, model):
    """layers: {I: (name, units)}; values: {(what, I)}: [images, ...]."""
    with open(data, "rb") as f:
        text = subprocess.run([network, "--model", model, *case.options], stdin=f, check=True,
                              stdout=subprocess.PIPE, text=True).stdout
    layers, values = {}, {}
    for line in text.splitlines():
        word = line.split()
        if word[0] == "layer":
            layers[int(word[1])] = word[2], int(word[5])
            continue
        key = (word[0], 0) if word[0] == "output" else (word[0], int(word[1]))
        row = [float.fromhex(v) for v in word[2 if word[0] == "output" else 3:]]
        values.setdefault(key, []).append(row)
    return layers, {key: np.array(rows) for key, rows in values.items()}


def extract(case, tools, data, model, *options):
    import read_stream  # only where sections are compared: it needs msgpack
    stream = subprocess.run([f"{tools}/extract-weights", "-q", "--data", data, *options,
                             *case.options, model], check=True, stdout=subprocess.PIPE).stdout
    return read_stream, read_stream.read(io.BytesIO(stream))[0]


def parts(case, tools, data, model):
    """As Case.parts; every layer of the network must be traced."""
    kinds = sorted({"mlp" if part == "mlp" else "heads" for part in case.parts.values()})
    _, sections = extract(case, tools, data, model, "--units", ",".join(kinds))
    found = {}
    for s in sections:
        first = 0
        for name, units in zip(s.arrays.get("layer/name", []), s.arrays.get("layer/units", [])):
            if s.type == "labels":
                found[name.decode()] = s.arrays["label"][first:first + units].tolist()
            elif s.type == "weights":
                found.setdefault(name.decode(), "mlp")
            first += units
    return found


def edges(case, tools, data, model):
    read_stream, sections = extract(case, tools, data, model, "--units", "all", "--skip-untraced")
    weights = next(s for s in sections if s.type == "weights")
    names = [name.decode() for name in weights.arrays["layer/name"]]
    return {(names[r["from"]], names[r["to"]]): read_stream.block(weights, i)
            for i, r in enumerate(weights.records)}


def lesions(case, tools, data, model):
    """The sections labels and lesions: the network in two clusters, each silenced."""
    import read_stream
    run = (f"set -o pipefail; {tools}/extract-weights -q --data {data} {model} | {tools}/laplacian "
           f"-q | {tools}/spectral -q -k 2 | {tools}/lesion -q -n 1 --data {data} --model {model}")
    stream = subprocess.run(["bash", "-c", run], check=True, stdout=subprocess.PIPE).stdout
    sections, _ = read_stream.read(io.BytesIO(stream))
    return [next(s for s in sections if s.type == kind) for kind in ("labels", "lesions")]


# ---- side by side ----

def differs(have, want):
    """The largest difference, in the largest value wanted."""
    have, want = np.asarray(have, np.float64), np.asarray(want, np.float64)
    if have.size != want.size:
        raise ValueError(f"{have.shape} instead of {want.shape}")
    have = have.reshape(want.shape)
    scale = max(np.abs(want).max(), 1e-6) if want.size else 1
    return float(np.abs(have - want).max() / scale) if want.size else 0.0


def check_once(case, net, opset, network, tools, folder):
    model = f"{folder}/net.onnx"
    export(case, net, opset, model)
    data = read_data(case, tools, folder)
    layers, have = run_network(case, network, data, model)
    worst = {"output": differs(have[("output", 0)], call(case, net))}
    for i, (name, units) in layers.items():
        if name in case.unlike:
            continue
        worst[f"values of {name}"] = differs(have[("sum", i)], means(case, net, name))
        worst[f"{name} silenced"] = differs(have[("silenced", i)],
                                            silenced(case, net, name, first_half(units)))
    if case.parts:
        found = parts(case, tools, data, model)
        if found != case.parts:
            raise ValueError(f"parts {found} instead of {case.parts}")
    if case.edges:
        found = edges(case, tools, data, model)
        for key, want in case.edges(net).items():
            worst[f"weights {key}"] = differs(found[key], want.detach().numpy())
    if case.counts:
        worst.update(check_counts(case, net, tools, data, model))
    return len(layers), worst


def check_counts(case, net, tools, data, model):
    """Right answers, which must be equal, and losses; of the network and of every lesion."""
    labels, have = lesions(case, tools, data, model)
    names = [name.decode() for name in labels.arrays["layer/name"]]
    of_unit = np.repeat(np.arange(len(names)), labels.arrays["layer/units"])
    a, worst = have.arrays, {}

    def compare(what, scores, correct, loss):
        right, nats = case.counts(scores.double(), torch.from_numpy(case.labels))
        if right is not None and list(right) != list(correct):
            raise ValueError(f"{what}: {list(correct)} are right, not {list(right)}")
        worst[f"loss {what}"] = differs(loss, nats)

    zeros = np.zeros_like(a["baseline/loss"])
    compare("unharmed", call(case, net), a.get("baseline/correct", zeros), a["baseline/loss"])
    for s, (layer, cluster) in enumerate(zip(a["subcluster/layer"], a["subcluster/cluster"])):
        units = labels.arrays["label"][of_unit == layer] == cluster
        scores = silenced(case, net, names[layer], torch.from_numpy(~units).float())
        compare(f"of {names[layer]}, cluster {cluster}", scores,
                a["correct"][0, s] if "correct" in a else zeros, a["loss"][0, s])
    return worst


def check(case, network, tools):
    good = True
    for opset in case.sets:
        torch.manual_seed(0)
        net = case.make().eval()
        with tempfile.TemporaryDirectory() as folder:
            try:
                layers, worst = check_once(case, net, opset, network, tools, folder)
            except (subprocess.CalledProcessError, ValueError, KeyError, RuntimeError,
                    torch.onnx.errors.OnnxExporterError) as e:
                print(f"FAILED {case.name}, operator set {opset}: {e}", flush=True)
                good = False
                continue
        what = max(worst, key=worst.get)
        fine = worst[what] <= TOLERANCE
        good = good and fine
        print(f"{'ok' if fine else 'FAILED'} {case.name}, operator set {opset}: {layers} layers, "
              f"largest difference {worst[what]:.1e} ({what})", flush=True)
    return good


# ---- the fixtures ----

def silenced_layer(case, net):
    """A layer that broca calls as torch does; "-": not known without broca."""
    kinds = (torch.nn.Linear, torch.nn.Conv2d)
    names = [name for name, part in net.named_modules() if isinstance(part, kinds)]
    return names[0] if names and not case.unlike and not case.layers else "-"


def write(case, model):
    """The arrays that go in, and what comes out; the export itself if `model` is true."""
    torch.manual_seed(0)
    net = case.make().eval()
    os.makedirs("tests/golden/exports", exist_ok=True)
    if model:
        os.makedirs("fixtures/exports", exist_ok=True)
        export(case, net, case.fixture, f"fixtures/exports/{case.name}.onnx")
    names = {"input": case.data or next(iter(case.inputs)), **{k: k for k in case.arrays}}
    arrays = {}
    for k, name in names.items():
        real = case.inputs[name].is_floating_point()
        arrays[k] = case.inputs[name].numpy().astype(np.float32 if real else np.int32)
    for layer, part in (case.parts or {}).items():
        kind, label = ("mlp", [0]) if part == "mlp" else ("head", part)
        arrays[f"{kind}.{layer}"] = np.array(label, np.int32)
    arrays["output"] = call(case, net).numpy().astype(np.float32)
    layer = silenced_layer(case, net)
    if layer != "-":
        keep = first_half(dict(net.named_modules())[layer].weight.shape[0])
        arrays["silenced"] = silenced(case, net, layer, keep).numpy().astype(np.float32)
    np.savez(f"tests/golden/exports/{case.name}.npz", **arrays)


def write_all(cases, model):
    """list.tsv: the export, further arrays, --shape, --output, a layer."""
    cases = [c for c in cases if c.fixture]
    for case in cases:
        write(case, model)
    with open("tests/golden/exports/list.tsv", "w") as f:
        for case in cases:
            torch.manual_seed(0)
            asked = dict(zip(case.options[::2], case.options[1::2]))
            print(case.name, ",".join(case.arrays) or "-", asked.get("--shape", "-"),
                  asked.get("--output", "-"), silenced_layer(case, case.make()),
                  sep="\t", file=f)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--values", action="store_true")
    parser.add_argument("args", nargs="*")
    given = parser.parse_args()
    torch.manual_seed(0)
    for path in sorted(glob.glob(os.path.join(HERE, "exports_*.py"))):
        importlib.import_module(os.path.basename(path)[:-3])
    cases = sys.modules["exports"].CASES
    if given.write or given.values:
        write_all(cases, given.write)
        return 0
    names = given.args[2:]
    chosen = [c for c in cases if not names or c.name in names]
    bad = [c.name for c in chosen if not check(c, *given.args[:2])]
    print(f"{len(chosen) - len(bad)} of {len(chosen)} kinds of export agree with torch")
    return 1 if bad or not chosen else 0


if __name__ == "__main__":
    sys.modules["exports"] = sys.modules["__main__"]
    sys.exit(main())
