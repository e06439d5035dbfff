"""Golden values of lesions, from torch: small networks with units silenced.

    /usr/bin/python3 tests/oracle/lesion_torch.py      (from the root of the repository)

writes tests/golden/net/lesions.npz. For every model NAME of fixtures/small that is made of
dense layers and every layer I of it:
    NAME.input      seven rows
    NAME.I.mask     [units], 1 where silenced
    NAME.I.zero     logits with these units' outputs multiplied by 0
    NAME.I.in       logits with their pre-activations set to 0: no incoming weights, no bias
and for tests/golden/net/balanced.onnx (the network `sigmoid`, its last layer scaled and
shifted so that it tells 600 random rows apart):
    image, label    the rows [600, 6] and their classes
    zero, in        [2, 3] rows classified correctly with units sigmoid.I.mask silenced, I = 1, 2
    zero_loss, in_loss      [2, 3] summed cross-entropy in nats
    baseline        [3] correct with all units
"""
import numpy as np
import onnx
import onnx.numpy_helper
import torch
from torch.nn.functional import cross_entropy

from networks import DENSE, softmax_input
from onnx_torch import Network

BALANCED = "tests/golden/net/balanced.onnx"


def silenced(net, x, layer, mask, pre):
    """Logits, units of `mask` at 0 before (pre) or after the activation."""
    value = net.layers[layer - 1][0 if pre else 1]
    keep = torch.from_numpy(1 - mask).float()
    at = net.run(x, lambda name, v: v * keep if name == value else v)
    return at[softmax_input(net)]


def small(name, rng, out):
    net = Network(f"fixtures/small/{name}.onnx")
    shape = [d.dim_value for d in net.graph.input[0].type.tensor_type.shape.dim][1:]
    out[f"{name}.input"] = rng.normal(0, 1, (7, *shape)).astype(np.float32)
    x = torch.from_numpy(out[f"{name}.input"])
    at = net.run(x)
    for i, (pre, _) in enumerate(net.layers, 1):
        mask = (rng.random(at[pre].shape[1]) < 0.5).astype(np.uint8)
        out[f"{name}.{i}.mask"] = mask
        out[f"{name}.{i}.zero"] = silenced(net, x, i, mask, False).numpy()
        out[f"{name}.{i}.in"] = silenced(net, x, i, mask, True).numpy()


def scores(logits, labels):
    best = logits.topk(2).values
    if (best[:, 0] - best[:, 1]).min() < 1e-5:
        raise AssertionError("a prediction depends on rounding: choose other rows")
    right, loss = logits.argmax(1) == labels, cross_entropy(logits.double(), labels,
                                                            reduction="none")
    return ([int(right[labels == c].sum()) for c in range(3)],
            [float(loss[labels == c].sum()) for c in range(3)])


def balance(image):
    """Every class is the answer for some rows; rounded, so that every machine makes one file."""
    model = onnx.load("fixtures/small/sigmoid.onnx")
    weights = {t.name: t for t in model.graph.initializer}
    logits = Network("fixtures/small/sigmoid.onnx").run(torch.from_numpy(image))["output"]
    gain = np.float32(round(4 / logits.std(0).mean().item()))
    middle = np.round(logits.mean(0).numpy(), 2)
    w, b = (onnx.numpy_helper.to_array(weights[k]) for k in ("4.weight", "4.bias"))
    for key, a in (("4.weight", gain * w), ("4.bias", gain * (b - middle))):
        weights[key].raw_data = a.astype(np.float32).tobytes()
    onnx.save(model, BALANCED)


def labelled(rng, out):
    """Labels are what the network says, a tenth of them replaced."""
    image = rng.normal(0, 3, (600, 6)).astype(np.float32)
    balance(image)
    net = Network(BALANCED)
    x = torch.from_numpy(image)
    right = net.run(x)[net.output].argmax(1).numpy()
    label = np.where(rng.random(600) < 0.1, rng.integers(0, 3, 600), right)
    y = torch.from_numpy(label.astype(np.int64))
    out["image"], out["label"] = image, label.astype(np.int32)
    out["baseline"] = np.array(scores(net.run(x)[net.output], y)[0], np.int32)
    for how in ("zero", "in"):
        rows = [scores(silenced(net, x, i, out[f"sigmoid.{i}.mask"], how == "in"), y)
                for i in range(1, len(net.layers))]
        out[how] = np.array([r[0] for r in rows], np.int32)
        out[f"{how}_loss"] = np.array([r[1] for r in rows])
    if (out["zero"] == out["in"]).all(1).any():
        raise AssertionError("the two ablations must differ in both hidden layers")


def main():
    torch.set_num_threads(1)
    rng, out = np.random.default_rng(3), {}
    for name in DENSE:
        small(name, rng, out)
    labelled(rng, out)
    np.savez_compressed("tests/golden/net/lesions.npz", **out)
    print({k: out[k].tolist() for k in ("baseline", "zero", "in")})


if __name__ == "__main__":
    main()
