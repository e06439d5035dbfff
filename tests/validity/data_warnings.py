"""How often broca warns that data do not fit a network."""
import gzip
import os
import subprocess
import tempfile

import numpy as np
import onnx
from onnx import numpy_helper

from common import fixture, row, share

MLP, VGG = (fixture(f"fashion-{name}.onnx") for name in ("mlp", "vgg"))
SEEDS = 20
EXPECTED = {"accuracy: untrained network": None}  # it may tell some classes apart by luck


def idx(name, header):
    with gzip.open(fixture(f"fashion-test-2000-{name}.gz")) as f:
        return np.frombuffer(f.read()[header:], np.uint8)


def run(command):
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stderr}")
    return done.stderr


def data_set(images, labels, options):
    np.savez("data.npz", images=images, labels=labels)
    run(f"read-data -q --images images --labels labels {options} data.npz -o data.brc")


def at_chance(model, images, labels):
    data_set(images, labels, "")
    return "not clearly more than chance" in run(
        f"extract-weights -q {model} | laplacian -q | spectral -q -k 4 |"
        f" lesion -n 1 --model {model} --data data.brc -o lesions.brc")


def unlike_training(images, options=""):
    data_set(images, np.zeros(len(images), np.uint8), options)
    return "other values than in training" in run(
        f"activations --model {VGG} -o values.brc <data.brc")


def untrained(generator):
    """The network with the elements of each matrix permuted."""
    model = onnx.load(MLP)
    for tensor in model.graph.initializer:
        w = numpy_helper.to_array(tensor)
        if w.ndim == 2:
            w = generator.permutation(w.ravel()).reshape(w.shape)
            tensor.CopyFrom(numpy_helper.from_array(w, tensor.name))
    onnx.save(model, "untrained.onnx")
    return "untrained.onnx"


def rows(images, labels):
    def some(g, n):
        return g.choice(len(images), n, replace=False)

    def trained(g):
        at = some(g, 200)
        return at_chance(MLP, images[at], labels[at])

    def noise(g, n):
        return g.integers(0, 256, (n, 28, 28)).astype(np.uint8)

    yield "accuracy: 200 images, labels as they are", trained
    yield "accuracy: labels shuffled", lambda g: at_chance(MLP, images, g.permutation(labels))
    yield "accuracy: untrained network", lambda g: at_chance(untrained(g), images, labels)
    yield "accuracy: images of noise", lambda g: at_chance(MLP, noise(g, 500), labels[:500])
    yield "values: 100 images as in training", lambda g: unlike_training(images[some(g, 100)])
    yield "values: images of noise", lambda g: unlike_training(noise(g, 100))
    yield "values: images inverted", lambda g: unlike_training(255 - images[some(g, 100)])
    yield "values: images not scaled", lambda g: unlike_training(
        images[some(g, 100)].astype(np.float32))
    yield "values: --mean 0.286 --std 0.353 not trained with", lambda g: unlike_training(
        images[some(g, 100)], "--mean 0.286 --std 0.353")


def warnings():
    """How often broca warns, of the seeds, and how often it should."""
    images, labels = idx("images", 16).reshape(-1, 28, 28), idx("labels", 8)
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, warns in rows(images, labels):
            count = sum(warns(np.random.default_rng(seed)) for seed in range(SEEDS))
            expected = EXPECTED.get(name, 0 if "as they are" in name or "as in" in name else SEEDS)
            yield row(name, share(count, SEEDS), "" if expected is None else share(expected, SEEDS),
                      None if expected is None else count == expected)
        os.chdir(here)
