#!/usr/bin/python3
"""Write a broca stream by hand, for tests of what no filter would write.

    import write_stream
    write_stream.write(sys.stdout.buffer, [("activations", "a", meta, records, arrays)])

arrays: name -> NumPy array (text columns: dtype S). See broca-stream(5).
"""
import struct

import msgpack
import numpy as np

SECTION, META, RECORD, TENSOR, CHUNK, _, END, _, _, TRAILER = range(1, 11)

TABLE = []
for n in range(256):
    for _bit in range(8):
        n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)
    TABLE.append(n)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


class Writer:
    def __init__(self, file):
        self.file, self.crcs = file, []
        file.write(msgpack.packb(msgpack.ExtType(0x42, b"BRC\n\x01")))

    def frame(self, kind, payload=b""):
        if not isinstance(payload, bytes):
            payload = msgpack.packb(payload)
        size = struct.pack(">I", len(payload))
        crc = crc32c(bytes([kind]) + size + payload)
        self.crcs.append(crc)
        self.file.write(b"\x93" + bytes([kind]) + b"\xce" + struct.pack(">I", crc) + b"\xc6" +
                        size + payload)

    def tensor(self, name, array):
        axes = [f"axis{i}" for i in range(array.ndim)]
        rows = max(1, array.shape[0] if array.ndim else 1)
        self.frame(TENSOR, {"name": name, "dtype": array.dtype.str, "shape": list(array.shape),
                            "axes": axes, "rows": rows})
        if array.size:
            self.frame(CHUNK, np.ascontiguousarray(array).tobytes())

    def trailer(self):
        crcs = b"".join(struct.pack(">I", c) for c in self.crcs)
        self.frame(TRAILER, {"frames": len(self.crcs), "crc": crc32c(crcs)})


def write(file, sections):
    w = Writer(file)
    for kind, name, meta, records, arrays in sections:
        kind, version = kind if isinstance(kind, tuple) else (kind, 1)
        w.frame(SECTION, {"type": kind, "version": version, "name": name})
        w.frame(META, meta)
        for record in records:
            w.frame(RECORD, record)
        for key, array in arrays.items():
            w.tensor(key, array)
        w.frame(END)
    w.trailer()


def layers(**units):
    """The layer table of layers called as the keywords, with so many units."""
    return {"layer/name": np.array(list(units), dtype="S"),
            "layer/units": np.array(list(units.values()), dtype="<i8")}
