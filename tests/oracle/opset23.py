"""Operators of operator set 23, as the ONNX specification has them, in torch.

    /usr/bin/python3 tests/oracle/opset23.py      (from the root of the repository)

writes, for each case, tests/golden/opset23/NAME.onnx, a model of one node, and NAME.npz:
    in.INPUT        arrays that go in. Those called b... hold an image in each row
    out.OUTPUT      what comes out, computed in double precision
"""
import os

import numpy as np
import torch
from onnx import TensorProto, helper, save

OUT = "tests/golden/opset23"
KINDS = {"f": TensorProto.FLOAT, "i": TensorProto.INT64, "b": TensorProto.BOOL}


def apart(x, heads):
    """[N, T, heads * d] as [N, heads, T, d]; four dimensions as they are."""
    return x if x.dim() == 4 else x.reshape(*x.shape[:2], heads, -1).transpose(1, 2)


def attention(x, a):
    q, k, v, mask, past_k, past_v = x + [None] * (6 - len(x))
    flat = q.dim() == 3
    q = apart(q, a.get("q_num_heads"))
    k, v = (apart(z, a.get("kv_num_heads")) for z in (k, v))
    past = 0
    if past_k is not None:
        past = past_k.shape[2]
        k, v = torch.cat([past_k, k], 2), torch.cat([past_v, v], 2)
    keys, values = (z.repeat_interleave(q.shape[1] // z.shape[1], 1) for z in (k, v))
    scores = q @ keys.transpose(2, 3) * a.get("scale", q.shape[3] ** -0.5)
    if a.get("softcap", 0):
        scores = a["softcap"] * torch.tanh(scores / a["softcap"])
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf) if mask.dtype == torch.bool \
            else scores + mask
    if a.get("is_causal", 0):
        i, j = torch.arange(scores.shape[2])[:, None] + past, torch.arange(scores.shape[3])
        scores = scores.masked_fill(j > i, -torch.inf)
    y = scores.softmax(-1) @ values
    return [y.transpose(1, 2).flatten(2) if flat else y, k, v]


def rms(x, a):
    axes = list(range(a.get("axis", -1) % x[0].dim(), x[0].dim()))
    return [x[0] * (x[0].square().mean(axes, True) + a.get("epsilon", 1e-5)).rsqrt() * x[1]]


def rotary(x, a):
    flat = x[0].dim() == 3
    z = apart(x[0], a.get("num_heads"))
    n = a.get("rotary_embedding_dim", 0) or z.shape[3]
    cos, sin = (t if len(x) == 3 else t[x[3]] for t in x[1:3])
    cos, sin = cos[:, None], sin[:, None]
    z, rest = z[..., :n], z[..., n:]
    if a.get("interleaved", 0):
        one, two = z[..., ::2], z[..., 1::2]
    else:
        one, two = z.chunk(2, -1)
    turned = [cos * one - sin * two, sin * one + cos * two]
    z = torch.stack(turned, -1).flatten(-2) if a.get("interleaved", 0) else torch.cat(turned, -1)
    z = torch.cat([z, rest], -1)
    return [z.transpose(1, 2).flatten(2) if flat else z]


def random(*shape):
    return torch.randn(*shape).float()


def qkv(flat, heads=4, shared=4, queries=5, keys=5, size=3, values=3):
    shape = [(3, n, t, d) for n, t, d in ((heads, queries, size), (shared, keys, size),
                                          (shared, keys, values))]
    return [random(s[0], s[2], s[1] * s[3]) if flat else random(*s) for s in shape]


def table(*shape):
    angle = torch.rand(*shape) * 6
    return [angle.cos(), angle.sin()]


def cases():
    """NAME: (operator, inputs, attributes, outputs); inputs by name, None: left out."""
    three = {"q_num_heads": 4, "kv_num_heads": 4}
    q, k, v = "bq", "bk", "bv"
    yield "plain-4d", "Attention", dict(zip((q, k, v), qkv(False))), {}, 1
    yield "plain-3d", "Attention", dict(zip((q, k, v), qkv(True))), three, 1
    yield "cross", "Attention", dict(zip((q, k, v), qkv(True, keys=7, values=2))), three, 1
    yield "shared-4d", "Attention", dict(zip((q, k, v), qkv(False, shared=2, values=5))), {}, 1
    yield "shared-3d", "Attention", dict(zip((q, k, v), qkv(True, shared=2))), \
        {"q_num_heads": 4, "kv_num_heads": 2}, 1
    yield "one-for-all", "Attention", dict(zip((q, k, v), qkv(True, shared=1))), \
        {"q_num_heads": 4, "kv_num_heads": 1}, 1
    yield "scale", "Attention", dict(zip((q, k, v), qkv(True))), {**three, "scale": 0.7}, 1
    yield "causal", "Attention", dict(zip((q, k, v), qkv(True))), {**three, "is_causal": 1}, 1
    yield "causal-cross", "Attention", dict(zip((q, k, v), qkv(False, keys=7))), \
        {"is_causal": 1}, 1
    yield "softcap", "Attention", dict(zip((q, k, v), qkv(False))), {"softcap": 0.5}, 1
    tri = torch.ones(5, 5).tril().bool()
    yield "softcap-mask", "Attention", {**dict(zip((q, k, v), qkv(False))), "mask": tri}, \
        {"softcap": 0.5}, 1
    yield "mask-bool", "Attention", {**dict(zip((q, k, v), qkv(False))), "mask": tri}, {}, 1
    yield "mask-float", "Attention", {**dict(zip((q, k, v), qkv(True))),
                                      "mask": random(5, 5)}, three, 1
    yield "mask-heads", "Attention", {**dict(zip((q, k, v), qkv(True))),
                                      "mask": random(4, 5, 5)}, three, 1
    yield "mask-images", "Attention", {**dict(zip((q, k, v), qkv(False))),
                                       "bmask": random(3, 1, 5, 5)}, {}, 1
    padding = torch.arange(5) < torch.tensor([5, 3, 1])[:, None, None, None]
    yield "mask-padding", "Attention", {**dict(zip((q, k, v), qkv(False))),
                                        "bmask": padding}, {}, 1
    yield "mask-causal", "Attention", {**dict(zip((q, k, v), qkv(False))),
                                       "bmask": random(3, 4, 5, 5)}, {"is_causal": 1}, 1
    past = {"bpast_k": random(3, 4, 3, 3), "bpast_v": random(3, 4, 3, 3)}
    yield "past-4d", "Attention", {**dict(zip((q, k, v), qkv(False))), "mask": None, **past}, \
        {}, 3
    yield "past-3d", "Attention", {**dict(zip((q, k, v), qkv(True))), "mask": random(5, 8),
                                   **past}, three, 3
    yield "past-causal", "Attention", {**dict(zip((q, k, v), qkv(True))), "mask": None,
                                       **past}, {**three, "is_causal": 1}, 1
    yield "present", "Attention", dict(zip((q, k, v), qkv(True))), three, 3
    yield "long", "Attention", dict(zip((q, k, v), qkv(False, 1, 1, 600, 600, 2, 2))), \
        {"is_causal": 1}, 1
    yield "long-mask", "Attention", {**dict(zip((q, k, v), qkv(False, 1, 1, 600, 600, 2, 2))),
                                     "mask": torch.ones(600, 600).tril().bool()}, {}, 1
    yield "rms", "RMSNormalization", {"bx": random(3, 4, 6), "scale": random(6)}, {}, 1
    yield "rms-axis", "RMSNormalization", {"bx": random(3, 4, 6), "scale": random(4, 6)}, \
        {"axis": 1, "epsilon": 0.1}, 1
    cos, sin = table(3, 5, 4)
    yield "rotary", "RotaryEmbedding", {"bx": random(3, 4, 5, 8), "bcos": cos, "bsin": sin}, \
        {}, 1
    yield "rotary-3d", "RotaryEmbedding", {"bx": random(3, 5, 32), "bcos": cos, "bsin": sin}, \
        {"num_heads": 4, "interleaved": 1}, 1
    cos, sin = table(9, 4)
    ids = torch.randint(0, 9, (3, 5))
    for name, more in (("halves", {}), ("pairs", {"interleaved": 1})):
        yield f"rotary-{name}", "RotaryEmbedding", {"bx": random(3, 4, 5, 8), "cos": cos,
                                                    "sin": sin, "bids": ids}, more, 1
    cos, sin = table(9, 2)
    yield "rotary-part", "RotaryEmbedding", {"bx": random(3, 4, 5, 8), "cos": cos, "sin": sin,
                                             "bids": ids}, {"rotary_embedding_dim": 4}, 1
    yield "rotary-part-3d", "RotaryEmbedding", {"bx": random(3, 5, 32), "cos": cos, "sin": sin,
                                                "bids": ids}, \
        {"rotary_embedding_dim": 4, "num_heads": 4, "interleaved": 1}, 1


RULES = {"Attention": attention, "RMSNormalization": rms, "RotaryEmbedding": rotary}


def value(name, x):
    kind = "b" if x.dtype == torch.bool else "f" if x.is_floating_point() else "i"
    return helper.make_tensor_value_info(name, KINDS[kind], list(x.shape))


def write(name, op, inputs, attributes, outputs):
    given = {k: x for k, x in inputs.items() if x is not None}
    wide = [x.double() if x is not None and x.is_floating_point() else x for x in inputs.values()]
    y = RULES[op](wide, attributes)[:outputs]
    names = [f"y{i}" for i in range(outputs)]
    node = helper.make_node(op, [k if x is not None else "" for k, x in inputs.items()], names,
                            **attributes)
    graph = helper.make_graph([node], name, [value(k, x) for k, x in given.items()],
                              [value(k, z) for k, z in zip(names, y)])
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)]),
         f"{OUT}/{name}.onnx")
    arrays = {f"in.{k}": x.numpy().astype(np.int64) if x.dtype == torch.bool else x.numpy()
              for k, x in given.items()}
    arrays.update({f"out.{k}": z.float().numpy() for k, z in zip(names, y)})
    np.savez_compressed(f"{OUT}/{name}.npz", **arrays)


def main():
    torch.manual_seed(0)
    os.makedirs(OUT, exist_ok=True)
    for case in cases():
        write(*case)
        print(case[0], flush=True)


if __name__ == "__main__":
    main()
