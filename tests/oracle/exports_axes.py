"""Cases of exports.py: axes that are dynamic or fixed, inputs and outputs by name."""
import math

import torch
from torch import nn
from torch.nn import functional

from exports import CASES, Case

VOCABULARY, WIDTH, HEADS, PLACES = 17, 12, 3, 16


def add(name, make, inputs, **more):
    CASES.append(Case(name, make, inputs, **more))


def images(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def tokens(*shape):
    return torch.randint(0, VOCABULARY, shape, generator=torch.Generator().manual_seed(1))


# ---- dense networks and convolutions ----

class Mlp(nn.Module):
    def __init__(self, inputs=12, hidden=10, classes=4):
        super().__init__()
        self.first = nn.Linear(inputs, hidden)
        self.second = nn.Linear(hidden, hidden)
        self.last = nn.Linear(hidden, classes)

    def forward(self, x):
        return self.last(torch.relu(self.second(torch.relu(self.first(x)))))


def mlp_edges(net):
    return {("first", "second"): net.second.weight.abs().T,
            ("second", "last"): net.last.weight.abs().T}


class Flattened(Mlp):
    """The batch is in the constants of Reshape."""

    def forward(self, x):
        return super().forward(x.reshape(x.shape[0], -1))


class ByItself(Mlp):
    """One image without a dimension of images."""

    def forward(self, x):
        return super().forward(x.reshape(-1))


class Rescaled(Mlp):
    """Reads all images at once: only one at a time can be run."""

    def forward(self, x):
        return super().forward(x / x.abs().max())


class Convolutions(nn.Module):
    """Any height and width."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 6, 3, padding=1)
        self.second = nn.Conv2d(6, 8, 3, stride=2, padding=1)
        self.last = nn.Linear(8, 4)

    def forward(self, x):
        x = functional.relu(self.second(functional.relu(self.first(x))))
        return self.last(functional.adaptive_avg_pool2d(x, 1).flatten(1))


class Resized(Convolutions):
    """Half the size and back, by what the shape says."""

    def forward(self, x):
        size = x.shape[2:]
        half = functional.interpolate(x, scale_factor=0.5, mode="nearest")
        return super().forward(functional.interpolate(half, size=size, mode="nearest"))


class OneImage(Convolutions):
    def forward(self, x):
        return super().forward(x.unsqueeze(0))[0]


class Detector(Convolutions):
    """Two outputs: scores and boxes, and what is behind the scores."""

    def __init__(self):
        super().__init__()
        self.box = nn.Linear(8, 4)

    def forward(self, x):
        x = functional.relu(self.second(functional.relu(self.first(x))))
        x = functional.adaptive_avg_pool2d(x, 1).flatten(1)
        return self.last(x), self.box(x)


class Described(Mlp):
    """An image and numbers that describe it."""

    def __init__(self):
        super().__init__()
        self.more = nn.Linear(3, 10)

    def forward(self, x, more):
        h = torch.relu(self.first(x)) + torch.relu(self.more(more))
        return self.last(torch.relu(self.second(h)))


class Scaled(Mlp):
    """A scalar that says how to read the input, as sampling rates do."""

    def forward(self, x, rate):
        return super().forward(x * (rate / 16000))


N = {"x": {0: "batch"}, "y": {0: "batch"}}
add("mlp-dynamic-batch", Mlp, {"x": images(7, 12)}, axes=N, edges=mlp_edges)
add("mlp-fixed-batch", Mlp, {"x": images(7, 12)}, batch=1, edges=mlp_edges)
add("mlp-fixed-batch-3", Flattened, {"x": images(7, 3, 4)}, batch=3, edges=mlp_edges)
add("mlp-flattened-fixed-batch", Flattened, {"x": images(7, 3, 4)}, batch=1, edges=mlp_edges)
add("mlp-flattened-dynamic-batch", Flattened, {"x": images(7, 3, 4)}, axes=N, edges=mlp_edges)
add("mlp-no-batch", ByItself, {"x": images(7, 3, 4)}, batch=0, edges=mlp_edges, fixture=13)
add("mlp-images-mixed", Rescaled, {"x": images(7, 12)}, batch=1, edges=mlp_edges, fixture=13)
add("cnn-dynamic-size", Convolutions, {"x": images(5, 3, 12, 10)},
    other={"x": images(2, 3, 8, 8)}, axes={"x": {0: "batch", 2: "height", 3: "width"}}, fixture=13)
add("cnn-resized-dynamic-size", Resized, {"x": images(5, 3, 12, 10)},
    other={"x": images(2, 3, 8, 8)}, axes={"x": {0: "batch", 2: "height", 3: "width"}})
add("cnn-fixed-batch", Convolutions, {"x": images(5, 3, 12, 10)}, batch=1)
add("cnn-no-batch", OneImage, {"x": images(5, 3, 12, 10)}, batch=0)
add("two-outputs", Detector, {"x": images(5, 3, 12, 10)}, axes=N, outputs=["scores", "boxes"],
    options=["--output", "scores"], fixture=13)
add("two-outputs-second", Detector, {"x": images(5, 3, 12, 10)}, axes=N,
    outputs=["scores", "boxes"], options=["--output", "boxes"], which=1)
add("array-by-name", Described, {"x": images(7, 12), "more": images(7, 3)},
    axes={**N, "more": {0: "batch"}}, arrays=["more"], fixture=13)
add("scalar-by-name", Scaled, {"x": images(7, 12), "rate": torch.tensor(8000)}, axes=N,
    arrays=["rate"])


# ---- a small GPT ----

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.proj = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        mask = torch.tril(torch.ones(PLACES, PLACES)).view(1, 1, PLACES, PLACES)
        self.register_buffer("causal", mask)

    def attend(self, x, mask=None, past=None):
        b, t, c = x.size()
        q, k, v = (a.view(b, t, HEADS, c // HEADS).transpose(1, 2)
                   for a in self.qkv(self.norm1(x)).split(c, dim=2))
        if past is not None:
            k, v = torch.cat([past[0], k], 2), torch.cat([past[1], v], 2)
        s = q @ k.transpose(-2, -1) / math.sqrt(c // HEADS)
        n = k.size(2)
        s = s.masked_fill(self.causal[:, :, n - t:n, :n] == 0, float("-inf"))
        if mask is not None:
            s = s + (1 - mask[:, None, None, :].float()) * -1e4
        y = (s.softmax(-1) @ v).transpose(1, 2).contiguous().view(b, t, c)
        return self.proj(y), k, v

    def forward(self, x, mask=None, past=None):
        y, k, v = self.attend(x, mask, past)
        x = x + y
        return x + self.down(functional.gelu(self.up(self.norm2(x)))), k, v


class Gpt(nn.Module):
    """As in Karpathy's nanoGPT."""

    def __init__(self, tied=False):
        super().__init__()
        self.token, self.place = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(PLACES, WIDTH)
        self.block = nn.ModuleList(Block() for _ in range(2))
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, VOCABULARY, bias=False)
        if tied:
            self.head.weight = self.token.weight

    def run(self, ids, place=None, mask=None, past=None):
        if place is None:
            place = torch.arange(0, ids.size(1), dtype=torch.long).unsqueeze(0)
        x, present = self.token(ids) + self.place(place), []
        for i, block in enumerate(self.block):
            x, k, v = block(x, mask, past and past[2 * i:2 * i + 2])
            present += [k, v]
        return self.head(self.norm(x)), x, present

    def forward(self, ids):
        return self.run(ids)[0]


class Tied(Gpt):
    def __init__(self):
        super().__init__(tied=True)


class Masked(Gpt):
    def forward(self, input_ids, attention_mask, position_ids):
        return self.run(input_ids, position_ids, attention_mask)[0]


class Typed(Gpt):
    """With types of tokens, as BERT has them."""

    def __init__(self):
        super().__init__()
        self.kind = nn.Embedding(2, WIDTH)

    def forward(self, input_ids, attention_mask, token_type_ids):
        place = torch.arange(input_ids.size(1)).unsqueeze(0)
        x = self.token(input_ids) + self.place(place) + self.kind(token_type_ids)
        for block in self.block:
            x = block(x, attention_mask)[0]
        return self.head(self.norm(x)).mean(1)


class Cached(Gpt):
    """Takes keys and values from before, and gives them back with its own."""

    def forward(self, input_ids, attention_mask, *past):
        place = torch.arange(input_ids.size(1)).unsqueeze(0)
        logits, _, present = self.run(input_ids, place, attention_mask, list(past))
        return (logits, *present)


class Verbose(Gpt):
    """Logits and the last hidden state."""

    def forward(self, ids):
        logits, x, _ = self.run(ids)
        return logits, x


class OneSequence(Gpt):
    def forward(self, ids):
        return self.run(ids.unsqueeze(0))[0][0]


class Packed(nn.Module):
    """A recurrent network with its states as inputs and outputs, as exported for streaming."""

    def __init__(self):
        super().__init__()
        self.token, self.last = nn.Embedding(VOCABULARY, WIDTH), nn.Linear(WIDTH, VOCABULARY)
        self.up = nn.Linear(WIDTH, WIDTH)

    def forward(self, ids, h0):
        h = torch.tanh(self.up(self.token(ids)) + h0.transpose(0, 1))
        return self.last(h), h[:, -1:].transpose(0, 1)


BT = {0: "batch", 1: "sequence"}
IDS = {"ids": tokens(5, 9)}
SHORT = {"ids": tokens(2, 4)}
GPT = {"per_token": True}
add("gpt-dynamic", Gpt, IDS, other=SHORT, axes={"ids": BT, "y": BT}, fixture=13, **GPT)
add("gpt-dynamic-batch", Gpt, IDS, axes={"ids": {0: "batch"}}, **GPT)
add("gpt-dynamic-sequence", Gpt, IDS, other={"ids": tokens(1, 4)}, batch=1,
    axes={"ids": {1: "sequence"}}, **GPT)
add("gpt-fixed", Gpt, IDS, batch=1, **GPT)
add("gpt-no-batch", OneSequence, IDS, batch=0, other={"ids": tokens(4)},
    axes={"ids": {0: "sequence"}}, **GPT)
add("gpt-unnamed-axes", Gpt, IDS, other=SHORT, axes={"ids": [0, 1]}, **GPT)
add("gpt-tied", Tied, IDS, other=SHORT, axes={"ids": BT}, **GPT)

MASK = torch.ones(5, 9, dtype=torch.long)
COUNT = torch.arange(9).repeat(5, 1)
add("gpt-masks-and-places", Masked,
    {"input_ids": tokens(5, 9), "attention_mask": MASK, "position_ids": COUNT},
    other={"input_ids": tokens(2, 4), "attention_mask": MASK[:2, :4],
           "position_ids": COUNT[:2, :4]},
    axes={"input_ids": BT, "attention_mask": BT, "position_ids": BT}, **GPT)
LEFT = torch.ones(5, 9, dtype=torch.long).tril(4)
add("gpt-mask-from-data", Masked,
    {"input_ids": tokens(5, 9), "attention_mask": LEFT, "position_ids": COUNT},
    other={"input_ids": tokens(2, 4), "attention_mask": MASK[:2, :4],
           "position_ids": COUNT[:2, :4]}, arrays=["attention_mask"],
    axes={"input_ids": BT, "attention_mask": BT, "position_ids": BT}, **GPT)
add("gpt-types", Typed,
    {"input_ids": tokens(5, 9), "attention_mask": MASK, "token_type_ids": 0 * MASK},
    axes={"input_ids": BT, "attention_mask": BT, "token_type_ids": BT})
PAST = {f"past_key_values.{i}.{kind}": torch.zeros(5, HEADS, 0, WIDTH // HEADS)
        for i in range(2) for kind in ("key", "value")}
add("gpt-past", Cached, {"input_ids": tokens(5, 9), "attention_mask": MASK, **PAST},
    other={"input_ids": tokens(2, 4), "attention_mask": torch.ones(2, 7, dtype=torch.long),
           **{k: torch.randn(2, HEADS, 3, WIDTH // HEADS) for k in PAST}},
    axes={"input_ids": BT, "attention_mask": {0: "batch", 1: "past_sequence + 1"},
          **{k: {0: "batch", 2: "past_sequence"} for k in PAST}},
    outputs=["logits"] + [k.replace("past_key_values", "present") for k in PAST], fixture=13,
    **GPT)
add("gpt-hidden-states", Verbose, IDS, other=SHORT, axes={"ids": BT},
    outputs=["logits", "last_hidden_state"], **GPT)
add("gpt-cut", Verbose, IDS, other=SHORT, axes={"ids": BT}, which=1,
    outputs=["logits", "last_hidden_state"], options=["--output", "last_hidden_state"], **GPT)
add("states", Packed, {"ids": tokens(5, 9), "h0": torch.zeros(1, 5, WIDTH)},
    other={"ids": tokens(2, 4), "h0": torch.zeros(1, 2, WIDTH)},
    axes={"ids": BT, "h0": {1: "batch"}}, outputs=["y", "hn"], **GPT)


class Pooled(Gpt):
    """The mean of the tokens that the mask lets through, as sentence embeddings are made."""

    def __init__(self):
        super().__init__()
        self.last = nn.Linear(WIDTH, 4)

    def forward(self, input_ids, attention_mask, position_ids):
        x = self.run(input_ids, position_ids, attention_mask)[1]
        mask = attention_mask[:, :, None].float()
        return self.last((x * mask).sum(1) / mask.sum(1))


add("gpt-pooled", Pooled,
    {"input_ids": tokens(5, 9), "attention_mask": MASK, "position_ids": COUNT},
    other={"input_ids": tokens(2, 4), "attention_mask": MASK[:2, :4],
           "position_ids": COUNT[:2, :4]},
    axes={"input_ids": BT, "attention_mask": BT, "position_ids": BT}, fixture=13)
