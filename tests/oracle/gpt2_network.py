"""A GPT-2 of 124 million parameters with random weights, exported by torch with dynamic axes.

    gpt2_network.py BIN      (BIN: the folder of the filters; make check-large)

Its graph of attention heads, what its MLPs do, and lesions of heads must agree with torch to 1e-4.
What each filter takes is printed: seconds, and the most memory it held.
"""
import math
import os
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
import torch
from torch import nn
from torch.nn import functional

warnings.filterwarnings("ignore")
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs"))
import read_stream  # noqa: E402

TOLERANCE = 1e-4
LAYERS, HEADS, WIDTH, VOCABULARY, LONGEST, TOKENS, SEQUENCES = 12, 12, 768, 50257, 1024, 16, 2
EACH = WIDTH // HEADS


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.c_attn, self.c_proj = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.register_buffer("mask", torch.tril(torch.ones(LONGEST, LONGEST)).bool())

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (z.view(b, t, HEADS, EACH).transpose(1, 2)
                   for z in self.c_attn(x).split(c, dim=2))
        scores = (q @ k.transpose(-2, -1)) * EACH ** -0.5
        scores = scores.masked_fill(~self.mask[:t, :t], float("-inf")).softmax(-1)
        return self.c_proj((scores @ v).transpose(1, 2).reshape(b, t, c))


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.c_fc, self.c_proj = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x):
        x = self.c_fc(x)
        x = 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x.pow(3.0))))
        return self.c_proj(x)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1, self.attn, self.ln_2, self.mlp = (
            nn.LayerNorm(WIDTH), Attention(), nn.LayerNorm(WIDTH), Mlp())

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class Gpt2(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(LONGEST, WIDTH)
        self.h = nn.ModuleList([Block() for _ in range(LAYERS)])
        self.ln_f, self.lm_head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, VOCABULARY, bias=False)
        self.lm_head.weight = self.wte.weight
        for p in self.parameters():
            nn.init.normal_(p, 1.0 if p.dim() == 1 else 0.0, 0.3 if p.dim() == 1 else 0.05)

    def forward(self, ids):
        x = self.wte(ids) + self.wpe(torch.arange(ids.shape[1]))
        for block in self.h:
            x = block(x)
        return self.lm_head(self.ln_f(x))


# ---- broca ----

def most_memory(pid):
    """KiB, so far; 0: it has ended."""
    try:
        with open(f"/proc/{pid}/status") as f:
            return next((int(line.split()[1]) for line in f if line.startswith("VmHWM")), 0)
    except OSError:
        return 0


def run(what, command, out, stdin=os.devnull):
    """The command, timed, from one file to another."""
    begin, most = time.time(), 0
    with open(stdin, "rb") as given, open(out, "wb") as f:
        child = subprocess.Popen(command, stdin=given, stdout=f)
        while child.poll() is None:
            most = max(most, most_memory(child.pid))
            time.sleep(0.02)
    if child.returncode:
        raise RuntimeError(f"{what} failed")
    print(f"   {what}: {time.time() - begin:.0f} s, {most / 2 ** 20:.2f} GiB", flush=True)


def sections(path):
    with open(path, "rb") as f:
        return {s.type: s for s in read_stream.read(f)[0]}


# ---- what torch says ----

def silenced(net, ids, block, head):
    """Logits with the values of one head set to 0."""
    first = 2 * WIDTH + head * EACH

    def change(_, __, y):
        y = y.clone()
        y[..., first:first + EACH] = 0
        return y

    hook = net.h[block].attn.c_attn.register_forward_hook(change)
    y = net(ids)
    hook.remove()
    return y


def loss(logits, labels):
    return float(functional.cross_entropy(logits.reshape(-1, VOCABULARY).double(),
                                          labels.reshape(-1), reduction="sum"))


def weights_between(net, a, b):
    """From the values of block a to those of block b, through a's projection and the stream."""
    out = net.h[a].attn.c_proj.weight.abs().T.double()
    into = net.h[b].ln_1.weight.abs()[:, None] * net.h[b].attn.c_attn.weight.abs().T.double()
    return (out @ into[:, 2 * WIDTH:]).detach().numpy()


# ---- side by side ----

def differs(have, want):
    have, want = np.asarray(have, np.float64), np.asarray(want, np.float64)
    return float(np.abs(have - want).max() / np.abs(want).max())


def graph(net, s):
    names = [n.decode() for n in s["weights"].arrays["layer/name"]]
    label = s["labels"].arrays["label"]
    want = np.tile(np.r_[np.full(2 * WIDTH, -1), np.repeat(np.arange(HEADS), EACH)], LAYERS)
    worst = {"heads": float(np.abs(label - want).max())}
    for a, b in ((0, 1), (0, 11), (4, 5)):
        ends = tuple(names.index(f"h.{i}.attn.c_attn") for i in (a, b))
        at = next(i for i, r in enumerate(s["weights"].records)
                  if (r["from"], r["to"]) == ends)
        have = read_stream.block(s["weights"], at)
        worst[f"weights {a} to {b}"] = differs(have[2 * WIDTH:, 2 * WIDTH:],
                                               weights_between(net, a, b))
    return worst


def activations(net, s, ids):
    seen = {}
    hooks = [block.mlp.c_fc.register_forward_hook(
        lambda m, x, y, i=i: seen.__setitem__(i, y.mean(1))) for i, block in enumerate(net.h)]
    net(ids)
    for hook in hooks:
        hook.remove()
    want = torch.cat([seen[i] for i in range(LAYERS)], 1)
    return {"what MLPs do": differs(s["activations"].arrays["value"], want.numpy())}


def lesions(net, s, ids, labels):
    l = s["lesions"].arrays
    worst = {"loss": differs(l["baseline/loss"].sum(), loss(net(ids), labels))}
    for block, head in ((0, 0), (5, 7), (11, 11)):
        want = loss(silenced(net, ids, block, head), labels)
        worst[f"loss without head {head} of block {block}"] = differs(
            l["loss"][0, block * HEADS + head].sum(), want)
    return worst


def check(tools, folder):
    torch.manual_seed(1)
    net = Gpt2().eval()
    print(f"a GPT-2 of {sum(p.numel() for p in net.parameters()) / 1e6:.0f} million parameters",
          flush=True)
    ids = torch.randint(0, VOCABULARY, (SEQUENCES, TOKENS))
    labels = torch.randint(0, VOCABULARY, (SEQUENCES, TOKENS))
    model, data = f"{folder}/gpt2.onnx", f"{folder}/data.brc"
    torch.onnx.export(net, ids[:, :TOKENS - 4], model, opset_version=14, input_names=["ids"],
                      output_names=["logits"], do_constant_folding=False,
                      dynamic_axes={"ids": {0: "n", 1: "t"}, "logits": {0: "n", 1: "t"}})
    np.savez(f"{folder}/data.npz", tokens=ids.int().numpy(), labels=labels.int().numpy())
    run("read-data", [f"{tools}/read-data", "--tokens", "--images", "tokens", "--labels", "labels",
                      "--classes", str(VOCABULARY), f"{folder}/data.npz"], data)
    run("extract-weights", [f"{tools}/extract-weights", "--units", "heads", "--data", data, model],
        f"{folder}/weights.brc")
    worst = graph(net, sections(f"{folder}/weights.brc"))
    run("activations", [f"{tools}/activations", "--units", "mlp", "--model", model],
        f"{folder}/activations.brc", data)
    worst.update(activations(net, sections(f"{folder}/activations.brc"), ids))
    run("lesion", [f"{tools}/lesion", "--in", "heads", "--controls", "1", "--model", model,
                   "--data", data], f"{folder}/lesions.brc", f"{folder}/weights.brc")
    worst.update(lesions(net, sections(f"{folder}/lesions.brc"), ids, labels))
    good = True
    for what, difference in worst.items():
        good = good and difference <= TOLERANCE
        print(f"{'ok' if difference <= TOLERANCE else 'FAILED'} {what}: {difference:.1e}")
    return good


def main():
    with tempfile.TemporaryDirectory(dir=os.environ.get("BROCA_TMPDIR")) as folder, \
            torch.no_grad():
        return 0 if check(sys.argv[1], folder) else 1


if __name__ == "__main__":
    sys.exit(main())
