#!/usr/bin/python3
"""Small data files as NumPy (and gzip, zipfile) write them, for tests/unit/{idx,npy,npz,cifar10}_test.c
and tests/cli/data.bats. Their contents follow formulas that the tests know:
byte i of an array is 7 i mod 251, float i is (i - 3) / 4, integer i is 3 i - 5 (or 3 i where unsigned).

    /usr/bin/python3 tests/oracle/data.py tests/golden/data
"""
import gzip
import io
import os
import struct
import sys
import zipfile

import numpy as np

out = sys.argv[1]
os.makedirs(out, exist_ok=True)


def write(name, data):
    with open(os.path.join(out, name), "wb") as f:
        f.write(data)


def values(dtype, shape):
    i = np.arange(int(np.prod(shape)))
    d = np.dtype(dtype)
    if d == np.uint8:
        v = 7 * i % 251
    elif d.kind == "f":
        v = (i - 3) / 4
    elif d.kind == "b":
        v = i % 2
    else:
        v = 3 * i if d.kind == "u" else 3 * i - 5
    return v.reshape(shape).astype(d)


IDX_TYPE = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def idx(a):
    kind = a.dtype.kind + str(a.dtype.itemsize)
    head = struct.pack(">BBBB", 0, 0, IDX_TYPE[kind], a.ndim) + struct.pack(f">{a.ndim}I", *a.shape)
    return head + a.astype(a.dtype.newbyteorder(">")).tobytes()


def npy(a, version=None):
    f = io.BytesIO()
    np.lib.format.write_array(f, a, version=version, allow_pickle=True)
    return f.getvalue()


def gz(data):
    return gzip.compress(data, mtime=0)


def npz(compress=False, **arrays):
    f = io.BytesIO()
    (np.savez_compressed if compress else np.savez)(f, **arrays)
    return f.getvalue()


image = values("u1", (6, 4, 3))
label = np.array([2, 0, 1, 1, 2, 0], "u1")

for name, a in [("image", image), ("label", label)]:
    write(f"{name}.idx", idx(a))
    write(f"{name}.idx.gz", gz(idx(a)))
    write(f"{name}.npy", npy(a))
for kind in ("i1", "i2", "i4", "f4", "f8"):
    write(f"{kind}.idx", idx(values(kind, (2, 3))))
half = idx(image)[:40], idx(image)[40:]
write("image-members.idx.gz", gz(half[0]) + gz(half[1]))

for kind in ("b1", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"):
    write(f"{kind}.npy", npy(values(kind, (2, 3))))
for kind in ("i2", "i8", "f4", "f8"):
    write(f"{kind}-big.npy", npy(values(kind, (2, 3)).astype(">" + kind)))
write("v2.npy", npy(values("f4", (2, 3)), (2, 0)))
write("v3.npy", npy(values("f4", (2, 3)), (3, 0)))
write("scalar.npy", npy(np.float64(-0.75)))
write("vector.npy", npy(values("i4", (5,))))
write("empty.npy", npy(np.zeros((0, 3), "f4")))
write("nan.npy", npy(np.array([[0, 1], [2, np.nan], [np.inf, 3]], "f4")))
write("text.npy", npy(np.array([b"conv1", b"fc"], "S5")))
# refused
write("fortran.npy", npy(np.asfortranarray(values("f4", (2, 3)))))
write("half.npy", npy(values("f4", (2, 3)).astype("f2")))
write("complex.npy", npy(values("f4", (2, 3)).astype("c8")))
write("object.npy", npy(np.array([None, "x"], dtype=object)))
write("fields.npy", npy(np.zeros(3, dtype=[("x", "f4"), ("y", "i4")])))

write("stored.npz", npz(images=image, labels=label.astype("i8")))
write("deflated.npz", npz(True, images=image, labels=label.astype("i8")))
write("keras.npz", npz(True, x_train=image, y_train=label, x_test=image[:3], y_test=label[:3]))
write("odd-names.npz", npz(True, pictures=image, truth=label.reshape(6, 1)))
zipfile.ZIP64_LIMIT = zipfile.ZIP_FILECOUNT_LIMIT = 0  # everything in zip64 form, as beyond 4 GiB
archive = npz(True, images=image, labels=label)
write("zip64.npz", archive[:-14] + b"\xff" * 12 + archive[-2:])

records = np.concatenate([np.array([[9], [0], [4]], "u1"), values("u1", (3, 3072))], axis=1)
write("cifar10.bin", records.tobytes())
