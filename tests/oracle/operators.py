#!/usr/bin/python3
"""Single operators that ONNX's own tests leave out: tests/golden/operators.

Each case is a folder as in ONNX's tests: model.onnx and test_data_set_0. The values come from
torch and numpy. tests/conformance/operators runs the cases together with ONNX's.
"""
import pathlib
import shutil

import numpy as np
import torch
from onnx import TensorProto, helper, numpy_helper
from torch.nn import functional

from operators_quantised import quantised

ROOT = pathlib.Path("tests/golden/operators")
RNG = np.random.default_rng(11)


def floats(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


def value_info(name, array):
    kind = helper.mapping.NP_TYPE_TO_TENSOR_TYPE[array.dtype]
    return helper.make_tensor_value_info(name, kind, array.shape)


def case(name, op, inputs, outputs, opset=13, constants=(), **attributes):
    """One node. inputs[k] is constant, an initializer, where k is in `constants`."""
    folder = ROOT / name
    data = folder / "test_data_set_0"
    data.mkdir(parents=True)
    outputs = [np.asarray(o.numpy() if torch.is_tensor(o) else o) for o in outputs]
    names = [f"x{k}" if x is not None else "" for k, x in enumerate(inputs)]
    node = helper.make_node(op, names, [f"y{k}" for k in range(len(outputs))], **attributes)
    given = [(n, x) for k, (n, x) in enumerate(zip(names, inputs))
             if x is not None and k not in constants]
    graph = helper.make_graph(
        [node], "graph", [value_info(n, x) for n, x in given],
        [value_info(f"y{k}", o) for k, o in enumerate(outputs)],
        [numpy_helper.from_array(inputs[k], names[k]) for k in constants])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.producer_version = model.producer_name = ""
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    for prefix, arrays in ("input", given), ("output", enumerate(outputs)):
        for k, (n, x) in enumerate(arrays):
            tensor = numpy_helper.from_array(x, n if prefix == "input" else f"y{k}")
            (data / f"{prefix}_{k}.pb").write_bytes(tensor.SerializeToString())


def functions():
    x = floats(3, 4)
    case("gelu_tanh", "Gelu", [x], [0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) *
                                                           (x + 0.044715 * x ** 3)))],
         opset=20, approximate="tanh")
    t = torch.from_numpy(x)
    case("mish", "Mish", [x], [functional.mish(t)], opset=18)
    case("celu_flat", "Celu", [x], [functional.celu(t, 0.3)], alpha=0.3)
    case("shrink_biased", "Shrink", [x], [torch.where(t < -0.4, t + 0.1, torch.where(
        t > 0.4, t - 0.1, torch.zeros_like(t)))], lambd=0.4, bias=0.1)
    big = np.array([-2 ** 63 + 1, -3, 0, 2 ** 53 + 1, 2 ** 63 - 1], np.int64)
    case("sign_whole", "Sign", [big], [np.sign(big)])
    case("mod_whole", "Mod", [big, np.array(10 ** 9 + 7)], [np.mod(big, 10 ** 9 + 7)])
    case("fmod_whole", "Mod", [big, np.array(-5)], [np.fmod(big, -5)], fmod=1)
    a, b = np.array([12, -1, 2 ** 62 + 5], np.int64), np.array([[10], [3]], np.int64)
    bits = np.array([1, 2 ** 31 + 3], np.uint32)
    case("bit_shift_out", "BitShift", [bits, np.array([70, 32], np.uint32)], [0 * bits],
         direction="RIGHT")
    case("bitwise_and", "BitwiseAnd", [a, b], [a & b], opset=18)
    case("bitwise_or", "BitwiseOr", [a, b], [a | b], opset=18)
    case("bitwise_xor", "BitwiseXor", [a, b], [a ^ b], opset=18)
    case("bitwise_not", "BitwiseNot", [a.astype(np.uint8)], [~a.astype(np.uint8)], opset=18)


def reductions():
    x = floats(2, 3, 4)
    t = torch.from_numpy(x)
    axes = np.array([-1, 0], np.int64)
    far = 100 * x
    case("reduce_l1", "ReduceL1", [x, axes], [t.abs().sum((0, 2))], opset=18, keepdims=0)
    case("reduce_l2", "ReduceL2", [x, axes], [t.square().sum((0, 2)).sqrt()], opset=18, keepdims=0)
    case("reduce_prod", "ReduceProd", [x, axes], [np.prod(x, (0, 2))], opset=18, keepdims=0)
    case("reduce_sum_square", "ReduceSumSquare", [x, axes], [t.square().sum((0, 2))], opset=18,
         keepdims=0)
    case("reduce_log_sum", "ReduceLogSum", [x * x], [(t * t).sum(1, True).log()], axes=[1])
    case("reduce_log_sum_exp_far", "ReduceLogSumExp", [far],
         [torch.from_numpy(far).logsumexp((1, 2))], axes=[1, 2], keepdims=0)
    inf = np.array([[-np.inf, -np.inf], [np.inf, 0], [1, -np.inf]], np.float32)
    case("reduce_log_sum_exp_infinite", "ReduceLogSumExp", [inf],
         [torch.from_numpy(inf).logsumexp(1)], axes=[1], keepdims=0)
    n = RNG.integers(-2 ** 40, 2 ** 40, (3, 4))
    for op, run in ("ReduceSum", np.sum), ("ReduceProd", np.prod), ("ReduceMax", np.max), \
                   ("ReduceMin", np.min):
        case(f"{op.lower()}_whole", op, [n, np.array([0])], [run(n, 0, keepdims=True)], opset=18)
    case("reducel1_whole", "ReduceL1", [n], [np.abs(n).sum(1)], axes=[1], keepdims=0)
    case("reducesumsquare_whole", "ReduceSumSquare", [n], [(n * n).sum(1)], axes=[1], keepdims=0)
    case("reducemean_whole", "ReduceMean", [n], [np.trunc(n.sum(1) / 4).astype(np.int64)],
         axes=[1], keepdims=0)
    truth = np.array([[True, False], [False, False]])
    case("reducemax_truth", "ReduceMax", [truth, np.array([1])], [truth.any(1)], opset=20,
         keepdims=0)
    case("reducemin_truth", "ReduceMin", [truth, np.array([0])], [truth.all(0)], opset=20,
         keepdims=0)
    case("argmax_whole", "ArgMax", [n], [n.argmax(1)], axis=1, keepdims=0)


def normalisation():
    x = floats(2, 6, 3, 2)
    t = torch.from_numpy(x)
    scale, bias = floats(6), floats(6)
    for p in 1, 2:
        case(f"lp_normalization_{p}", "LpNormalization", [x],
             [functional.normalize(t, p=p, dim=1)], axis=1, p=p)
    case("lp_normalization_zero", "LpNormalization", [0 * x], [0 * x])
    case("group_norm_channels", "GroupNormalization", [x, scale, bias],
         [functional.group_norm(t, 3, torch.from_numpy(scale), torch.from_numpy(bias))],
         opset=21, num_groups=3)
    by_group = [torch.from_numpy(v[:3].repeat(2)) for v in (scale, bias)]
    case("group_norm_groups", "GroupNormalization", [x, scale[:3], bias[:3]],
         [functional.group_norm(t, 3, *by_group)], opset=18, num_groups=3)
    flat = floats(2, 6)
    case("group_norm_flat", "GroupNormalization", [flat, scale, bias],
         [functional.group_norm(torch.from_numpy(flat), 2, torch.from_numpy(scale),
                                torch.from_numpy(bias), 0.1)], opset=21, num_groups=2,
         epsilon=0.1)
    centred = t - t.mean((2, 3), True)
    case("mean_variance_places", "MeanVarianceNormalization", [x],
         [centred / (centred.square().mean((2, 3), True).sqrt() + 1e-9)], axes=[2, 3])


def lp_pool(x, p, kernel, stride):
    """torch's lp_pool takes signs along for odd p; ONNX's does not."""
    return functional.lp_pool2d(torch.from_numpy(x).abs(), p, kernel, stride)


def pooling():
    x = floats(2, 3, 5, 6)
    for p in 1, 2, 3:
        case(f"lp_pool_{p}", "LpPool", [x], [lp_pool(x, p, (2, 3), (1, 2))], p=p,
             kernel_shape=[2, 3], strides=[1, 2])
    wide = np.pad(x, ((0, 0), (0, 0), (1, 0), (2, 1)))
    case("lp_pool_pads", "LpPool", [x], [lp_pool(wide, 2, 3, 2)], kernel_shape=[3, 3],
         strides=[2, 2], pads=[1, 2, 0, 1])
    case("global_lp_pool", "GlobalLpPool", [x],
         [torch.from_numpy(x).abs().pow(3).sum((2, 3), True).pow(1 / 3)], p=3)


def places():
    x = floats(2, 8, 2, 3)
    t = torch.from_numpy(x)
    case("depth_to_space_crd", "DepthToSpace", [x], [functional.pixel_shuffle(t, 2)],
         blocksize=2, mode="CRD")
    wide = floats(1, 3, 4, 6)
    deep = wide.reshape(1, 3, 2, 2, 3, 2).transpose(0, 3, 5, 1, 2, 4).reshape(1, 12, 2, 3)
    case("space_to_depth", "SpaceToDepth", [wide], [deep], blocksize=2)
    case("depth_to_space_dcr", "DepthToSpace", [deep], [wide], blocksize=2)
    mask = np.ones((2, 3, 4), bool)
    case("trilu_truth", "Trilu", [mask, np.array(1)], [np.triu(mask, 1)], opset=14)
    case("trilu_far", "Trilu", [x, np.array(-2 ** 62)], [np.zeros_like(x)], opset=14, upper=0)
    case("tile_whole", "Tile", [np.arange(6).reshape(2, 3), np.array([2, 3])],
         [np.tile(np.arange(6).reshape(2, 3), (2, 3))])
    case("reverse_sequence", "ReverseSequence", [x, np.array([3, 5])],
         [np.stack([np.concatenate([x[b][:n][::-1], x[b][n:]]) for b, n in ((0, 3), (1, 5))])],
         batch_axis=0, time_axis=1)
    case("compress_row", "Compress", [x, np.array([False, True, True])], [x.reshape(-1)[1:3]])
    index = np.array([[1, -1], [7, -4]], np.float32)
    case("one_hot_floats", "OneHot", [index, np.array(3.0, np.float32), np.array([5, 9])],
         [np.array([[[5, 9, 5], [5, 5, 9]], [[5, 5, 5], [5, 5, 5]]])])


def along():
    x = np.array([[1, 3, 3, -2], [0, np.nan, 5, 5]], np.float32)
    case("top_k_ties", "TopK", [x, np.array([2])], [
        np.array([[3, 3], [np.nan, 5]], np.float32), np.array([[1, 2], [1, 2]])], opset=11)
    n = RNG.integers(-2 ** 62, 2 ** 62, (5, 3))
    order = np.argsort(n, 0, kind="stable")[:2]
    case("top_k_whole", "TopK", [n, np.array([2])], [np.take_along_axis(n, order, 0), order],
         opset=11, axis=0, largest=0)
    case("top_k_attribute", "TopK", [x[:1]], [x[:1, [1, 2, 0]], np.array([[1, 2, 0]])], opset=9,
         k=3)
    case("cumsum_whole", "CumSum", [n, np.array(1)], [np.cumsum(n, 1)])
    shifted = np.flip(np.cumsum(np.flip(n, 0), 0), 0) - n
    case("cumsum_reverse_exclusive", "CumSum", [n, np.array(0)], [shifted], reverse=1, exclusive=1)
    case("hardmax_rest", "Hardmax", [floats(1, 2, 2).repeat(2, 0) * 0],
         [np.array([[[1, 0], [0, 0]]] * 2, np.float32)], opset=11)


def constants():
    far = 2 ** 62
    case("range_far", "Range", [np.array(far), np.array(far + 7), np.array(3)],
         [np.array([far, far + 3, far + 6])])
    case("range_down", "Range", [np.array(5, np.int32), np.array(-1, np.int32),
                                 np.array(-2, np.int32)], [np.array([5, 3, 1], np.int32)])
    case("range_empty", "Range", [np.array(3.0, np.float32), np.array(1.0, np.float32),
                                  np.array(0.5, np.float32)], [np.zeros(0, np.float32)])
    case("eye_like_below", "EyeLike", [np.zeros((3, 4), np.int64)],
         [np.eye(3, 4, -1, dtype=np.float32)], dtype=TensorProto.FLOAT, k=-1)
    x = np.array([[0, 1.5], [-2, 0]], np.float32)
    case("non_zero_floats", "NonZero", [x], [np.array(np.nonzero(x))])
    n = np.array([3, 1, 3, 2 ** 60, 1])
    values, first, kind, count = np.unique(n, True, True, True)
    case("unique_whole", "Unique", [n], [values, first, kind, count])
    case("mean_one", "Mean", [x], [x])


def main():
    shutil.rmtree(ROOT, ignore_errors=True)
    for make in functions, reductions, normalisation, pooling, places, along, constants:
        make()
    quantised(case)


if __name__ == "__main__":
    main()
