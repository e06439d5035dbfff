"""Golden values of networks of every family, from torch: run, and with units silenced.

    /usr/bin/python3 tests/oracle/family_networks.py     (from the root of the repository)

Layers I count from 1 as in tests/golden/net/tracing/NAME.tsv (tracing.py). All is computed in
double precision. Writes, for the trained networks, tests/golden/net/NAME.npz:
    output          [16, classes], f4, the first 16 of the 2,000 test images in fixtures; for
                    the text model [4, 64, classes], the first windows of text-test.npz
    pre.I, post.I   [16 or 4, units], f4: layer I before and after its activation, means over
                    space or tokens
    layer, mask     lesions: [m] i4, [m, widest layer] u1, 1 where silenced (output times 0,
                    wherever it is used); lesion 0 silences nothing, then two for each layer
                    but the last: half of its units, an eighth
    correct, loss   [m, classes], i4 and f8, over the first 200 images or windows (each token
                    counts): classified correctly, summed cross-entropy in nats
    close           [m], i4: predictions whose two best logits differ by less than 1e-4 of the
                    row's largest magnitude; as many may differ in single precision
and for networks of fixtures/small beyond dense chains, and fixtures/planted (as planted-NAME):
    input           [7, ...], f4, or i8 for tokens
    output, pre.I, post.I       as above, of these rows
    mask.I, zero.I  for each layer but the last: [units] u1, outputs with these silenced
"""
import glob
import os
import sys

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from networks import DENSE
from tracing import REFUSED
from units import Model

sys.path.insert(0, "fixtures")
import fashion_mnist  # noqa: E402

OUT = "tests/golden/net"
IMAGES = ["vgg", "resnet", "inception", "mobilenet", "vit"]
ROWS, COUNTED = 16, 200


def means(model, at, rows):
    """pre.I and post.I of the first rows."""
    values = {}
    for layer in model.units:
        for key, name in (("pre", layer.pre), ("post", layer.post)):
            v = at[name][:rows].movedim(layer.axis, -1)
            values[f"{key}.{layer.index}"] = v.reshape(rows, -1, layer.units).mean(1).float()
    return values


def run(model, x, change=None):
    return model.run(x, change)[model.output]


def lesions(model, rng):
    """[(layer or None, mask [units])]"""
    chosen = [(None, np.zeros(1, np.uint8))]
    for layer in model.units[:-1]:
        for part in (2, 8):
            mask = np.zeros(layer.units, np.uint8)
            mask[rng.permutation(layer.units)[:max(layer.units // part, 1)]] = 1
            chosen.append((layer, mask))
    return chosen


def score(logits, labels):
    """Correct and loss of each class, and the number of close calls; axis -1 is the classes."""
    logits, labels = logits.flatten(0, -2), labels.flatten()
    right = (logits.argmax(1) == labels).double()
    loss = cross_entropy(logits, labels, reduction="none")
    best = logits.topk(2).values
    close = best[:, 0] - best[:, 1] < 1e-4 * logits.abs().amax(1)
    classes = logits.shape[1]
    sums = [torch.bincount(labels, w, classes) for w in (right, loss)]
    return sums[0].int().numpy(), sums[1].numpy(), int(close.sum())


def trained(name, x, labels, rows):
    model, rng = Model(f"fixtures/{name}.onnx"), np.random.default_rng(4)
    at = model.run(x[:rows])
    out = {"output": at[model.output].float(), **means(model, at, rows)}
    chosen, scores = lesions(model, rng), []
    mask = np.zeros((len(chosen), max(v.units for v in model.units)), np.uint8)
    for i, (layer, units) in enumerate(chosen):
        mask[i, :len(units)] = units
        change = model.scaled({layer: 1 - units}) if layer else None
        logits = torch.cat([run(model, part, change) for part in x[:COUNTED].split(50)])
        scores.append(score(logits, labels[:COUNTED]))
    correct, loss, close = zip(*scores)
    np.savez_compressed(
        f"{OUT}/{name}.npz", **{k: v.numpy() for k, v in out.items()},
        layer=np.array([v.index if v else 0 for v, _ in chosen], np.int32), mask=mask,
        correct=np.stack(correct), loss=np.stack(loss), close=np.array(close, np.int32))
    print(f"{name}: correct {[int(c.sum()) for c in correct]}, loss {loss[0].sum():.4f}, "
          f"close calls {sum(close)}", flush=True)


def example(model, generator):
    kind = next(i for i in model.graph.input if i.name == model.input).type.tensor_type
    shape = [7] + [d.dim_value for d in kind.shape.dim][1:]
    if kind.elem_type == 7:
        sizes = [len(model.constants[n.input[0]]) for n in model.users(model.input)]
        return torch.randint(min(sizes), shape, generator=generator)
    return torch.randn(shape, generator=generator)


def small(path, name, generator):
    model, rng = Model(path), np.random.default_rng(5)
    out = {"input": example(model, generator)}
    x = out["input"].double() if out["input"].is_floating_point() else out["input"]
    at = model.run(x)
    out.update({"output": at[model.output].float(), **means(model, at, len(x))})
    for layer in model.units[:-1]:
        mask = (rng.random(layer.units) < 0.5).astype(np.uint8)
        out[f"mask.{layer.index}"] = torch.from_numpy(mask)
        out[f"zero.{layer.index}"] = run(model, x, model.scaled({layer: 1 - mask})).float()
    np.savez_compressed(f"{OUT}/{name}.npz", **{k: v.numpy() for k, v in out.items()})
    print(f"{name}: {len(model.units)} layers", flush=True)


@torch.no_grad()
def main():
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(2)
    for path in sorted(glob.glob("fixtures/small/*.onnx") + glob.glob("fixtures/planted/*.onnx")):
        name, folder = os.path.basename(path)[:-5], path.split("/")[1]
        if name not in REFUSED and (folder == "planted" or name not in DENSE):
            small(path, f"planted-{name}" if folder == "planted" else name, generator)
    images = fashion_mnist.read_idx("fixtures/fashion-test-2000-images.gz")[:, None]
    labels = fashion_mnist.read_idx("fixtures/fashion-test-2000-labels.gz")
    for name in IMAGES:
        trained(f"fashion-{name}", torch.tensor(images).double() / 255,
                torch.from_numpy(labels.astype(np.int64)), ROWS)
    text = np.load("fixtures/text-test.npz")
    trained("text-transformer", *(torch.from_numpy(text[k]) for k in ("tokens", "targets")), 4)


if __name__ == "__main__":
    main()
