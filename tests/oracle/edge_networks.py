"""Networks whose edges are hard to weigh, written for edges.py beside its golden values. Imported.

Every way in which a factor joins an edge, in few units: normalisations behind and before a
layer, constants by channel, sums over several ways, depthwise convolutions, functions behind a
sum, channels flattened first or last, groups, values on either side of an attention.
"""
import numpy as np
import onnx
import onnx.numpy_helper
from onnx import TensorProto, helper

random = np.random.default_rng(7)


def weight(*shape):
    """Either sign, nowhere near 0."""
    w = random.uniform(0.3, 1.5, shape) * random.choice([-1, 1], shape)
    return w.astype(np.float32)


def positive(*shape):
    return random.uniform(0.3, 2, shape).astype(np.float32)


def norm(name, n):
    """Parameters of a BatchNormalization, to be told apart from one another."""
    return {f"{name}g": weight(n), f"{name}b": weight(n), f"{name}m": weight(n),
            f"{name}v": positive(n)}


def node(op, inputs, outputs, **attributes):
    inputs = ["" if i == "-" else i for i in inputs.split()]
    return helper.make_node(op, inputs, outputs.split(), name=outputs.split()[0], **attributes)


def normed(x, name, y, epsilon=1e-5):
    return node("BatchNormalization", f"{x} {name}g {name}b {name}m {name}v", y, epsilon=epsilon)


def save(path, nodes, tensors, shape, opset=13):
    graph = helper.make_graph(
        nodes, "edges", [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", *shape])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["N", 3])],
        [onnx.numpy_helper.from_array(np.asarray(a), k) for k, a in tensors.items()])
    model = helper.make_model(graph, producer_name="edge_networks.py", ir_version=8,
                              opset_imports=[helper.make_opsetid("", opset)])
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def factors(path):
    """Normalisations and constants behind and before layers; ways that add up; a map flattened."""
    save(path, [
        node("Conv", "input w1 b1", "c1", pads=[1, 0, 1, 1]), normed("c1", "n1", "m1", 0.1),
        node("Relu", "m1", "a1"), node("Mul", "a1 s1", "x1"), normed("x1", "n2", "x2", 0.3),
        node("Conv", "x2 w2", "c2"), node("Relu", "c2", "a2"), normed("a2", "n3", "x3"),
        node("Sum", "x2 x3 x2", "sum"), node("Div", "sum s2", "d"), node("Mul", "sum three", "m"),
        node("Sub", "d m", "both"),
        node("Conv", "both wd", "deep", group=5, pads=[1, 0, 1, 1]), normed("deep", "n4", "x4"),
        node("Sigmoid", "x4", "gate"), node("Mul", "x4 gate", "silu"),
        node("Mul", "silu half", "h"),
        node("Concat", "h a2 x2", "cat", axis=1),
        node("Conv", "cat w3 b3", "c3", group=4, strides=[1, 1]), normed("c3", "n5", "m3"),
        node("Relu", "m3", "a3"), node("Mul", "a3 s3", "x5"),
        node("Flatten", "x5", "f"), node("Gemm", "f w4 b4", "g1", alpha=-1.5, beta=0.5, transB=1),
        normed("g1", "n6", "m4"), node("Relu", "m4", "a4"), node("Div", "a4 s4", "x6"),
        node("Gemm", "x6 w5", "output", alpha=0.25)],
        {"w1": weight(5, 2, 3, 2), "b1": weight(5), **norm("n1", 5), "s1": weight(5, 1, 1),
         **norm("n2", 5), "w2": weight(5, 5, 1, 1), **norm("n3", 5), "s2": weight(1, 5, 1, 1),
         "three": np.float32(-3), "half": np.float32(0.5), "wd": weight(10, 1, 3, 2),
         **norm("n4", 10), "w3": weight(8, 5, 2, 3), "b3": weight(8), **norm("n5", 8),
         "s3": weight(8, 1, 1), "w4": weight(6, 8 * 5 * 3), "b4": weight(6), **norm("n6", 6),
         "s4": weight(6), "w5": weight(6, 3)}, (2, 6, 5))


def channels_last(path):
    """Maps flattened with their channels last and first, every channel twice; scaled by place."""
    save(path, [
        node("Conv", "input w1", "c1"), node("Relu", "c1", "a1"),
        node("Concat", "a1 a1", "twice", axis=1),
        node("Transpose", "twice", "last", perm=[0, 2, 3, 1]), node("Flatten", "last", "f1"),
        node("Gemm", "f1 w2", "g1"), node("Relu", "g1", "a2"),
        node("Conv", "a1 w3", "c2"), node("Relu", "c2", "a3"),
        node("AveragePool", "a3", "p", kernel_shape=[2, 1]), node("Mul", "p s", "x"),
        node("Concat", "x p", "again", axis=1), node("Flatten", "again", "f2"),
        node("Gemm", "f2 w4", "g2"), node("Tanh", "g2", "a4"),
        node("Conv", "x w6", "c3"), node("Relu", "c3", "a5"),
        node("Concat", "a5 a5", "pair", axis=1),
        node("Conv", "pair w7", "c4"), node("Relu", "c4", "a6"), node("Flatten", "a6", "f3"),
        node("Concat", "a2 a4 f3", "cat", axis=1), node("Gemm", "cat w5", "output")],
        {"w1": weight(4, 2, 2, 2), "w2": weight(8 * 4 * 3, 5), "w3": weight(6, 4, 1, 2),
         "s": weight(6, 3, 2), "w4": weight(12 * 3 * 2, 4), "w5": weight(9 + 4, 3),
         "w6": weight(1, 6, 3, 1), "w7": weight(2, 2, 1, 1)}, (2, 5, 4))


def several(path):
    """Operators of several features: which add, which take the larger; paths that meet again."""
    save(path, [
        node("Gemm", "input w1 b1", "h1"), node("Relu", "h1", "a1"),
        node("Gemm", "a1 w2 b2", "h2"), node("Tanh", "h2", "a2"),
        node("Sum", "a1 a2 a1", "sum"), node("Sub", "sum a2", "less"),
        node("Mul", "a2 s", "scaled"), node("Max", "less scaled", "max"),
        node("Min", "max a1", "min"), node("Pow", "min two", "square"),
        node("Div", "square a2", "ratio"),
        node("Gemm", "ratio w3 b3", "h3"), node("Relu", "h3", "a3"),
        node("Slice", "a1 start stop axis step", "part"), node("PRelu", "part s5", "slope"),
        node("Concat", "a3 slope a3 less", "cat", axis=1),
        node("Gather", "cat order", "chosen", axis=1),
        node("Gemm", "chosen w4 b4", "h4"), node("Relu", "h4", "a4"),
        node("Add", "a4 a3", "add"), node("Relu", "add", "r"),
        node("Add", "add r", "two_ways"), node("Sigmoid", "two_ways", "sigmoid"),
        node("Mul", "sigmoid two_ways", "silu"), node("Mul", "silu tenth", "tail"),
        node("Add", "a3 a3", "double"), node("Mul", "double tenth", "plain"),
        node("Add", "plain a4", "end"),
        node("Concat", "tail end", "last", axis=1), node("Gemm", "last w5", "output")],
        {"w1": weight(6, 8), "b1": weight(8), "w2": weight(8, 8), "b2": weight(8), "s": weight(8),
         "two": np.float32(2), "w3": weight(8, 6), "b3": weight(6),
         "start": np.array([7]), "stop": np.array([-9]), "axis": np.array([1]),
         "step": np.array([-1]), "s5": weight(8),
         "order": np.array([0, 27, 27, 3, 12, 19, 8, 5, 10, 20]), "w4": weight(10, 6),
         "b4": weight(6), "tenth": np.float32(0.1), "w5": weight(12, 3)}, (6,))


def heads(path):
    """Two heads, values on the left of the product; normalisations of features and of tokens."""
    save(path, [
        node("MatMul", "input w1", "h1"), node("Add", "h1 b1", "x1"),
        node("LayerNormalization", "x1 gamma beta", "n1"),
        *[node("MatMul", f"n1 w{k}", f"h{k}") for k in "qkv"],
        node("Mul", "hv late", "hl"),
        *[node("Reshape", f"h{k} split", f"s{k}") for k in "qkl"],
        node("Transpose", "sq", "tq", perm=[0, 2, 1, 3]),
        node("Transpose", "sk", "tk", perm=[0, 2, 3, 1]),
        node("Transpose", "sl", "tv", perm=[0, 2, 3, 1]),
        node("MatMul", "tq tk", "rows"), node("Transpose", "rows", "scores", perm=[0, 1, 3, 2]),
        node("Softmax", "scores", "p", axis=2),
        node("MatMul", "tv p", "o"), node("Transpose", "o", "to", perm=[0, 3, 1, 2]),
        node("Reshape", "to join", "z"), node("Mul", "z early", "ze"),
        node("MatMul", "ze wo", "ho"), node("Add", "ho bo", "y"),
        node("Add", "x1 y", "r"), node("Div", "r root", "e0"), node("Erf", "e0", "e1"),
        node("Add", "e1 one", "e2"), node("Mul", "r e2", "e3"), node("Mul", "e3 half", "gelu"),
        node("ReduceMean", "gelu", "mean", axes=[-1]), node("Sub", "gelu mean", "c"),
        node("Pow", "c two", "cc"), node("ReduceMean", "cc", "var", axes=[-1]),
        node("Add", "var small", "vs"), node("Sqrt", "vs", "sd"), node("Div", "c sd", "n2"),
        node("Mul", "n2 gamma2", "n3"), node("Add", "n3 beta2", "n4"),
        node("MatMul", "n4 w5", "h5"), normed("h5", "n", "m5"), node("Relu", "m5", "a5"),
        node("ReduceMean", "a5", "pool", axes=[1], keepdims=0), node("Gemm", "pool w6", "output")],
        {"w1": weight(5, 8), "b1": weight(8), "gamma": weight(8), "beta": weight(8),
         **{f"w{k}": weight(8, 8) for k in "qkvo"}, "bo": weight(8),
         "split": np.array([0, 4, 2, 4]), "join": np.array([0, 4, 8]),
         "root": np.float32(2 ** 0.5), "one": np.float32(1), "half": np.float32(0.5),
         "two": np.float32(2), "small": np.float32(1e-5), "gamma2": weight(8),
         "late": np.float32([[1], [2], [-3], [4]]), "early": np.float32([[4], [-3], [2], [1]]),
         **norm("n", 4), "beta2": weight(8), "w5": weight(8, 6),
         "w6": weight(6, 3)}, (4, 5), opset=17)


def write(folder):
    """Paths of the networks, written."""
    paths = []
    for make in (factors, channels_last, several, heads):
        paths.append(f"{folder}/{make.__name__.replace('_', '-')}.onnx")
        make(paths[-1])
    return paths
