"""Cases of exports.py: attention and transformers as people write them.

Each is a small network of tokens, two blocks deep, whose batch and length are dynamic. It is
exported with sequences of another length than it is run with. `parts` says which layers are hidden
layers of MLPs, and which units of a layer are the values of which head.
"""
import math

import torch
from torch import nn
from torch.nn import functional

from exports import CASES, Case

VOCABULARY, WIDTH, HEADS, EACH, TOKENS, HIDDEN, BLOCKS, LONGEST = 11, 12, 4, 3, 6, 16, 2, 9


TRIANGLE = torch.full((LONGEST, LONGEST), float("-inf")).triu(1)


def causal(x):
    """[tokens, tokens]: 0 on and below the diagonal, -inf above it."""
    t = x.shape[1]
    return TRIANGLE[:t, :t]


def attend(q, k, v, mask, scale=EACH ** -0.5):
    return (q @ k.transpose(-1, -2) * scale + mask).softmax(-1) @ v


# ---- attention ----

class Head(nn.Module):
    """A head by itself, with a triangular buffer."""

    def __init__(self):
        super().__init__()
        self.key, self.query, self.value = (nn.Linear(WIDTH, EACH, bias=False) for _ in range(3))
        self.register_buffer("tril", torch.tril(torch.ones(LONGEST, LONGEST)))

    def forward(self, x):
        t = x.shape[1]
        scores = self.query(x) @ self.key(x).transpose(-2, -1) * EACH ** -0.5
        scores = scores.masked_fill(self.tril[:t, :t] == 0, float("-inf"))
        return scores.softmax(-1) @ self.value(x)


class ListOfHeads(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = nn.ModuleList([Head() for _ in range(HEADS)])
        self.proj = nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        return self.proj(torch.cat([head(x) for head in self.heads], -1))


class Joined(nn.Module):
    """One projection, cut by split and view; a triangular buffer and masked_fill."""

    def __init__(self):
        super().__init__()
        self.c_attn, self.c_proj = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.register_buffer("tril", torch.tril(torch.ones(LONGEST, LONGEST)))

    def parts(self, x):
        b, t, c = x.shape
        return [z.view(b, t, HEADS, c // HEADS).transpose(1, 2)
                for z in self.c_attn(x).split(c, dim=2)]

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = self.parts(x)
        scores = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
        scores = scores.masked_fill(self.tril[:t, :t] == 0, float("-inf"))
        y = functional.softmax(scores, dim=-1) @ v
        return self.c_proj(y.transpose(1, 2).contiguous().view(b, t, c))


class MaskMade(Joined):
    """The mask is made when it runs; chunk, reshape and permute."""

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (z.reshape(b, t, HEADS, EACH).permute(0, 2, 1, 3)
                   for z in self.c_attn(x).chunk(3, -1))
        mask = torch.ones(t, t).triu(1).bool()
        scores = (q @ k.transpose(-2, -1)) / math.sqrt(EACH)
        scores = scores.masked_fill(mask, torch.finfo(scores.dtype).min).softmax(-1)
        return self.c_proj((scores @ v).transpose(1, 2).reshape(b, t, c))


class Addmm(nn.Module):
    """Matrices as the library transformers has them in GPT-2: addmm on rows, and where."""

    def __init__(self):
        super().__init__()
        self.c_attn = nn.Parameter(torch.randn(WIDTH, 3 * WIDTH) * 0.3)
        self.bias = nn.Parameter(torch.randn(3 * WIDTH) * 0.3)
        self.c_proj = nn.Parameter(torch.randn(WIDTH, WIDTH) * 0.3)
        self.bias_proj = nn.Parameter(torch.randn(WIDTH) * 0.3)
        self.register_buffer("tril", torch.tril(torch.ones(LONGEST, LONGEST)).bool())

    def rows(self, x, weight, bias):
        return torch.addmm(bias, x.view(-1, x.size(-1)), weight).view(
            x.size()[:-1] + (weight.size(1),))

    def forward(self, x):
        t = x.shape[1]
        q, k, v = (z.view(z.size()[:-1] + (HEADS, EACH)).permute(0, 2, 1, 3)
                   for z in self.rows(x, self.c_attn, self.bias).split(WIDTH, dim=2))
        scores = q @ k.transpose(-1, -2) / torch.full([], EACH ** 0.5)
        least = torch.full([], torch.finfo(scores.dtype).min)
        y = torch.where(self.tril[:t, :t], scores, least).softmax(-1) @ v
        y = y.permute(0, 2, 1, 3).contiguous()
        return self.rows(y.view(y.size()[:-2] + (WIDTH,)), self.c_proj, self.bias_proj)


class Library(nn.Module):
    """nn.MultiheadAttention, with weights wanted or not, images or tokens first."""

    def __init__(self, weights=True, images_first=True):
        super().__init__()
        self.heads = nn.MultiheadAttention(WIDTH, HEADS, batch_first=images_first)
        self.weights, self.images_first = weights, images_first

    def forward(self, x):
        mask = causal(x)
        x = x if self.images_first else x.transpose(0, 1)
        y = self.heads(x, x, x, attn_mask=mask, need_weights=self.weights)[0]
        return y if self.images_first else y.transpose(0, 1)


class Einsum(nn.Module):
    """Scores and results by einsum; heads are not moved to the front."""

    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))

    def forward(self, x):
        b, t, _ = x.shape
        q, k, v = (f(x).view(b, t, HEADS, EACH) for f in (self.query, self.key, self.value))
        scores = torch.einsum("bihd,bjhd->bhij", q, k) * EACH ** -0.5 + causal(x)
        return self.out(torch.einsum("bhij,bjhd->bihd", scores.softmax(-1), v).reshape(b, t, -1))


class Matrices(nn.Module):
    """A matrix for each head, [heads, width, features], by einsum."""

    def __init__(self):
        super().__init__()
        self.q, self.k, self.v = (nn.Parameter(torch.randn(HEADS, WIDTH, EACH) * 0.3)
                                  for _ in range(3))
        self.o = nn.Parameter(torch.randn(HEADS, EACH, WIDTH) * 0.3)

    def forward(self, x):
        q, k, v = (torch.einsum("btc,hcd->bhtd", x, w) for w in (self.q, self.k, self.v))
        return torch.einsum("bhtd,hdc->btc", attend(q, k, v, causal(x)), self.o)


class Rotary(nn.Module):
    """Queries and keys are turned; heads of queries share those of keys and values."""

    def __init__(self, shared=2, repeat="expand", pairs=False, outer=False):
        super().__init__()
        self.each, self.heads, self.shared, self.repeat, self.pairs, self.outer = \
            4, 4, shared, repeat, pairs, outer
        self.query, self.out = nn.Linear(WIDTH, 16, bias=False), nn.Linear(16, WIDTH, bias=False)
        self.key, self.value = (nn.Linear(WIDTH, 4 * shared, bias=False) for _ in range(2))
        self.register_buffer("rate", 1.0 / 10000 ** (torch.arange(0, 4, 2).float() / 4))

    def turn(self, x):
        t = torch.arange(x.shape[2], dtype=torch.float32)
        angle = torch.outer(t, self.rate) if self.outer else t[:, None] * self.rate
        if self.pairs:
            one, two, cos, sin = x[..., ::2], x[..., 1::2], angle.cos(), angle.sin()
            return torch.stack((one * cos - two * sin, one * sin + two * cos), -1).flatten(-2)
        angle = torch.cat((angle, angle), -1)
        one, two = x[..., :self.each // 2], x[..., self.each // 2:]
        return x * angle.cos() + torch.cat((-two, one), -1) * angle.sin()

    def shared_out(self, x):
        n = self.heads // self.shared
        if self.repeat == "broadcast":
            return x
        b, g, t, d = x.shape
        return x[:, :, None].expand(b, g, n, t, d).reshape(b, g * n, t, d)

    def forward(self, x):
        b, t, _ = x.shape
        q, k, v = (f(x).view(b, t, n, self.each).transpose(1, 2) for f, n in (
            (self.query, self.heads), (self.key, self.shared), (self.value, self.shared)))
        q, k = self.turn(q), self.turn(k)
        y = attend(q, self.shared_out(k), self.shared_out(v), causal(x), self.each ** -0.5)
        return self.out(y.transpose(1, 2).reshape(b, t, -1))


class Repeated(nn.Module):
    """By repeat_interleave, which torch 1.13 exports wrongly where an extent is dynamic."""

    def __init__(self):
        super().__init__()
        self.query, self.out = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.key, self.value = nn.Linear(WIDTH, 2 * EACH), nn.Linear(WIDTH, 2 * EACH)

    def forward(self, x):
        b, t, _ = x.shape
        q = self.query(x).view(b, t, HEADS, EACH).transpose(1, 2)
        k, v = (f(x).view(b, t, 2, EACH).transpose(1, 2).repeat_interleave(2, 1)
                for f in (self.key, self.value))
        return self.out(attend(q, k, v, causal(x)).transpose(1, 2).reshape(b, t, WIDTH))


class Alibi(Joined):
    def forward(self, x):
        b, t, c = x.shape
        slope = torch.tensor([2 ** (-8 * (i + 1) / HEADS) for i in range(HEADS)])
        place = torch.arange(t)
        bias = (place[None] - place[:, None]).float()[None] * slope[:, None, None]
        y = attend(*self.parts(x), causal(x) + bias)
        return self.c_proj(y.transpose(1, 2).reshape(b, t, c))


class Interleaved(Joined):
    """Queries, keys and values of a head lie together, as in GPT-NeoX."""

    def parts(self, x):
        z = self.c_attn(x).view(*x.shape[:2], HEADS, 3 * EACH)
        return [part.permute(0, 2, 1, 3) for part in z.split(EACH, -1)]

    def forward(self, x):
        y = attend(*self.parts(x), causal(x))
        return self.c_proj(y.permute(0, 2, 1, 3).reshape(x.shape))


class Folded(Joined):
    """Heads are folded into the dimension of images: baddbmm and bmm, as in BLOOM."""

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (z.reshape(b * HEADS, t, EACH) for z in self.parts(x))
        mask = causal(x).expand(b * HEADS, t, t)
        scores = torch.baddbmm(mask, q, k.transpose(1, 2), beta=1.0, alpha=EACH ** -0.5)
        y = torch.bmm(scores.softmax(-1), v).view(b, HEADS, t, EACH)
        return self.c_proj(y.transpose(1, 2).reshape(b, t, c))


# ---- the rest of a block ----

class Rms(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(WIDTH) + 0.5)

    def forward(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6))


def gelu_new(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x.pow(3.0))))


class Mlp(nn.Module):
    def __init__(self, bend=functional.gelu):
        super().__init__()
        self.fc1, self.fc2, self.bend = nn.Linear(WIDTH, HIDDEN), nn.Linear(HIDDEN, WIDTH), bend

    def forward(self, x):
        return self.fc2(self.bend(self.fc1(x)))


class SwiGlu(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate, self.up, self.down = nn.Linear(WIDTH, HIDDEN, bias=False), nn.Linear(
            WIDTH, HIDDEN, bias=False), nn.Linear(HIDDEN, WIDTH, bias=False)

    def forward(self, x):
        return self.down(functional.silu(self.gate(x)) * self.up(x))


class JoinedGlu(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate_up = nn.Linear(WIDTH, 2 * HIDDEN, bias=False)
        self.down = nn.Linear(HIDDEN, WIDTH, bias=False)

    def forward(self, x):
        gate, up = self.gate_up(x).chunk(2, -1)
        return self.down(functional.silu(gate) * up)


class Block(nn.Module):
    def __init__(self, attention, mlp, norm, order):
        super().__init__()
        self.attention, self.mlp, self.order = attention, mlp, order
        self.norm1, self.norm2 = norm(), norm()

    def forward(self, x):
        if self.order == "before":  # pre-norm
            x = x + self.attention(self.norm1(x))
            return x + self.mlp(self.norm2(x))
        if self.order == "after":  # post-norm
            x = self.norm1(x + self.attention(x))
            return self.norm2(x + self.mlp(x))
        if self.order == "parallel":  # GPT-NeoX
            return x + self.attention(self.norm1(x)) + self.mlp(self.norm2(x))
        y = self.norm1(x)  # "one norm": GPT-J
        return x + self.attention(y) + self.mlp(y)


class Gpt(nn.Module):
    def __init__(self, attention, mlp=Mlp, norm=lambda: nn.LayerNorm(WIDTH), order="before",
                 tied=False, positions=True):
        super().__init__()
        self.wte = nn.Embedding(VOCABULARY, WIDTH)
        self.wpe = nn.Embedding(LONGEST, WIDTH) if positions else None
        self.blocks = nn.ModuleList([Block(attention(), mlp(), norm, order)
                                     for _ in range(BLOCKS)])
        self.norm, self.head = norm(), nn.Linear(WIDTH, VOCABULARY, bias=False)
        if tied:
            self.head.weight = self.wte.weight

    def forward(self, ids):
        x = self.wte(ids)
        if self.wpe is not None:
            x = x + self.wpe(torch.arange(ids.shape[1], device=ids.device))
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


class Encoder(nn.Module):
    """nn.TransformerEncoder of nn.TransformerEncoderLayer."""

    def __init__(self, norm_first=False, bend="relu", images_first=True):
        super().__init__()
        self.wte, self.images_first = nn.Embedding(VOCABULARY, WIDTH), images_first
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(
            WIDTH, HEADS, HIDDEN, 0.0, bend, batch_first=images_first, norm_first=norm_first),
            BLOCKS)
        self.head = nn.Linear(WIDTH, VOCABULARY)

    @torch.enable_grad()  # without, torch has another way, which hooks do not see
    def forward(self, ids):
        x = self.wte(ids)
        mask = causal(x)
        if self.images_first:
            return self.head(self.encoder(x, mask))
        return self.head(self.encoder(x.transpose(0, 1), mask).transpose(0, 1))


class Crossed(nn.Module):
    """nn.TransformerDecoderLayer: attention to itself, and to what an encoder says."""

    def __init__(self):
        super().__init__()
        self.wte = nn.Embedding(VOCABULARY, WIDTH)
        self.encoder = nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, 0.0, batch_first=True)
        self.decoder = nn.TransformerDecoderLayer(WIDTH, HEADS, HIDDEN, 0.0, batch_first=True)
        self.head = nn.Linear(WIDTH, VOCABULARY)

    @torch.enable_grad()
    def forward(self, ids):
        x = self.wte(ids)
        return self.head(self.decoder(x, self.encoder(x), tgt_mask=causal(x)))


# ---- the cases ----

def heads(before, n, each):
    """Units of which `before` are no values, then n heads."""
    return [-1] * before + [h for h in range(n) for _ in range(each)]


def interleaved():
    return [h if i >= 2 * EACH else -1 for h in range(HEADS) for i in range(3 * EACH)]


def in_blocks(**parts):
    return {f"blocks.{b}.{name.replace('__', '.')}": part
            for b in range(BLOCKS) for name, part in parts.items()}


def library(*names):
    """Layers of nn.MultiheadAttention, which are no modules of their own."""
    return [name + end for name in names for end in ("", ".out_proj")]


def flows(value, projection, units, places):
    """Edges from values to the projection behind attention, whose input j is unit places[j]."""
    def edges(net):
        found = {}
        for b in range(BLOCKS):
            part = net.blocks[b].attention
            into = part.get_submodule(projection).weight.abs()
            w = torch.zeros(units, len(into))
            w.index_add_(0, torch.tensor(places), into.T)
            found[f"blocks.{b}.attention.{value}", f"blocks.{b}.attention.{projection}"] = w
            fc1 = getattr(net.blocks[b].mlp, "fc1", None)
            if fc1 is not None and net.blocks[b].order == "before":
                found[f"blocks.{b}.attention.{projection}", f"blocks.{b}.mlp.fc1"] = \
                    (fc1.weight * net.blocks[b].norm2.weight).abs().T
        return found
    return edges


def of_list(net):
    return {(f"blocks.{b}.attention.heads.{h}.value", f"blocks.{b}.attention.proj"):
            net.blocks[b].attention.proj.weight[:, h * EACH:(h + 1) * EACH].abs().T
            for b in range(BLOCKS) for h in range(HEADS)}


def add(name, make, parts, fixed=False, **more):
    torch.manual_seed(len(CASES))
    axes = {} if fixed else {"ids": {0: "n", 1: "t"}, "y": {0: "n", 1: "t"}}
    CASES.append(Case(
        name, make, {"ids": torch.randint(0, VOCABULARY, (3, TOKENS))},
        other={} if fixed else {"ids": torch.randint(0, VOCABULARY, (2, TOKENS - 2))},
        batch=1 if fixed else None, axes=axes, per_token=True, parts=parts, **more))


QKV = heads(2 * WIDTH, HEADS, EACH)
JOINED = in_blocks(attention__c_attn=QKV, mlp__fc1="mlp")
LIBRARY = in_blocks(attention__heads=QKV, mlp__fc1="mlp")
LIBRARY_LAYERS = library("blocks.0.attention.heads", "blocks.1.attention.heads")
IN_JOINT = flows("c_attn", "c_proj", 3 * WIDTH, range(2 * WIDTH, 3 * WIDTH))
SHARED = flows("value", "out", 8, [h // 2 * 4 + d for h in range(4) for d in range(4)])
SWIGLU = {"mlp__gate": "mlp", "mlp__up": "mlp"}


def rotary(shared, **more):
    return in_blocks(attention__value=heads(0, shared, 4), **more)


add("attention-list", lambda: Gpt(ListOfHeads), in_blocks(
    **{f"attention__heads__{h}__value": [h] * EACH for h in range(HEADS)}, mlp__fc1="mlp"),
    edges=of_list, fixture=14)
add("attention-joined", lambda: Gpt(Joined), JOINED, edges=IN_JOINT, fixture=14)
add("attention-tied", lambda: Gpt(Joined, tied=True), JOINED, edges=IN_JOINT)
add("attention-norm-after", lambda: Gpt(Joined, order="after"), JOINED)
add("attention-mask-made", lambda: Gpt(MaskMade, lambda: Mlp(gelu_new)), JOINED,
    sets=(14, 15, 16, 17))
add("attention-addmm", lambda: Gpt(Addmm, lambda: Mlp(gelu_new)),
    in_blocks(attention=QKV, mlp__fc1="mlp"), fixture=14,
    unlike=[f"blocks.{b}.attention{end}" for b in (0, 1) for end in ("", ".Gemm_1")])
for kind, options in (("", (True, True)), ("-bare", (False, True)),
                      ("-tokens-first", (True, False))):
    add(f"attention-library{kind}", lambda options=options: Gpt(lambda: Library(*options)), LIBRARY,
        edges=flows("heads", "heads.out_proj", 3 * WIDTH, range(2 * WIDTH, 3 * WIDTH)),
        unlike=LIBRARY_LAYERS, fixture=None if kind else 14)
add("attention-einsum", lambda: Gpt(Einsum), in_blocks(
    attention__value=heads(0, HEADS, EACH), mlp__fc1="mlp"), sets=(12, 13, 14, 15, 16, 17),
    edges=flows("value", "out", WIDTH, range(WIDTH)), fixture=14)
add("attention-matrices", lambda: Gpt(Matrices), in_blocks(
    attention__v=heads(0, HEADS, EACH), mlp__fc1="mlp"), sets=(12, 13, 14, 15, 16, 17),
    unlike=[f"blocks.{b}.attention.{part}" for b in range(BLOCKS) for part in "qkvo"])
add("attention-rotary", lambda: Gpt(Rotary, SwiGlu, Rms, positions=False), rotary(2, **SWIGLU),
    edges=SHARED, fixture=17)
add("attention-rotary-outer", lambda: Gpt(lambda: Rotary(outer=True), JoinedGlu, Rms,
                                          positions=False),
    rotary(2, mlp__gate_up="mlp"), edges=SHARED, sets=(12, 13, 14, 15, 16, 17))
add("attention-repeated", lambda: Gpt(Repeated), in_blocks(
    attention__value=heads(0, 2, EACH), mlp__fc1="mlp"), True, sets=(13, 14, 15, 16, 17))
add("attention-one-value", lambda: Gpt(lambda: Rotary(1, "broadcast"), SwiGlu, Rms,
                                       positions=False), rotary(1, **SWIGLU))
add("attention-pairs", lambda: Gpt(lambda: Rotary(4, pairs=True), order="one norm",
                                   positions=False), rotary(4, mlp__fc1="mlp"), fixture=14)
add("attention-parallel", lambda: Gpt(Interleaved, order="parallel"), in_blocks(
    attention__c_attn=interleaved(), mlp__fc1="mlp"), edges=flows("c_attn", "c_proj", 3 * WIDTH, [
        u for u, h in enumerate(interleaved()) if h >= 0]))
add("attention-alibi", lambda: Gpt(Alibi, positions=False), JOINED, fixture=14)
add("attention-folded", lambda: Gpt(Folded), JOINED, edges=IN_JOINT)
for kind, make in (("", Encoder), ("-norm-first", lambda: Encoder(True, "gelu")),
                   ("-tokens-first", lambda: Encoder(images_first=False))):
    within = [f"encoder.layers.{b}" for b in range(BLOCKS)]
    add(f"attention-encoder{kind}", make,
        {**{f"{b}.self_attn": QKV for b in within}, **{f"{b}.linear1": "mlp" for b in within}},
        unlike=library(*[f"{b}.self_attn" for b in within]), tokens_first=kind == "-tokens-first")
add("attention-crossed", Crossed, {
    "encoder.self_attn": QKV, "decoder.self_attn": QKV, "encoder.linear1": "mlp",
    "decoder.linear1": "mlp", "decoder.multihead_attn.MatMul_1": heads(WIDTH, HEADS, EACH)},
    unlike=library("encoder.self_attn", "decoder.self_attn", "decoder.multihead_attn") + [
        "decoder.multihead_attn.MatMul_1"])
