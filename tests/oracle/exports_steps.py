"""Cases of exports.py: torch's default, batch_first=False: inputs are [steps, images, ...]."""
import torch
from torch import nn

from exports import CASES, Case
from exports_attention import library

N, STEPS, FEATURES, WORDS = 4, 6, 5, 11
X = torch.randn(N, STEPS, FEATURES, generator=torch.Generator().manual_seed(1))
IDS = torch.randint(0, WORDS, (N, STEPS), generator=torch.Generator().manual_seed(2))


class Recurrent(nn.Module):
    def __init__(self, kind, hidden, **options):
        super().__init__()
        self.rnn = getattr(nn, kind)(FEATURES, hidden, **options)
        self.fc = nn.Linear(hidden * (1 + self.rnn.bidirectional), 3)

    def forward(self, x):
        return self.fc(self.rnn(x)[0][-1])


class Tagger(nn.Module):
    """Tokens; scores at each. `flat`: [steps * images, scores], as in torch's example."""

    def __init__(self, flat=False):
        super().__init__()
        self.embed, self.rnn, self.fc = nn.Embedding(WORDS, 8), nn.LSTM(8, 7), nn.Linear(7, 4)
        self.flat = flat

    def forward(self, ids):
        y = self.fc(self.rnn(self.embed(ids))[0])
        return y.view(-1, 4) if self.flat else y


class States(nn.Module):
    """States of each image, which lie in the second dimension, too."""

    def __init__(self):
        super().__init__()
        self.rnn, self.fc = nn.LSTM(FEATURES, 8, 2), nn.Linear(8, 3)

    def forward(self, x, h0, c0):
        return self.fc(self.rnn(x, (h0, c0))[0][-1])


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(12, 3, 20, dropout=0)
        self.up, self.encoder = nn.Linear(FEATURES, 12), nn.TransformerEncoder(layer, 2)
        self.fc = nn.Linear(12, 3)

    def forward(self, x):
        return self.fc(self.encoder(self.up(x)).mean(0))


class Language(nn.Module):
    """A causal model of tokens."""

    def __init__(self):
        super().__init__()
        self.embed, self.place = nn.Embedding(WORDS, 12), nn.Parameter(torch.randn(16, 1, 12))
        layer = nn.TransformerEncoderLayer(12, 3, 20, dropout=0)
        self.encoder, self.fc = nn.TransformerEncoder(layer, 2), nn.Linear(12, WORDS)
        self.register_buffer("mask", torch.triu(torch.full((16, 16), float("-inf")), 1))

    def forward(self, ids):
        n = ids.size(0)
        return self.fc(self.encoder(self.embed(ids) + self.place[:n], self.mask[:n, :n]))


NAMED, UNNAMED = {1: "batch"}, [1]
WITHIN = [f"encoder.layers.{i}.self_attn" for i in range(2)]
WITHIN = library(*WITHIN)
STEPS_FIRST = {"steps_first": "in", "tokens_first": True}
EACH = {"steps_first": "all", "tokens_first": True, "per_token": True}


def add(name, make, x, fixture=None, **more):
    """Named and unnamed axes, all open, and a batch of one."""
    key = "ids" if x is IDS else "x"
    CASES.extend([
        Case(f"{name}-steps-first", make, {key: x}, axes={key: NAMED}, fixture=fixture,
             **more),
        Case(f"{name}-steps-first-unnamed", make, {key: x}, axes={key: UNNAMED}, **more),
        Case(f"{name}-steps-first-open", make, {key: x}, axes={key: {0: "steps", 1: "n"}}, **more),
        Case(f"{name}-steps-first-of-one", make, {key: x}, batch=1, **more)])


add("lstm", lambda: Recurrent("LSTM", 8), X, 13, unlike=["rnn"], **STEPS_FIRST)
add("gru", lambda: Recurrent("GRU", 7, bidirectional=True), X,
    unlike=["rnn.forward", "rnn.reverse"], **STEPS_FIRST)
add("tagger", Tagger, IDS, unlike=["rnn"], **EACH)
add("encoder", Encoder, X, unlike=WITHIN, **STEPS_FIRST)
add("language", Language, IDS, 14, unlike=WITHIN, **EACH)
CASES += [
    Case("tagger-steps-first-flat", lambda: Tagger(True), {"ids": IDS}, axes={"ids": NAMED},
         unlike=["rnn"], **{**EACH, "steps_first": "flat"}),
    Case("states-steps-first", States, {"x": X, "h0": X[:, :2, :1].repeat(1, 1, 8),
                                        "c0": X[:, 2:4, :1].repeat(1, 1, 8)},
         arrays=["h0", "c0"], axes={"x": NAMED, "h0": NAMED, "c0": NAMED},
         unlike=["rnn", "rnn.LSTM_1"], **STEPS_FIRST),
    Case("states-steps-first-zeros", States, {"x": X, "h0": torch.zeros(N, 2, 8),
                                              "c0": torch.zeros(N, 2, 8)},
         axes={"x": NAMED, "h0": NAMED, "c0": NAMED}, unlike=["rnn", "rnn.LSTM_1"],
         **STEPS_FIRST)]
