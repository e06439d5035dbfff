"""What fixtures/README.md says about the network whose truth is known, measured with torch.

    /usr/bin/python3 tests/oracle/side_by_side.py      (from the root of the repository)
"""
import numpy as np
import torch
from scipy.sparse.csgraph import connected_components
from scipy.stats import rankdata
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from onnx_torch import Network

DRAWS = 199
HALF = np.repeat([0, 1], 64)


def recall(probability, labels):
    right = probability.argmax(1).numpy() == labels
    return np.array([right[labels == c].mean() for c in range(10)])


def changes(net, x, labels, rng):
    """Change of recall [draw, half-layer, class]; draw 0 silences the true halves."""
    base = net.run(x)
    before = recall(base[net.output], labels)
    found = np.zeros((DRAWS + 1, 6, 10))
    for layer, (_, post) in enumerate(net.layers[:-1]):
        # Only what follows the layer is computed again.
        position = next(i for i, n in enumerate(net.nodes) if post in n.output) + 1
        for draw in range(DRAWS + 1):
            group = HALF if draw == 0 else rng.permutation(HALF)
            for h in (0, 1):
                keep = torch.from_numpy(group != h).float()
                at = net.run_from(position, {**base, post: base[post] * keep})
                found[draw, 2 * layer + h] = recall(at[net.output], labels) - before
    return found


def max_t(draws):
    """Step-down max-T p-values of draws [n + 1, m], large values extreme."""
    sd = draws.std(0)
    t = (draws - draws.mean(0)) / np.where(sd > 0, sd, 1)
    p, largest = np.zeros(t.shape[1]), 0.0
    order = np.argsort(-t[0])
    for i, m in enumerate(order):
        largest = max(largest, (t[:, order[i:]].max(1) >= t[0, m]).mean())
        p[m] = largest
    return p


def inference(found):
    own = np.arange(6) % 2  # half-layers alternate: the half that each belongs to
    damage = -found.reshape(len(found), 6, 2, 5).mean(3)
    rows = np.arange(6)
    print("largest change of a class of the other half",
          abs(found[0].reshape(6, 2, 5)[rows, 1 - own]).max())
    for name, draws in (("class spread", found.std(2)), ("mean damage", -found.mean(2)),
                        ("damage to own classes", damage[:, rows, own]),
                        ("damage to the others", damage[:, rows, 1 - own])):
        p = ((draws[1:] >= draws[0]).sum(0) + 1) / (DRAWS + 1)
        print(f"{name}: observed {draws[0].round(3)} p {p.round(3)} max-T {max_t(draws).round(3)}")


def weight_graph(net):
    a = np.zeros((384, 384))
    for i, layer in enumerate(("hidden2", "hidden3"), 1):
        a[i * 128:(i + 1) * 128, (i - 1) * 128:i * 128] = abs(net.constants[f"{layer}.weight"])
    count, component = connected_components(a + a.T > 0)
    print(f"weights: {count} components, isolated {int(((a + a.T).sum(0) == 0).sum())}, "
          f"adjusted Rand index {adjusted_rand_score(np.tile(HALF, 3), component):.3f}")


def activation_graph(net, x):
    at = net.run(x)
    values = torch.cat([at[pre] for pre, _ in net.layers[:-1]], 1).numpy()
    constant = sum(int((at[post].std(0) == 0).sum()) for _, post in net.layers[:-1])
    a = np.corrcoef(np.apply_along_axis(rankdata, 0, values).T) ** 2
    np.fill_diagonal(a, 0)
    degree = a.sum(1)
    _, vectors = np.linalg.eigh(np.eye(len(a)) - a / np.sqrt(np.outer(degree, degree)))
    labels = KMeans(2, n_init=25, random_state=0).fit_predict(
        vectors[:, :2] / np.sqrt(degree)[:, None])
    print(f"activations: constant units {constant}, "
          f"adjusted Rand index {adjusted_rand_score(np.tile(HALF, 3), labels):.3f}")


def main():
    torch.set_num_threads(1)
    net = Network("fixtures/side-by-side.onnx")
    data = np.load("fixtures/side-by-side.npz")
    x = torch.tensor(data["image"]).float() / 255
    weight_graph(net)
    activation_graph(net, x)
    split = Network("fixtures/side-by-side-split.onnx")
    print("largest difference of the two forms",
          (net.run(x)["probability"] - split.run(x)["probability"]).abs().max().item())
    inference(changes(net, x, data["label"], np.random.default_rng(1)))


if __name__ == "__main__":
    main()
