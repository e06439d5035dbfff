#!/usr/bin/python3
"""Small PNG and JPEG files, and what Pillow makes of them, for tests/unit/image_test.c
and tests/cli/images.bats: pixels as decoded, turned grey, resized.

    /usr/bin/python3 tests/oracle/images.py
"""
import os
import struct
import zlib

import numpy as np
from PIL import Image

out = "tests/golden/images"
os.makedirs(out, exist_ok=True)
rng = np.random.default_rng(4)
H, W = 23, 37


def smooth(channels):
    """Pixels that vary in place, with noise: what filters and JPEG can get wrong."""
    y, x = np.mgrid[0:H, 0:W]
    waves = [np.sin(x / (3 + c) + y / (5 - c)) for c in range(channels)]
    noise = rng.normal(0, 0.15, (H, W, channels))
    return np.clip(127 + 110 * np.stack(waves, -1) + 60 * noise, 0, 255).astype("u1")


def path(name):
    return os.path.join(out, name)


def expect(name, image):
    np.save(path(name + ".npy"), np.asarray(image))


def save(name, image, mode, **options):
    """A file and its pixels, read again by Pillow, in the mode given."""
    image.save(path(name), **options)
    expect(name, Image.open(path(name)).convert(mode))


colour, grey = Image.fromarray(smooth(3)), Image.fromarray(smooth(1)[..., 0])
alpha = Image.fromarray(rng.integers(0, 256, (H, W)).astype("u1"))

save("rgb.png", colour, "RGB")
save("grey.png", grey, "L")
save("palette.png", colour.quantize(17), "RGB")
save("bits.png", grey.point(lambda v: 255 * (v > 99)).convert("1"), "L")
rgba, la = colour.copy(), grey.copy()
rgba.putalpha(alpha)
la.putalpha(alpha)
rgba.save(path("rgba.png"))
la.save(path("la.png"))
expect("rgba.png", colour)
expect("la.png", grey)
save("rgb.jpg", colour, "RGB", quality=90)
save("progressive.jpg", colour, "RGB", quality=70, progressive=True)
save("grey.jpg", grey, "L", quality=90)
exif = Image.Exif()
exif[0x0112] = 6  # to be turned: which is ignored
save("turned.jpg", colour, "RGB", quality=90, exif=exif)
colour.convert("CMYK").save(path("cmyk.jpg"))


def png16(name, a):
    """16 bits a sample, which Pillow does not write: every row unfiltered."""
    kind = 2 if a.ndim == 3 else 0

    def chunk(tag, data):
        return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))

    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in a)
    with open(path(name), "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", a.shape[1], a.shape[0], 16, kind, 0, 0, 0)))
        f.write(chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))
    expect(name, np.floor(a / 257 + 0.5).astype("u1"))


png16("rgb16.png", rng.integers(0, 65536, (5, 7, 3)))
png16("grey16.png", rng.integers(0, 65536, (5, 7)))

expect("to-grey", colour.convert("L"))
for w, h in ((10, 10), (64, 48), (37, 5), (9, 23), (1, 1), (50, 11)):
    expect(f"rgb-{w}x{h}", colour.resize((w, h), Image.BILINEAR))
expect("grey-14x14", grey.resize((14, 14), Image.BILINEAR))
# the shorter side 16, then the middle 12 x 12
expect("rgb-short-16-crop-12", colour.resize((int(16 * W / H), 16), Image.BILINEAR).crop((6, 2, 18, 14)))
