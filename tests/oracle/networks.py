"""Golden values of lib/net, from torch: the networks in fixtures/ run and lesioned.

    /usr/bin/python3 tests/oracle/networks.py          (from the root of the repository)

writes tests/golden/net/NAME.npz for every model of fixtures/small that is made of dense layers:
    input, output   seven rows, float32
    pre.I, post.I   layer I before and after its activation; layers count from 1 in the
                    order of their nodes, layer 0 is the input
    edge.I.J        |weights| from units of layer I to units of layer J
and, for the trained networks, run in double precision, so that losses are the same on every
processor, from the 2,000 images in fixtures/ (the first 32 for outputs):
    output          [32, classes], the network's output
    layer, mask     lesions: [m] layers (1 is the first hidden one), [m, units] 1 where silenced;
                    lesion 0 silences nothing
    correct, loss   [m, classes]: images classified correctly and summed cross-entropy in nats
    lesioned        [m, 32, classes]: the output under each lesion
"""
import os
import sys

import numpy as np
import torch
from torch.nn.functional import cross_entropy, leaky_relu

from onnx_torch import Network

sys.path.insert(0, "fixtures")
import fashion_mnist  # noqa: E402

OUT = "tests/golden/net"
relu = torch.relu


def gemm(p, x):
    x = relu(x @ p["w1"] + p["b1"])
    x = relu(0.5 * (x @ p["w2"].T) + 2 * p["b2"])
    x = torch.tanh(x @ p["w3"])
    x = relu(-1.5 * (x @ p["w4"].T))
    x = relu(x @ p["w5"] - p["b5"])
    return x @ p["w6"] + p["b6"]


def matmul(p, x):
    x = relu(x @ p["w1"] + p["b1"])
    x = torch.sigmoid(x @ p["w2"] + p["b2"])
    return torch.tanh(x @ p["w3"]) @ p["w4"] + p["b4"]


def branches(p, x):
    left = relu(x[:, :2] @ p["wl"] + p["bl"])
    right = torch.tanh(x[:, 2:] @ p["wr"] + p["br"])
    return relu(torch.cat([right, left, x], 1) @ p["w2"] + p["b2"]) @ p["w3"]


def slices(p, x):
    x = relu(x @ p["w1"] + p["b1"])
    front, odd = relu(x[:, :4] @ p["w2"]), relu(x[:, [1, 3, 5, 7]] @ p["w3"])
    back = relu(x[:, [8, 5, 2]] @ p["w4"])
    return torch.cat([front, odd, back, x[:, 7:]], 1) @ p["w5"]


def old_slices(p, x):
    x = torch.cat([relu(x[:, :2] @ p["wl"] + p["bl"]), relu(x[:, 2:] @ p["wr"] + p["br"])], 1)
    return torch.softmax(x[:, :7] @ p["w2"] + p["b2"], 1)


def residual(p, x):
    a = relu(x @ p["w1"] + p["b1"])
    return (a + relu(a @ p["w2"] + p["b2"])) @ p["w3"] + p["b3"]


def twice(p, x):
    a = relu(x @ p["w1"] + p["b1"])
    return a @ p["w2"][:5] + a[:, 1:4] @ p["w2"][5:] + p["b2"]


def constants(p, x):
    a = relu(x @ p["w1"] + p["b1"])
    return relu(relu(a @ p["w2"]) @ p["w2"]) @ p["w4"] + p["b4"]


def exported(activation, first=0, end=lambda y: y):
    """Linear layers numbered first, first + 2, ..., as torch names the members of a Sequential."""
    def run(p, x):
        x, i = x.flatten(1), first
        while f"{i + 2}.weight" in p:
            x, i = activation(x @ p[f"{i}.weight"].T + p[f"{i}.bias"]), i + 2
        return end(x @ p[f"{i}.weight"].T + p[f"{i}.bias"])
    return run


def softmax(y):
    return torch.softmax(y, 1)


# The same networks written in plain torch, to check the interpreter of ONNX.
REFERENCE = {
    "branches": branches, "constants": constants, "gemm": gemm, "matmul": matmul,
    "opset9-slice": old_slices, "residual": residual, "slice": slices, "twice": twice,
    "dropout": lambda p, x: relu(relu(x @ p["w1"] + p["b1"]) @ p["w2"]) @ p["w3"],
    "flatten-reshape":
        lambda p, x: relu(relu(x.flatten(1) @ p["w1"] + p["b1"]) @ p["w2"]) @ p["w3"],
    "leaky-default": lambda p, x: leaky_relu(x @ p["w1"], 0.01) @ p["w2"],
    "opset9-dropout":
        lambda p, x: (relu(x @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"]) @ p["w3"] + p["b3"],
    "fixed-batch": exported(relu), "relu": exported(relu), "tanh": exported(torch.tanh),
    "sigmoid": exported(torch.sigmoid), "image": exported(relu, first=1),
    "leaky": exported(lambda v: leaky_relu(v, 0.2)),
    "softmax": exported(relu, end=softmax), "opset9": exported(relu, end=softmax),
    "log-softmax": exported(torch.tanh, end=lambda y: torch.log_softmax(y, 1)),
}
DENSE = sorted(REFERENCE, key=lambda name: f"{name}.onnx")


def close(a, b, tolerance=1e-6):
    if not torch.allclose(a, b, rtol=tolerance, atol=tolerance):
        raise AssertionError(f"differ by {(a - b).abs().max():g}")


def small(path, generator):
    name = os.path.basename(path)[:-5]
    net = Network(path)
    shape = [d.dim_value for d in net.graph.input[0].type.tensor_type.shape.dim][1:]
    x = torch.randn(7, *shape, generator=generator)
    at = net.run(x)
    close(at[net.output], REFERENCE[name](net.constants, x))
    close(at[net.output][:1], net.run(x[:1])[net.output])
    values = {"input": x, "output": at[net.output]}
    for i, (pre, post) in enumerate(net.layers, 1):
        values[f"pre.{i}"], values[f"post.{i}"] = at[pre], at[post]
    edges = net.edges(x)
    if name == "twice":  # two paths join the same units: their magnitudes add
        w = net.constants["w2"].abs()
        edges[1, 2] = w[:5] + torch.cat([torch.zeros(1, 3), w[5:], torch.zeros(1, 3)])
    values.update({f"edge.{i}.{j}": w for (i, j), w in edges.items()})
    np.savez_compressed(f"{OUT}/{name}.npz", **{k: v.numpy() for k, v in values.items()})
    print(f"{name}: {len(net.layers)} layers, edges {sorted(edges)}")


def softmax_input(net):
    last = net.nodes[-1]
    return last.input[0] if last.op_type == "Softmax" else net.output


def count(net, x, labels, layer, mask):
    """Correct images and loss of each class, and the first 32 outputs, with units silenced."""
    post = net.layers[layer - 1][1]
    keep = torch.from_numpy(1 - mask).to(x.dtype)
    at = net.run(x, lambda name, v: v * keep if name == post else v)
    logits = at[softmax_input(net)]
    best = logits.topk(2).values
    if (best[:, 0] - best[:, 1]).min() < 1e-4:
        raise AssertionError("a prediction depends on rounding: choose other lesions")
    right = logits.argmax(1) == labels
    loss = cross_entropy(logits, labels, reduction="none")
    classes = range(logits.shape[1])
    return ([int(right[labels == c].sum()) for c in classes],
            [float(loss[labels == c].sum()) for c in classes], at[net.output][:32].float().numpy())


def trained(name, images, labels, masks):
    net = Network(f"fixtures/{name}.onnx")
    net.constants = {k: v.double() if v.is_floating_point() else v
                     for k, v in net.constants.items()}
    x = torch.tensor(images).double() / 255
    labels = torch.from_numpy(labels.astype(np.int64))
    rows = [count(net, x, labels, layer, mask) for layer, mask in masks]
    correct, loss, outputs = zip(*rows)
    np.savez_compressed(
        f"{OUT}/{name}.npz", output=outputs[0], lesioned=np.stack(outputs),
        layer=np.array([layer for layer, _ in masks], np.int32),
        mask=np.stack([mask for _, mask in masks]),
        correct=np.array(correct, np.int32), loss=np.array(loss))
    print(f"{name}: correct of {len(x)}: {[sum(c) for c in correct]}")


def random_masks(units, layers, size, rng):
    masks = [(1, np.zeros(units, np.uint8))]
    for layer in range(1, layers + 1):
        mask = np.zeros(units, np.uint8)
        mask[rng.permutation(units)[:size]] = 1
        masks.append((layer, mask))
    return masks


def halves():
    left = np.repeat(np.array([1, 0], np.uint8), 64)
    return [(1, 0 * left)] + [(layer, m) for layer in (1, 2, 3) for m in (left, 1 - left)]


def main():
    torch.set_num_threads(1)
    os.makedirs(OUT, exist_ok=True)
    generator = torch.Generator().manual_seed(1)
    for name in DENSE:
        small(f"fixtures/small/{name}.onnx", generator)

    images = fashion_mnist.read_idx("fixtures/fashion-test-2000-images.gz").reshape(-1, 784)
    labels = fashion_mnist.read_idx("fixtures/fashion-test-2000-labels.gz")
    rng = np.random.default_rng(2)
    masks = random_masks(256, 4, 128, rng)
    trained("fashion-mlp", images, labels, masks)
    trained("fashion-mlp-dropout", images, labels, masks)
    stacked = np.load("fixtures/side-by-side.npz")
    trained("side-by-side", stacked["image"], stacked["label"], halves())
    x = torch.tensor(stacked["image"]).float() / 255
    close(Network("fixtures/side-by-side-split.onnx").run(x)["probability"],
          Network("fixtures/side-by-side.onnx").run(x)["probability"])


if __name__ == "__main__":
    main()
