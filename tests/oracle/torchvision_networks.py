"""Networks of torchvision with random weights, run by torch and by the executor: outputs
must agree to 1e-4 of the largest, for 1 and for 8 images, and be the same bytes for
1, 2 and 3 threads. In bfloat16, where the processor has it, to 0.05.

usage: torchvision_networks.py EXECUTOR [NAME...]
"""

import os
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import torch
import torchvision

warnings.filterwarnings("ignore")
NAMES = [
    "resnet18", "resnet50", "vgg11_bn", "vgg16", "inception_v3", "googlenet",
    "mobilenet_v2", "densenet121", "squeezenet1_1", "efficientnet_b0", "vit_b_16",
]
TOLERANCE = 1e-4
BRAIN = 0.05


def network(name):
    options = {}
    if name in ("googlenet", "inception_v3"):
        options = {"init_weights": False, "aux_logits": False}
    net = getattr(torchvision.models, name)(weights=None, **options)
    for part in net.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.running_mean.normal_(0, 0.1)
            part.running_var.uniform_(0.5, 1.5)
    if name.startswith("vit"):  # its head begins as zeros
        torch.nn.init.normal_(net.heads.head.weight, 0, 0.05)
    return net.eval()


def execute(executor, folder, images, threads, *more):
    out = f"{folder}/out"
    subprocess.run(
        [executor, f"{folder}/net.onnx", str(threads), str(images), f"{folder}/in", out, *more],
        check=True, stdout=subprocess.DEVNULL,
    )
    return np.fromfile(out, np.float32)


def check(executor, name, folder):
    torch.manual_seed(1)
    net = network(name)
    size = 299 if name == "inception_v3" else 224
    x = torch.randn(8, 3, size, size)
    with torch.no_grad():
        want = net(x).numpy()
    torch.onnx.export(
        net, x[:1], f"{folder}/net.onnx", opset_version=13, input_names=["x"],
        output_names=["y"], dynamic_axes={"x": {0: "n"}, "y": {0: "n"}},
    )
    x.numpy().tofile(f"{folder}/in")
    worst, same = 0.0, True
    for images in (1, 8):
        have = execute(executor, folder, images, 1).reshape(images, -1)
        difference = np.abs(have - want[:images]).max() / np.abs(want[:images]).max()
        worst = max(worst, float(difference))
        for threads in (2, 3):
            again = execute(executor, folder, images, threads)
            same = same and again.tobytes() == have.tobytes()
    good = worst <= TOLERANCE and same
    brain = ""
    if "amx_bf16" in open("/proc/cpuinfo").read():
        have = execute(executor, folder, 8, 1, "1", "bf16").reshape(8, -1)
        difference = float(np.abs(have - want).max() / np.abs(want).max())
        good = good and TOLERANCE < difference <= BRAIN
        brain = f"; in bfloat16 {difference:.1e}"
    print(f"{'ok' if good else 'FAILED'} {name}: largest difference {worst:.1e} of the "
          f"largest output; bytes {'' if same else 'NOT '}the same for 1, 2 and 3 threads{brain}",
          flush=True)
    return good


def main():
    executor, names = sys.argv[1], sys.argv[2:] or NAMES
    good = True
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            good = check(executor, name, folder) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
