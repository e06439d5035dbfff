"""Golden values of the recurrent networks of fixtures/recurrent: run, with units silenced, edges.

    /usr/bin/python3 tests/oracle/recurrent.py     (from the root of the repository)

Writes tests/golden/net/recurrent/NAME.npz. Layers L count from 1 in the order of the nodes; those
of both directions are two, forward first.
    input           [7, steps, features], f4
    output          [7, classes], f4
    post.L          [7, steps, units], f4: what the last recurrent layers put out
    mask.L          [units] u1, of each recurrent layer: half of its units
    zero.L          outputs with these silenced: what they put out is 0 wherever it is used, at
                    the next step, too
    in.L            outputs with their incoming weights and biases set to 0
    NORM.I.J        [units of I, units of J], f4: edges to and from recurrent layers; the norm is
                    over gates. NORM.J.J: from each unit to each, one step later
The networks that torch exported are run by torch's modules, made again from their seed; a lesion
edits their weights. The others are run by the formulas of onnx.ai/onnx/operators in NumPy.
"""
import copy
import os
import sys

import numpy as np
import onnx
import torch
from onnx.numpy_helper import to_array

sys.path.insert(0, "fixtures")
import make_recurrent  # noqa: E402

OUT = "tests/golden/net/recurrent"
ROWS = 7
NORMS = {"l1": lambda w: np.abs(w).sum(0), "l2": lambda w: np.sqrt((w ** 2).sum(0)),
         "colsum": lambda w: np.abs(w).sum(0), "spectral": lambda w: np.sqrt((w ** 2).sum(0))}


def half(random, units):
    mask = np.zeros(units, np.uint8)
    mask[random.permutation(units)[:units // 2]] = 1
    return mask


def edges(values, layer, before, w, r, gates, behind):
    """before: list of (layer, units) whose features w reads, in order; behind: likewise."""
    for norm, of in NORMS.items():
        per_gate = of(w.reshape(gates, -1, w.shape[-1]))
        at = 0
        for source, units in before:
            values[f"{norm}.{source}.{layer}"] = per_gate[:, at:at + units].T
            at += units
        values[f"{norm}.{layer}.{layer}"] = of(r.reshape(gates, -1, r.shape[-1])).T
        for target, weights in behind:
            values[f"{norm}.{layer}.{target}"] = np.abs(weights).T


# ---- torch's ----

def suffixes(rnn):
    return [(k, d, f"l{k}{'_reverse' if d else ''}")
            for k in range(rnn.num_layers) for d in range(1 + rnn.bidirectional)]


def silenced(net, index, mask, weights):
    """The network without what the units of recurrent layer `index` bring."""
    net = copy.deepcopy(net)
    rnn, chosen = net.rnn, torch.tensor(mask).bool()
    k, d, name = suffixes(rnn)[index]
    n, directions = rnn.hidden_size, 1 + rnn.bidirectional
    with torch.no_grad():
        if weights:
            for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                p = getattr(rnn, f"{part}_{name}")
                p.view(p.shape[0] // n, n, -1)[:, chosen] = 0
            return net
        getattr(rnn, f"weight_hh_{name}")[:, chosen] = 0
        mine = torch.zeros(directions * n, dtype=torch.bool)
        mine[d * n:(d + 1) * n] = chosen
        if k + 1 == rnn.num_layers:
            net.keep = (~mine).double()
        else:
            for e in range(directions):
                getattr(rnn, f"weight_ih_l{k + 1}{'_reverse' if e else ''}")[:, mine] = 0
    return net


def from_torch(name, net, random):
    x = random.normal(0, 1, (ROWS, make_recurrent.STEPS, make_recurrent.FEATURES))
    x = x.astype(np.float32)
    given = torch.tensor(x).double()
    net = net.double()
    rnn, layers = net.rnn, suffixes(net.rnn)
    n, behind = rnn.hidden_size, len(layers) + 1
    last = net.middle if net.middle is not None else net.fc
    values = {"input": x, "output": net(given)}
    y = net.recur(given)[0]
    y = y if rnn.batch_first else y.permute(1, 0, 2)
    for i, (k, d, suffix) in enumerate(layers):
        layer, directions = i + 1, 1 + rnn.bidirectional
        mask = half(random, n)
        values[f"mask.{layer}"] = mask
        values[f"zero.{layer}"] = silenced(net, i, mask, False)(given)
        values[f"in.{layer}"] = silenced(net, i, mask, True)(given)
        top = k + 1 == rnn.num_layers
        if top:
            values[f"post.{layer}"] = y[..., d * n:(d + 1) * n]
        w = getattr(rnn, f"weight_ih_{suffix}").detach().numpy()
        r = getattr(rnn, f"weight_hh_{suffix}").detach().numpy()
        before = ([(0, make_recurrent.FEATURES)] if k == 0 else
                  [((k - 1) * directions + e + 1, n) for e in range(directions)])
        fc = last.weight.detach().numpy()[:, d * n:(d + 1) * n]
        edges(values, layer, before, w, r, w.shape[0] // n, [(behind, fc)] if top else [])
    return values


# ---- by formulas ----

def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def coupled_lstm(t, x, mask, weights):
    """i, o, f, c; 1 - i instead of f."""
    n = t["r"].shape[2]
    w, r = (t[k][0].reshape(4, n, -1) for k in "wr")
    b = t["b"][0].reshape(8, n)
    b = b[:4] + b[4:]
    h = c = np.zeros((len(x), n))
    alive = 1 - mask if not weights else np.ones(n)
    fed = 1 - mask if weights else np.ones(n)
    steps = []
    for s in range(x.shape[1]):
        i, o, _, g = [(x[:, s] @ w[k].T + h @ r[k].T + b[k]) * fed for k in range(4)]
        c = (1 - sigmoid(i)) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c) * alive
        steps.append(h)
    return np.concatenate([h, c * alive], 1) @ t["fc"], np.stack(steps, 1)


def gates_lstm(t, x, mask, weights):
    """i, o, f, c; all are cut off at 0.9; five steps of six."""
    n = t["r"].shape[2]
    w, r = (t[k][0].reshape(4, n, -1) for k in "wr")
    b = t["b"][0].reshape(8, n)
    b = b[:4] + b[4:]
    p = t["p"][0].reshape(3, n)  # i, o, f
    h, c = np.tile(t["h"][0], (len(x), 1)), np.tile(t["c"][0], (len(x), 1))
    alive = 1 - mask if not weights else np.ones(n)
    fed = 1 - mask if weights else np.ones(n)

    def f(v):
        return np.clip(0.3 * np.clip(v, -0.9, 0.9) + 0.45, 0, 1)

    steps = []
    for s in range(x.shape[1]):
        if s == x.shape[1] - 1:
            steps.append(np.zeros_like(h))
            continue
        i, o, forget, g = [(x[:, s] @ w[k].T + (h * alive) @ r[k].T + b[k]) * fed for k in range(4)]
        i = f(i + p[0] * c)
        c = f(forget + p[2] * c) * c + i * (1.2 * np.tanh(0.8 * np.clip(g, -0.9, 0.9)))
        o = f(o + p[1] * c)
        v = np.clip(c, -0.9, 0.9)
        h = o * (v / (1 + np.abs(v))) * alive
        steps.append(h)
    return np.concatenate([h, c * alive], 1) @ t["fc"], np.stack(steps, 1)


def back_gru(t, x, mask, weights):
    """z, r, h, where r holds back what the units were before they are multiplied."""
    n = t["r"].shape[2]
    w, r = (t[k][0].reshape(3, n, -1) for k in "wr")
    b = t["b"][0].reshape(6, n)
    b = b[:3] + b[3:]
    h = np.tile(t["h"][0], (len(x), 1))
    alive = 1 - mask if not weights else np.ones(n)
    fed = 1 - mask if weights else np.ones(n)
    h = h * alive
    steps = [None] * x.shape[1]
    for s in reversed(range(x.shape[1])):
        z = sigmoid((x[:, s] @ w[0].T + h @ r[0].T + b[0]) * fed)
        reset = sigmoid((x[:, s] @ w[1].T + h @ r[1].T + b[1]) * fed)
        new = np.tanh((x[:, s] @ w[2].T + (reset * h) @ r[2].T + b[2]) * fed)
        h = ((1 - z) * new + z * h) * alive
        steps[s] = h
    return h @ t["fc"], np.stack(steps, 1)


def from_formulas(name, run, gates, random):
    model = onnx.load(f"fixtures/recurrent/{name}.onnx")
    t = {i.name: to_array(i).astype(np.float64) for i in model.graph.initializer}
    n = t["r"].shape[2]
    x = random.normal(0, 1, (ROWS, make_recurrent.STEPS, make_recurrent.FEATURES))
    x = x.astype(np.float32)
    mask = half(random, n)
    output, post = run(t, x.astype(np.float64), np.zeros(n), False)
    values = {"input": x, "output": output, "post.1": post, "mask.1": mask,
              "zero.1": run(t, x, mask, False)[0], "in.1": run(t, x, mask, True)[0]}
    fc = t["fc"].reshape(-1, n, 3)
    edges(values, 1, [(0, make_recurrent.FEATURES)], t["w"][0], t["r"][0], gates, [])
    for norm in NORMS:  # y_h and y_c come from the same unit: two weights
        values[f"{norm}.1.2"] = (np.sqrt((fc ** 2).sum(0)) if norm == "l2"
                                 else np.abs(fc).sum(0))
    return values


def main():
    os.makedirs(OUT, exist_ok=True)
    random = np.random.default_rng(7)
    made = {name: from_torch(name, net, random)
            for name, (net, _) in make_recurrent.networks().items()}
    made["gates"] = from_formulas("gates", gates_lstm, 4, random)
    made["coupled"] = from_formulas("coupled", coupled_lstm, 4, random)
    made["back"] = from_formulas("back", back_gru, 3, random)
    for name, values in made.items():
        arrays = {k: v.detach().numpy() if isinstance(v, torch.Tensor) else v
                  for k, v in values.items()}
        np.savez_compressed(f"{OUT}/{name}.npz", **{
            k: np.ascontiguousarray(a, a.dtype if a.dtype == np.uint8 else "f4") for k, a in arrays.items()})


if __name__ == "__main__":
    main()
