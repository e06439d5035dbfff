#!/usr/bin/python3
"""Compare two trees of golden values: compare.py COMMITTED MADE-AGAIN.

Arrays and the numbers in texts may differ by 1e-5 relative (single precision)
or 1e-8 (double); everything else must be equal. Prints a count as its last line.
"""
import gzip
import pathlib
import re
import sys

import numpy as np
import onnx
from onnx import numpy_helper

OURS = {"report.txt"}  # what our own program is to print: no oracle makes it
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|nan|inf)")


def same_array(a, b):
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    if a.dtype.kind != "f":
        return np.array_equal(a, b)
    tolerance = 1e-5 if a.dtype.itemsize == 4 else 1e-8
    scale = np.nanmax(np.abs(a), initial=0, where=np.isfinite(a))
    return np.allclose(a, b, rtol=tolerance, atol=tolerance * scale, equal_nan=True)


def same_text(a, b):
    if NUMBER.sub("#", a) != NUMBER.sub("#", b):
        return False
    x, y = (np.array([float(n) for n in NUMBER.findall(t)]) for t in (a, b))
    return np.allclose(x, y, rtol=1e-7, atol=1e-9, equal_nan=True)


def same_file(a, b):
    if a.suffix == ".npy" and not a.name.startswith("bad"):
        try:
            return same_array(np.load(a), np.load(b))
        except (ValueError, OSError):
            pass  # a file that is wrong on purpose: its bytes count
    if a.suffix == ".npz":
        try:
            x, y = np.load(a), np.load(b)
            return x.files == y.files and all(same_array(x[k], y[k]) for k in x.files)
        except (ValueError, OSError):
            pass
    if a.suffix == ".pb":
        return same_array(*(numpy_helper.to_array(onnx.load_tensor(p)) for p in (a, b)))
    if a.suffix == ".txt":
        return same_text(a.read_text(), b.read_text())
    if a.suffix == ".gz":
        return gzip.decompress(a.read_bytes()) == gzip.decompress(b.read_bytes())
    return a.read_bytes() == b.read_bytes()


def main():
    committed, again = map(pathlib.Path, sys.argv[1:3])
    passed = failed = 0
    for a in sorted(p for p in committed.rglob("*") if p.is_file() and p.name not in OURS):
        b = again / a.relative_to(committed)
        if b.exists() and same_file(a, b):
            passed += 1
        else:
            failed += 1
            print(f"{a}: {'differs' if b.exists() else 'no script makes it'}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
