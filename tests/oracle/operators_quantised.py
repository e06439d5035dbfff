"""Cases of operators.py: whole numbers, their products and convolutions.

Sums are computed in double precision by torch and numpy, which is exact.
"""
import numpy as np
import torch
from torch.nn import functional

RANDOM = np.random.default_rng(3)
CONVOLUTIONS = {3: functional.conv1d, 4: functional.conv2d, 5: functional.conv3d}


def numbers(kind, *shape):
    limits = np.iinfo(kind)
    return RANDOM.integers(limits.min, limits.max + 1, shape).astype(kind)


def convolve(x, x_zero, w, w_zero, pads, strides=1, dilations=1, group=1):
    w_zero = np.asarray(w_zero, float).reshape([-1] + [1] * (w.ndim - 1))
    n, sides = x.ndim - 2, []
    for k in reversed(range(n)):
        sides += [pads[k], pads[n + k]]
    x = functional.pad(torch.tensor(x.astype(float) - float(x_zero)), sides)
    return CONVOLUTIONS[x.dim()](x, torch.tensor(w.astype(float) - w_zero), stride=strides,
                                 dilation=dilations, groups=group).numpy()


def convolution(case, name, x, w, **how):
    zero = np.asarray(5, x.dtype)
    zeros = numbers(w.dtype, len(w)) // 8
    case(f"conv_integer_{name}", "ConvInteger", [x, w, zero, zeros[0]],
         [convolve(x, zero, w, zeros[:1], **how).astype(np.int32)], constants=(1, 3), **how)
    bias = RANDOM.integers(-1000, 1000, len(w)).astype(np.int32)
    shape = [-1] + [1] * (x.ndim - 2)
    total = convolve(x, zero, w, zeros, **how) + bias.reshape(shape)
    x_scale, y_scale = np.float32(0.01), np.float32(np.abs(total).max() / 4e6)
    scales = RANDOM.uniform(0.001, 0.002, len(w)).astype(np.float32)
    factor = (x_scale * scales / y_scale).reshape(shape)
    limits = np.iinfo(x.dtype)
    q = np.rint(total.astype(np.float32) * factor).astype(float) + 7
    case(f"qlinear_conv_{name}", "QLinearConv",
         [x, x_scale, zero, w, scales, zeros, y_scale, np.asarray(7, x.dtype), bias],
         [np.clip(q, limits.min, limits.max).astype(x.dtype)], constants=(1, 2, 3, 4, 5, 6, 7, 8),
         **how)


def products(case):
    a, b = numbers("u1", 2, 2, 3, 600), numbers("i1", 600, 5)
    zeros = numbers("i1", 5) // 8

    def exact(x, x_zero, y, y_zero):
        return ((x.astype(int) - x_zero) @ (y.astype(int) - y_zero)).astype(np.int32)

    case("mat_mul_integer_columns", "MatMulInteger", [a, b, np.uint8(130), zeros],
         [exact(a, 130, b, zeros.astype(int))], constants=(1, 3))
    many = numbers("i1", 2, 600, 5)
    case("mat_mul_integer_each", "MatMulInteger", [a, many, np.uint8(130)],
         [exact(a, 130, many, 0)], constants=(1,))
    a, zeros = numbers("u1", 4, 30), numbers("u1", 4)
    case("mat_mul_integer_rows", "MatMulInteger", [a, b[:30], zeros],
         [exact(a, zeros[:, None].astype(int), b[:30], 0)], constants=(1,))
    case("mat_mul_integer_vector", "MatMulInteger", [a[0], b[:30]], [exact(a[0], 0, b[:30], 0)],
         constants=(1,))


def there_and_back(case):
    x = (20 * RANDOM.standard_normal((2, 3, 4))).astype(np.float32)
    scales, zeros = RANDOM.uniform(0.1, 1, 4).astype(np.float32), numbers("i1", 4)
    whole, scale = RANDOM.integers(-5000, 5000, (2, 3, 4)).astype(np.int32), np.float32(20)
    case("quantize_whole", "QuantizeLinear", [whole, scale, np.int8(3)],
         [np.clip(np.rint(whole / scale) + 3, -128, 127).astype(np.int8)])
    case("quantize_last_axis", "QuantizeLinear", [x, scales, zeros],
         [np.clip(np.rint(x / scales) + zeros.astype(int), -128, 127).astype(np.int8)],
         constants=(1, 2), axis=-1)
    case("quantize_without_zero", "QuantizeLinear", [x, scale],
         [np.clip(np.rint(x / scale), 0, 255).astype(np.uint8)])
    q = numbers("i1", 2, 3, 4)
    case("dequantize_last_axis", "DequantizeLinear", [q, scales, zeros],
         [((q.astype(int) - zeros.astype(int)) * scales).astype(np.float32)], constants=(1, 2),
         axis=-1)
    case("dequantize_whole", "DequantizeLinear", [whole, scale],
         [(whole * scale).astype(np.float32)])


def quantised(case):
    convolution(case, "1d", numbers("u1", 2, 6, 11), numbers("i1", 4, 3, 3), group=2,
                dilations=[2], pads=[1, 3], strides=[2])
    convolution(case, "3d", numbers("u1", 1, 2, 5, 6, 7), numbers("u1", 3, 2, 2, 3, 2),
                pads=[1, 0, 2, 0, 1, 1], strides=[1, 2, 3], dilations=[2, 1, 1])
    convolution(case, "many", numbers("i1", 1, 24, 6, 6), numbers("i1", 5, 24, 5, 5),
                pads=[2] * 4)
    products(case)
    there_and_back(case)
