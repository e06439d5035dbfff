"""Torch beside the executor: makes the model NAME and images in FOLDER, runs them with torch
at 2 threads, plain, channels last and optimized for inference, and prints: best seconds, peak
bytes, operations.

usage: executor_peer.py NAME IMAGES FOLDER
"""

import resource
import sys
import time
import warnings

import torch
import torchvision

warnings.filterwarnings("ignore")
torch.manual_seed(1)
torch.set_num_threads(2)


def flops_of(net, x):
    """Of convolutions and dense layers, two for each product."""
    total = [0]

    def conv(part, _, out):
        total[0] += 2 * out.numel() * part.weight[0].numel()

    def dense(part, _, out):
        total[0] += 2 * out.numel() * part.in_features

    for part in net.modules():
        if isinstance(part, torch.nn.Conv2d):
            part.register_forward_hook(conv)
        elif isinstance(part, torch.nn.Linear):
            part.register_forward_hook(dense)
    net(x)
    for part in net.modules():
        part._forward_hooks.clear()
    return total[0]


def best_of(net, x, repetitions=3):
    best = float("inf")
    for _ in range(repetitions):
        start = time.perf_counter()
        net(x)
        best = min(best, time.perf_counter() - start)
    return best


def main():
    name, images, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    net = getattr(torchvision.models, name)(weights=None).eval()
    x = torch.randn(images, 3, 224, 224)
    torch.onnx.export(net, x[:1], f"{folder}/net.onnx", opset_version=13, input_names=["x"],
                      dynamic_axes={"x": {0: "n"}})
    x.numpy().tofile(f"{folder}/in")
    with torch.no_grad():
        flops = flops_of(net, x[:1]) * images
        best = best_of(net, x)
        net = net.to(memory_format=torch.channels_last)
        x = x.contiguous(memory_format=torch.channels_last)
        best = min(best, best_of(net, x))
        net = torch.jit.optimize_for_inference(torch.jit.trace(net, x[:1]))
        net(x[:1])
        best = min(best, best_of(net, x))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"{best:.6f} {peak} {flops}")


main()
