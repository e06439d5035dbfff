#!/usr/bin/python3
"""Read a broca stream with python3-msgpack and NumPy: a page, to copy and change.

    read_stream.py FILE              list what FILE ('-': standard input) holds
    import read_stream               read(file) -> [Section], history
                                     block(section, i) -> the edges of block i as a matrix

broca-stream(5) is the specification. The trailer is verified, since without it there
is no result; checksums are not: NumPy has no CRC-32C. `check FILE` verifies those.
"""
import sys
from types import SimpleNamespace

import msgpack
import numpy as np

SECTION, META, RECORD, TENSOR, CHUNK, CHUNK_Z, END, HISTORY, ABORT, TRAILER = range(1, 11)
MAGIC = msgpack.ExtType(0x42, b"BRC\n\x01")


def unpack_chunk(payload):
    import zstandard  # python3-zstandard; only compressed streams need it
    return zstandard.ZstdDecompressor().decompress(payload[4:])


def read(file):
    """All sections of one stream, and its history."""
    frames = iter(msgpack.Unpacker(file, raw=False, max_bin_len=1 << 30, max_buffer_size=1 << 31))
    if next(frames, None) != MAGIC:
        raise ValueError("not a broca stream")
    sections, history, count = [], [], 0
    for kind, crc, payload in frames:
        if kind in (CHUNK, CHUNK_Z):
            tensor.parts.append(payload if kind == CHUNK else unpack_chunk(payload))
        elif kind == END:
            for tensor in section.tensors.values():
                data = np.frombuffer(b"".join(tensor.parts), tensor.head["dtype"])
                section.arrays[tensor.head["name"]] = data.reshape(tensor.head["shape"])
        else:
            value = msgpack.unpackb(payload)
            if kind == SECTION:
                section = SimpleNamespace(**value, meta={}, records=[], tensors={}, arrays={})
                sections.append(section)
            elif kind == META:
                section.meta = value
            elif kind == RECORD:
                section.records.append(value)
            elif kind == TENSOR:
                tensor = SimpleNamespace(head=value, parts=[])
                section.tensors[value["name"]] = tensor
            elif kind == HISTORY:
                history.append(value)
            elif kind == ABORT:
                raise ValueError(f"{value['tool']} failed upstream: {value['message']}")
            elif kind == TRAILER:
                if value["frames"] != count:
                    raise ValueError("frames were lost")
                return sections, history
        count += 1
    raise ValueError("truncated: no trailer")


def block(section, i):
    """Block i of weights, affinities or a laplacian as a whole matrix; not of one by factors."""
    record, arrays, key = section.records[i], section.arrays, f"block/{i}"
    shape = [int(arrays["layer/units"][record[end]]) for end in ("from", "to")]
    layout = record.get("layout", "dense")
    if layout == "dense":
        return arrays[key]
    if layout == "triangle":  # each pair of units once: (0, 1), (0, 2) ... (1, 2) ...
        full = np.zeros(shape, arrays[key].dtype)
        full[np.triu_indices(shape[0], 1)] = arrays[key]
        return full + full.T
    start, column, weight = (arrays[f"{key}/{part}"] for part in ("start", "column", "weight"))
    full = np.zeros(shape, weight.dtype)
    full[np.repeat(np.arange(shape[0]), np.diff(start)), column] = weight
    return full


if __name__ == "__main__":
    path = sys.argv[1] if len(sys.argv) > 1 else "-"
    with sys.stdin.buffer if path == "-" else open(path, "rb") as f:
        for s in read(f)[0]:
            print(f"{s.type}/{s.version} {s.name}")
            for name, array in s.arrays.items():
                print(f"  {name} {array.dtype.str} {list(array.shape)}")
