"""Recurrent networks, as torch exports them (exports.py).

Lesions inside a recurrent layer, which torch's hooks cannot make, are compared by recurrent.py.
"""
import torch
from torch import nn

from exports import CASES, Case

N, STEPS, FEATURES = 4, 6, 5


class Last(nn.Module):
    """What a recurrent layer puts out last, into dense layers."""

    def __init__(self, kind, hidden, pick="last", given=False, first=True, **options):
        super().__init__()
        self.rnn = getattr(nn, kind)(FEATURES, hidden, batch_first=first, **options)
        self.pick, self.given, self.first = pick, given, first
        out = hidden * (1 + self.rnn.bidirectional)
        self.fc1 = nn.Linear(hidden if pick == "state" else out, 6)
        self.fc2 = nn.Linear(6, 3)

    def forward(self, x):
        if not self.first:
            x = x.transpose(0, 1)
        if self.given:
            n = self.rnn.num_layers * (1 + self.rnn.bidirectional)
            h = x.new_zeros(n, x.shape[0 if self.first else 1], self.rnn.hidden_size)
            y, h = self.rnn(x, (h, h) if isinstance(self.rnn, nn.LSTM) else h)
        else:
            y, h = self.rnn(x)
        h = h[0] if isinstance(h, tuple) else h
        steps = 1 if self.first else 0
        y = {"state": lambda: h[-1], "mean": lambda: y.mean(steps),
             "last": lambda: y.select(steps, -1)}[self.pick]()
        return self.fc2(torch.relu(self.fc1(y)))


class Tagger(nn.Module):
    """Tokens, one answer for each."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(11, 8)
        self.rnn = nn.LSTM(8, 7, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(14, 4)

    def forward(self, x):
        return self.fc(self.rnn(self.embed(x))[0])


class Translator(nn.Module):
    """A decoder that starts from the state in which the encoder ends."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.GRU(FEATURES, 7, batch_first=True)
        self.decoder = nn.GRU(FEATURES, 7, batch_first=True)
        self.fc = nn.Linear(7, 3)

    def forward(self, x):
        state = self.encoder(x[:, :3])[1]
        return self.fc(self.decoder(x[:, 3:], state)[0][:, -1])


class States(nn.Module):
    """States that are inputs and outputs of the network, as torch's documents show it."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(FEATURES, 8, 2, batch_first=True)
        self.fc = nn.Linear(8, 3)

    def forward(self, x, h, c):
        y, (h, c) = self.rnn(x, (h, c))
        return self.fc(y[:, -1]), h, c


def gates(net, layer, hidden):
    """The edges from the features, within the layer (both ways), and to fc1."""
    w, r = (net.get_parameter(f"rnn.{p}_l0").detach() for p in ("weight_ih", "weight_hh"))
    w, r = (m.reshape(-1, hidden, m.shape[1]).abs().sum(0) for m in (w, r))
    both = r + r.T
    both.fill_diagonal_(0)
    return {("x", layer): w.T, (layer, layer): both, (layer, "fc1"): net.fc1.weight.abs().T}


X = torch.randn(N, STEPS, FEATURES, generator=torch.Generator().manual_seed(1))
TOKENS = torch.randint(0, 11, (N, STEPS), generator=torch.Generator().manual_seed(2))
ONE, OPEN = {"x": {0: "n"}, "y": {0: "n"}}, {"x": {0: "n", 1: "t"}, "y": {0: "n"}}

CASES += [
    Case("lstm", lambda: Last("LSTM", 8), {"x": X}, axes=ONE, unlike=["rnn"],
         edges=lambda net: gates(net, "rnn", 8)),
    Case("lstm-open", lambda: Last("LSTM", 8, "mean", num_layers=2, bidirectional=True), {"x": X},
         axes=OPEN, unlike=[f"{k}.{d}" for k in ("rnn", "rnn.LSTM_1")
                            for d in ("forward", "reverse")]),
    Case("gru-given", lambda: Last("GRU", 7, "state", given=True), {"x": X}, axes=ONE,
         unlike=["rnn"], edges=lambda net: gates(net, "rnn", 7)),
    Case("rnn-first", lambda: Last("RNN", 7, first=False), {"x": X}, axes=OPEN, unlike=["rnn"],
         edges=lambda net: gates(net, "rnn", 7)),
    Case("rnn-relu", lambda: Last("RNN", 7, "state", nonlinearity="relu", bidirectional=True),
         {"x": X}, axes=ONE, unlike=["rnn.forward", "rnn.reverse"]),
    Case("tagger", Tagger, {"x": TOKENS}, axes=ONE, per_token=True,
         unlike=["rnn.forward", "rnn.reverse"]),
    Case("lstm-states", States, {"x": X, "h0": torch.zeros(2, N, 8), "c0": torch.zeros(2, N, 8)},
         axes={"x": {0: "n", 1: "t"}, "h0": {1: "n"}, "c0": {1: "n"}, "y": {0: "n"}},
         outputs=["y", "hn", "cn"], options=["--output", "y"], unlike=["rnn", "rnn.LSTM_1"]),
    Case("translator", Translator, {"x": X}, axes=ONE, unlike=["encoder", "decoder"]),
]
