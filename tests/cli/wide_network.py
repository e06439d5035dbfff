#!/usr/bin/python3
"""wide_network.py INPUTS HIDDEN OUTPUTS FILE: an MLP of random weights, as ONNX, by hand.

No package is needed: the file is written as the protobuf that it is.
"""
import random
import struct
import sys


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def tensor(name, shape):
    count = shape[0] * (shape[1] if len(shape) > 1 else 1)
    floats = [random.gauss(0, 1) for _ in range(count)]
    return b"".join(field(1, n) for n in shape) + field(2, 1) + field(8, name) + \
        field(9, struct.pack(f"<{count}f", *floats))


def value(name, width):
    dims = field(1, field(2, "n")) + field(1, field(1, width))
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, dims)))


def node(kind, inputs, output):
    return b"".join(field(1, i) for i in inputs) + field(2, output) + field(3, output) + \
        field(4, kind)


def main():
    inputs, hidden, outputs = map(int, sys.argv[1:4])
    random.seed(1)
    nodes = [node("Gemm", ["x", "w1", "b1"], "h"), node("Relu", ["h"], "r"),
             node("Gemm", ["r", "w2", "b2"], "y")]
    weights = [("w1", (inputs, hidden)), ("b1", (hidden,)), ("w2", (hidden, outputs)),
               ("b2", (outputs,))]
    graph = b"".join(field(1, n) for n in nodes) + field(2, "wide") + \
        b"".join(field(5, tensor(*w)) for w in weights) + \
        field(11, value("x", inputs)) + field(12, value("y", outputs))
    with open(sys.argv[4], "wb") as f:
        f.write(field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 13)))


if __name__ == "__main__":
    main()
