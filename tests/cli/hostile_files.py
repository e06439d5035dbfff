"""Files that are damaged, or small and unpack to gigabytes: hostile_files.py DIRECTORY."""
import gzip
import json
import os
import struct
import sys
import zlib

import numpy as np

MIB = 1 << 20


def put(path, data):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def zeros(mib, head=b"", raw=True):
    """A deflated stream of `head` and so many MiB of zeros, without unpacking it to make it."""
    c = zlib.compressobj(9, zlib.DEFLATED, -15 if raw else 15)
    first = c.compress(head) + c.compress(bytes(MIB)) + c.flush(zlib.Z_FULL_FLUSH)
    same = c.compress(bytes(MIB)) + c.flush(zlib.Z_FULL_FLUSH)
    return first + same * (mib - 1) + c.flush()


def gzipped(mib, head=b""):
    # the checksum at the end is wrong: nobody may come so far
    return b"\x1f\x8b\x08\0\0\0\0\0\0\3" + zeros(mib, head) + bytes(8)


# ---- images ----

def chunk(tag, data):
    return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))


PIXELS = zlib.compress(b"".join(b"\0" + bytes(range(12)) for _ in range(4)))


def png(w=4, h=4, idat=PIXELS, before=b""):
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, 8, 2, 0, 0, 0))
            + before + chunk(b"IDAT", idat) + chunk(b"IEND", b""))


def segment(mark, data):
    return bytes([0xff, mark]) + struct.pack(">H", len(data) + 2) + data


def jpeg_of_scans(side, scans):
    """A grey progressive JPEG whose every scan says in a few bytes that all blocks are as before."""
    table = lambda kind, symbol: segment(0xc4, bytes([kind, 1] + [0] * 15 + [symbol]))
    out = (b"\xff\xd8" + segment(0xdb, bytes([0] + [1] * 64))
           + segment(0xc2, struct.pack(">BHHB", 8, side, side, 1) + b"\1\x11\0")
           + table(0, 0) + table(0x10, 0xe0))
    blocks = (side // 8) ** 2
    scan = lambda first, last, bits, data: (segment(0xda, bytes([1, 1, 0, first, last, bits]))
                                            + data.replace(b"\xff", b"\xff\0"))
    out += scan(0, 0, 0, bytes(-(-blocks // 8)))
    runs = -(-blocks // 32767)
    bits = ("0" + "1" * 14) * runs  # "end of band, for 2^14 + 2^14 - 1 blocks"
    bits += "1" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    for s in range(scans):
        k, low = 1 + s // 14, 13 - s % 14
        out += scan(k, k, (0 if low == 13 else low + 1) << 4 | low, data)
    return out + b"\xff\xd9"


def images():
    good = png()
    put("pixels/a/1.png", png(idat=zeros(1024, raw=False)))
    put("text/a/1.png", png(before=chunk(b"zTXt", b"k\0\0" + zeros(7, raw=False)) * 900))
    put("huge/a/1.png", png(1 << 24, 1 << 24))
    put("large/a/1.png", png(10000, 10000))
    put("checksum/a/1.png", good.replace(chunk(b"IDAT", PIXELS), chunk(b"IDAT", PIXELS)[:-4] + b"abcd"))
    put("cut/a/1.png", good[:-20])
    put("packed/a/1.png", gzipped(1024, good))
    put("scans/a/1.jpg", jpeg_of_scans(4000, 500))
    put("wide/a/1.jpg", jpeg_of_scans(10000, 1))
    put("mixed/a/1.png", good)
    put("mixed/b/notes.png", b"<html>404</html>")
    for name in "links", "loop", "inside":
        put(name + "/a/1.png", good)
        put(name + "/b/2.png", good)
    os.symlink("../a/1.png", "links/b/1.png")
    os.symlink("loop", "loop/loop")
    os.symlink("..", "inside/c")


# ---- archives ----

def npy(shape, dtype="|u1", fortran=False):
    text = f"{{'descr': '{dtype}', 'fortran_order': {fortran}, 'shape': {shape}, }}".encode()
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text


class Zip:
    """An archive whose directory says what it is told to."""

    def __init__(self):
        self.body, self.directory, self.n = b"", b"", 0

    def add(self, name, data, packed=None, size=None, crc=None, at=None, extra=b""):
        method = 0 if packed is None else 8
        bytes_ = data if packed is None else packed
        size = len(data) if size is None else size
        crc = zlib.crc32(data) if crc is None else crc
        at = len(self.body) if at is None else at
        name = name.encode()
        fields = struct.pack("<HHHHHIIIHH", 20, 0, method, 0, 0, crc, len(bytes_), size, len(name),
                             len(extra))
        if at == len(self.body):
            self.body += b"PK\3\4" + fields[:22] + struct.pack("<HH", len(name), 0) + name + bytes_
        self.directory += (b"PK\1\2\x14\0" + fields + bytes(10) + struct.pack("<I", at) + name + extra)
        self.n += 1
        return self

    def end(self):
        return (self.body + self.directory + b"PK\5\6\0\0\0\0" + struct.pack(
            "<HHIIH", self.n, self.n, len(self.directory), len(self.body), 0))


LABELS = npy("(4,)") + bytes([0, 1, 0, 1])
IMAGES = npy("(4, 3)") + bytes(12)


def archives():
    both = lambda images, labels: images.add("labels.npy", labels).end()
    put("more.npz", both(Zip().add("images.npy", IMAGES, packed=zeros(1024, IMAGES)), LABELS))
    put("less.npz", both(Zip().add("images.npy", npy(f"(4, {1 << 30})"), size=(1 << 32) - 2,
                                   packed=zlib.compress(IMAGES)[2:-4]), LABELS))
    put("sum.npz", both(Zip().add("images.npy", IMAGES, crc=1), LABELS))
    put("nested.npz", both(Zip().add("images.npy", both(Zip().add("images.npy", IMAGES), LABELS)),
                           LABELS))
    overlap = Zip().add("images.npy", IMAGES).add("labels.npy", LABELS)
    put("overlap.npz", overlap.add("again.npy", IMAGES, at=0).end())
    put("beyond.npz", Zip().add("images.npy", IMAGES).add("labels.npy", LABELS, at=1 << 30).end())
    put("zip64.npz", both(Zip().add("images.npy", IMAGES, size=(1 << 32) - 1, extra=struct.pack(
        "<HHQ", 1, 8, (1 << 63) + 5)), LABELS))
    put("short64.npz", both(Zip().add("images.npy", IMAGES, size=(1 << 32) - 1,
                                      extra=struct.pack("<HHI", 1, 4, 5)), LABELS))
    put("two-sizes.npz", both(Zip().add("images.npy", IMAGES, size=len(IMAGES) + 1), LABELS))
    many = npy(f"({1 << 31},)")
    put("labels.npz", Zip().add("images.npy", IMAGES).add(
        "labels.npy", many, packed=zeros(2048, many), size=len(many) + (1 << 31), crc=1).end())
    one = npy(f"(4, {1 << 29})")
    put("one.npz", both(Zip().add("images.npy", one, packed=zeros(2048, one),
                                  size=len(one) + (1 << 31), crc=1), LABELS))
    put("packed.npz", gzip.compress(both(Zip().add("images.npy", IMAGES), LABELS)))


# ---- arrays ----

def arrays():
    np.save("label.npy", np.arange(4) % 2)
    put("nothing.gz", gzipped(1024))
    idx = lambda *extents: bytes([0, 0, 8, len(extents)]) + struct.pack(">%dI" % len(extents), *extents)
    put("label.idx", idx(4) + bytes(4))
    put("overflow.idx", idx(*[(1 << 32) - 1] * 3) + bytes(12))
    put("count.idx", idx(5, 3) + bytes(12))
    put("bomb.idx.gz", gzipped(1024, idx(1 << 30, 1)))
    put("bomb-label.idx.gz", gzipped(1024, idx(1 << 30)))
    put("inf.npy", npy("(4, 3)", "<f4") + struct.pack("<12f", *[1.] * 7, float("inf"), *[1.] * 4))
    put("nan.npy", npy("(4, 3)", "<f4") + struct.pack("<12f", *[1.] * 11, float("nan")))
    put("objects.npy", npy("(4,)", "|O") + b"cos\nsystem\n(S'touch ran'\ntR.")
    put("fortran.npy", npy("(4, 3)", "|u1", True) + bytes(12))
    put("big.npy", npy("(4, 3)", ">f4") + struct.pack(">12f", *range(12)))
    put("little.npy", npy("(4, 3)", "<f4") + struct.pack("<12f", *range(12)))
    put("good.npy", IMAGES)
    for name, value in ("half", 0.5), ("many", 65536), ("negative", -1), ("wide", 1 << 40):
        np.save(name + "-label.npy", np.array([0, 1, value, 0]))


# ---- weights ----

def safetensors(arrays_, size, header=None):
    head = json.dumps({name: {"dtype": "F32", "shape": shape, "data_offsets": at}
                       for name, shape, at in arrays_}).encode()
    return struct.pack("<Q", len(head) if header is None else header) + head + bytes(size)


def weights():
    good = safetensors([("fc1.weight", [2, 3], [0, 24])], 24)
    put("overlap.safetensors", safetensors([("a", [2], [0, 8]), ("b", [2], [4, 12])], 12))
    put("offset.safetensors", safetensors([("a", [2], [(1 << 63) - 8, (1 << 63) - 1])], 8))
    put("extent.safetensors", safetensors([("a", [1 << 40, 1 << 40], [0, 8])], 8))
    put("header.safetensors", safetensors([], 8, header=1 << 62))
    put("cut.safetensors", good[:-5])
    put("shards/one.safetensors", good)
    put("shards/two.safetensors", good.replace(b"fc1", b"fc2")[:-5])
    for name, file in (("cut", "two.safetensors"), ("none", "three.safetensors"),
                       ("up", "../overlap.safetensors"), ("root", "/etc/passwd")):
        put(f"shards/{name}.json", json.dumps({"weight_map": {
            "fc1.weight": "one.safetensors", "fc2.weight": file}}).encode())


# ---- a network whose images have their channels last ----

def field(number, value):
    """A field of a protocol buffer: a number, or what has a length."""
    varint = lambda n: bytes([n]) if n < 128 else bytes([n & 127 | 128]) + varint(n >> 7)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def network():
    def node(op, inputs, output, *attributes):
        return field(1, b"".join(field(1, i) for i in inputs) + field(2, output) + field(4, op)
                     + b"".join(field(5, a) for a in attributes))

    def tensor(name, *shape):
        values = np.random.default_rng(3).normal(size=shape).astype("<f4")
        return field(5, b"".join(field(1, n) for n in shape) + field(2, 1) + field(8, name)
                     + field(9, values.tobytes()))

    def value(number, name, *shape):
        extents = b"".join(field(1, field(2, n) if isinstance(n, str) else field(1, n)) for n in shape)
        return field(number, field(1, name) + field(2, field(1, field(1, 1) + field(2, extents))))

    order = field(1, "perm") + b"".join(field(8, n) for n in (0, 3, 1, 2)) + field(20, 7)
    graph = (node("Transpose", ["x"], "t", order) + node("Conv", ["t", "a"], "b") + node("Relu", ["b"], "c")
             + node("Conv", ["c", "d"], "e") + node("Relu", ["e"], "f") + node("Flatten", ["f"], "g")
             + node("Gemm", ["g", "h"], "y") + field(2, "channels last")
             + tensor("a", 4, 2, 3, 3) + tensor("d", 4, 4, 3, 3) + tensor("h", 16, 3)
             + value(11, "x", "N", 6, 6, 2) + value(12, "y", "N", 3))
    put("last.onnx", field(1, 7) + field(7, graph) + field(8, field(2, 13)))


os.chdir(sys.argv[1])
for make in images, archives, arrays, weights, network:
    make()
