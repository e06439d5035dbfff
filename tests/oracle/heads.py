"""Attention heads: lesions by a hook, in torch, before the projection that follows attention.

    /usr/bin/python3 tests/oracle/heads.py      (from the root of the repository)

writes, for the trained transformers of fixtures, tests/golden/net/heads/NAME.npz:
    correct, loss   [1 + 3 * 4, classes], i4 and f8, over the first 200 images or windows (each
                    token counts): nothing silenced, then head by head of block by block, its
                    quarter of the input of the projection `out` set to 0
    close           [1 + 3 * 4], i4: predictions whose two best logits differ by less than 1e-4
                    of the row's largest magnitude; as many may differ in single precision
    FROM.TO.NORM    [units, units], f4, of the vision transformer: the weights between features
                    FROM and TO through the projection behind FROM and the residual stream:
                    products of magnitudes, gamma of the normalisation among them, added up
                    (l1) or the root of the added squares (l2)
and for small networks that lay heads out as exporters and libraries do, NAME.onnx and NAME.npz:
    input, output   [7, 5, 6] and [7, 3], f4
    head            [units], i4: of the layer with the values, the head that takes each; -1: none
    zero.H          [7, 3], f4: outputs with head H silenced before the projection
Heads with a layer each have, instead of `head`:
    mask, mixed     [12] and [7, 3]: outputs with features of the joined heads silenced by a mask
And two-ways.onnx, two projections added between MLPs, with two-ways.npz:
    l1, l2          [8, 6], f4: weights between hidden layers, as FROM.TO.NORM
All is computed in double precision. Which units make a head comes from numbering them and
cutting the numbers apart as the values are.
"""
import io
import os
import sys

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch import nn

from family_networks import COUNTED, score
from units import Model

sys.path.insert(0, "fixtures")
import fashion_mnist  # noqa: E402

OUT = "tests/golden/net/heads"
WIDTH, HEADS, GROUPS, EACH, TOKENS = 12, 4, 2, 3, 5


def attend(q, k, v):
    return (q @ k.transpose(-1, -2) * EACH ** -0.5).softmax(-1) @ v


def apart(x, heads=HEADS):
    """[N, T, heads * d] as [N, heads, T, d]."""
    return x.reshape(x.shape[0], -1, heads, EACH).transpose(1, 2)


def together(x):
    return x.transpose(1, 2).reshape(x.shape[0], -1, HEADS * EACH)


class Attention(nn.Module):
    """Heads cut apart by Reshape and Transpose; matrices of their own."""

    def __init__(self, values=WIDTH, keys=WIDTH):
        super().__init__()
        self.query = nn.Linear(WIDTH, WIDTH)
        self.key = nn.Linear(WIDTH, keys)
        self.value = nn.Linear(WIDTH, values)
        self.out = nn.Linear(WIDTH, WIDTH)

    def values(self, v):
        """[N, heads, T, d] of the units that hold the values."""
        return apart(v)

    def forward(self, x):
        return self.out(together(attend(apart(self.query(x)), apart(self.key(x)),
                                        self.values(self.value(x)))))


class Turned(Attention):
    """Values stand on the left of the product."""

    def forward(self, x):
        q, k, v = apart(self.query(x)), apart(self.key(x)), self.values(self.value(x))
        a = (k @ q.transpose(-1, -2) * EACH ** -0.5).softmax(-2)
        return self.out(together((v.transpose(-1, -2) @ a).transpose(-1, -2)))


class Chunks(Attention):
    """A product for each head."""

    def values(self, v):
        return torch.stack(v.chunk(HEADS, -1), 1)

    def forward(self, x):
        parts = zip(*(z.chunk(HEADS, -1) for z in (self.query(x), self.key(x), self.value(x))))
        return self.out(torch.cat([attend(*p) for p in parts], -1))


class Grouped(Attention):
    """Two heads of queries share one of keys and values."""

    def __init__(self):
        super().__init__(GROUPS * EACH, GROUPS * EACH)

    def values(self, v):
        v = apart(v, GROUPS)
        shape = (v.shape[0], GROUPS, HEADS // GROUPS, *v.shape[2:])
        return v[:, :, None].expand(shape).reshape(v.shape[0], HEADS, *v.shape[2:])

    def forward(self, x):
        return self.out(together(attend(apart(self.query(x)), self.values(self.key(x)),
                                        self.values(self.value(x)))))


class Joined(nn.Module):
    """One matrix; [3, heads, d] of it, as vision transformers have it."""

    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)

    def parts(self, x):
        return x.reshape(x.shape[0], -1, 3, HEADS, EACH).permute(2, 0, 3, 1, 4).unbind(0)

    def values(self, qkv):
        return self.parts(qkv)[2]

    def forward(self, x):
        return self.out(together(attend(*self.parts(self.qkv(x)))))


class Interleaved(Joined):
    """One matrix; [heads, 3, d] of it."""

    def parts(self, x):
        return [apart(z.squeeze(3).flatten(2)) for z in
                x.reshape(x.shape[0], -1, HEADS, 3, EACH).split(1, 3)]


class Library(nn.Module):
    """torch's own: one matrix, images and heads in one dimension."""

    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.out = self.attention.out_proj

    def values(self, qkv):
        return apart(qkv.chunk(3, -1)[2])

    def forward(self, x):
        return self.attention(x, x, x)[0]


class Head(nn.Module):
    """A layer for each head."""

    def __init__(self):
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(WIDTH, EACH) for _ in range(3))

    def forward(self, x):
        return attend(self.query(x), self.key(x), self.value(x))


class Listed(nn.Module):
    def __init__(self, stacked=False):
        super().__init__()
        self.heads = nn.ModuleList([Head() for _ in range(HEADS)])
        self.out, self.stacked = nn.Linear(WIDTH, WIDTH), stacked

    def forward(self, x):
        parts = [head(x) for head in self.heads]
        return self.out(torch.stack(parts, 2).flatten(2) if self.stacked
                        else torch.cat(parts, -1))


class Net(nn.Module):
    def __init__(self, attention):
        super().__init__()
        self.embed = nn.Linear(6, WIDTH)
        self.attention = attention
        self.norm = nn.LayerNorm(WIDTH)
        self.fc1 = nn.Linear(WIDTH, 8)
        self.fc2 = nn.Linear(8, WIDTH)
        self.head = nn.Linear(WIDTH, 3)

    def forward(self, x):
        x = self.embed(x)
        x = x + self.attention(x)
        x = x + self.fc2(torch.relu(self.fc1(self.norm(x))))
        return self.head(x.mean(1))


SMALL = {"separate": Attention, "turned": Turned, "chunks": Chunks, "grouped": Grouped,
         "joined": Joined, "interleaved": Interleaved, "library": Library}


def heads_of(attention, units):
    """The head of each unit, and the heads of scores that share each of them."""
    number = torch.arange(units).expand(1, TOKENS, units)
    cut = attention.values(number)[0, :, 0]  # [HEADS, EACH]
    head, shared = np.full(units, -1, np.int32), {}
    for h, row in enumerate(cut.tolist()):
        shared.setdefault(tuple(row), []).append(h)
    for i, row in enumerate(shared):
        head[list(row)] = i
    return head, list(shared.values())


def projection(model, block=None):
    """The name of the value that goes into the projection behind attention."""
    for node in model.nodes:
        path = node.name.split("/")
        out = node.op_type in ("MatMul", "Gemm") and (
            path[-2] == "out" or "out_proj" in node.input[1])
        if out and (block is None or f"block{block}" in path):
            return node.input[0]
    raise ValueError("no projection")


def silenced(name, first, last):
    def change(value, v):
        if value == name:
            v = v.clone()
            v[..., first:last] = 0
        return v
    return change


def export(net, path):
    buffer = io.BytesIO()
    torch.onnx.export(net, torch.zeros(2, TOKENS, 6), buffer, opset_version=13,
                      input_names=["input"], output_names=["output"],
                      dynamic_axes={"input": {0: "N"}, "output": {0: "N"}})
    onnx.save(onnx.load_from_string(buffer.getvalue()), path)


def one_node(net, path):
    """The network of grouped heads by the operator Attention, of set 23."""
    nodes, constants = [], []

    def add(op, *inputs, **attributes):
        nodes.append(helper.make_node(op, list(inputs), [f"v{len(nodes)}"], **attributes))
        return nodes[-1].output[0]

    def constant(value):
        constants.append(numpy_helper.from_array(np.asarray(value), f"c{len(constants)}"))
        return constants[-1].name

    def linear(module, where, x):
        y = add("MatMul", x, constant(module.weight.detach().T.contiguous().numpy()),
                name=f"/{where}/MatMul")
        return add("Add", y, constant(module.bias.detach().numpy()), name=f"/{where}/Add")

    a = net.attention
    x = linear(net.embed, "embed", "input")
    parts = [linear(getattr(a, z), f"attention/{z}", x) for z in ("query", "key", "value")]
    y = add("Attention", *parts, q_num_heads=HEADS, kv_num_heads=GROUPS)
    x = add("Add", x, linear(a.out, "attention/out", y))
    y = add("LayerNormalization", x, constant(net.norm.weight.detach().numpy()),
            constant(net.norm.bias.detach().numpy()))
    y = linear(net.fc2, "fc2", add("Relu", linear(net.fc1, "fc1", y)))
    y = add("ReduceMean", add("Add", x, y), constant(np.array([1])), keepdims=0)
    y = linear(net.head, "head", y)
    info = [helper.make_tensor_value_info(*v) for v in (
        ("input", onnx.TensorProto.FLOAT, ["N", TOKENS, 6]), (y, onnx.TensorProto.FLOAT, None))]
    onnx.save(helper.make_model(helper.make_graph(nodes, "one", info[:1], info[1:], constants),
                                opset_imports=[helper.make_opsetid("", 23)]), path)


def small(name, attention, write=None):
    torch.manual_seed(1)
    net = Net(attention()).eval()
    path = f"{OUT}/{name}.onnx"
    with torch.enable_grad():  # torch's own attention has another way without, not exported
        (write or export)(net, path)
    model = Model(path)
    x = torch.randn(7, TOKENS, 6)
    at = projection(model)
    joined = isinstance(net.attention, (Joined, Library))
    units = 3 * WIDTH if joined else net.attention.value.out_features
    head, shared = heads_of(net.attention, units)
    output = model.run(x.double())[model.output]
    if not torch.allclose(net.double()(x.double()), output):
        raise AssertionError("the exported network is another")
    out = {"input": x.numpy(), "head": head, "output": output.float().numpy()}
    for i, of in enumerate(shared):
        keep = model.run(x.double(), silenced(at, of[0] * EACH, (of[-1] + 1) * EACH))
        out[f"zero.{i}"] = keep[model.output].float().numpy()
    np.savez_compressed(f"{OUT}/{name}.npz", **out)
    print(f"{name}: {units} units, {len(shared)} heads", flush=True)


def listed(name, stacked):
    """Heads with a layer each: one silenced, or some features of several (`mask`, `mixed`)."""
    torch.manual_seed(1)
    net = Net(Listed(stacked)).eval()
    path = f"{OUT}/{name}.onnx"
    export(net, path)
    model = Model(path)
    x, at = torch.randn(7, TOKENS, 6), projection(model)
    mask = torch.tensor([0, 1, 1, 0, 0, 1, 1, 0, 1, 1, 1, 0])
    out = {"input": x.numpy(), "mask": mask.int().numpy(),
           "output": model.run(x.double())[model.output].float().numpy(),
           "mixed": model.run(x.double(), lambda value, v: v * mask if value == at else v)[
               model.output].float().numpy()}
    for h in range(HEADS):
        run = model.run(x.double(), silenced(at, h * EACH, (h + 1) * EACH))
        out[f"zero.{h}"] = run[model.output].float().numpy()
    np.savez_compressed(f"{OUT}/{name}.npz", **out)
    print(name, flush=True)


def ways(model):
    """By parameters alone: FROM writes into the stream by its projection, TO reads it."""
    def of(block, path):
        return model.constants[f"blocks.block{block}.{path}.weight"].abs()

    found = {}
    for a, i, projection_of, b, j, norm in (("value", 1, "attention.out", "fc1", 1, "norm2"),
                                            ("value", 1, "attention.out", "value", 3, "norm1"),
                                            ("fc1", 1, "mlp.fc2", "value", 2, "norm1"),
                                            ("fc1", 2, "mlp.fc2", "fc1", 3, "norm2")):
        reader = {"value": "attention.value", "fc1": "mlp.fc1"}[b]
        out, gamma, into = of(i, projection_of), of(j, norm)[:, None], of(j, reader)
        found[f"{a}{i}.{b}{j}.l1"] = out @ (gamma * into)
        found[f"{a}{i}.{b}{j}.l2"] = (out ** 2 @ (gamma * into) ** 2).sqrt()
    return {k: v.float().numpy() for k, v in found.items()}


class TwoWays(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.a, self.b = nn.Linear(6, 8), nn.Linear(8, 5), nn.Linear(8, 5)
        self.fc2, self.head = nn.Linear(5, 6), nn.Linear(6, 3)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        return self.head(torch.relu(self.fc2(self.a(x) + self.b(x))))


def two_ways():
    torch.manual_seed(2)
    net = TwoWays().eval()
    export(net, f"{OUT}/two-ways.onnx")
    a, b, into = (z.weight.detach().double().abs().T for z in (net.a, net.b, net.fc2))
    np.savez_compressed(f"{OUT}/two-ways.npz", l1=((a + b) @ into).float().numpy(),
                        l2=((a ** 2 + b ** 2) @ into ** 2).sqrt().float().numpy())


def trained(name, x, labels):
    model, scores = Model(f"fixtures/{name}.onnx"), []
    changes = [None] + [silenced(projection(model, b), 16 * h, 16 * h + 16)
                        for b in (1, 2, 3) for h in range(4)]
    for change in changes:
        logits = torch.cat([model.run(part, change)[model.output]
                            for part in x[:COUNTED].split(50)])
        scores.append(score(logits, labels[:COUNTED]))
    correct, loss, close = zip(*scores)
    graph = ways(model) if name == "fashion-vit" else {}
    np.savez_compressed(f"{OUT}/{name}.npz", **graph, correct=np.stack(correct),
                        loss=np.stack(loss), close=np.array(close, np.int32))
    print(f"{name}: correct {[int(c.sum()) for c in correct]}, close calls {sum(close)}",
          flush=True)


@torch.no_grad()
def main():
    torch.set_num_threads(1)
    os.makedirs(OUT, exist_ok=True)
    for name, attention in SMALL.items():
        small(name, attention)
    small("one-node", Grouped, one_node)
    for name in ("listed", "stacked"):
        listed(name, name == "stacked")
    two_ways()
    images = fashion_mnist.read_idx("fixtures/fashion-test-2000-images.gz")[:, None]
    labels = fashion_mnist.read_idx("fixtures/fashion-test-2000-labels.gz")
    trained("fashion-vit", torch.tensor(images).double() / 255,
            torch.from_numpy(labels.astype(np.int64)))
    text = np.load("fixtures/text-test.npz")
    trained("text-transformer", *(torch.from_numpy(text[k]) for k in ("tokens", "targets")))


if __name__ == "__main__":
    main()
