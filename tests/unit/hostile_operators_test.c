/*
 * Operators with arguments that make no sense, or that ask for too much: each is refused by its
 * node.
 */
#include "refused_models.h"

#include <math.h>

typedef struct row {
	const char *type, *in; /* x: [N, 4, 8, 8]; constants are below */
	const char *message;
	const char *name; /* an attribute, an integer */
	int64_t value;
} row;

static const row rows[] = {
	{"Range", "n0 most n1", "it goes from 0 to 9223372036854775807 in steps of 1", NULL, 0},
	{"Range", "least most n1", "it goes from -9223372036854775808 to", NULL, 0},
	{"Range", "n0 n1 n0", "it goes from 0 to 1 in steps of 0", NULL, 0},
	{"Range", "f0 f1 f0", "it goes from 0 to 1 in steps of 0", NULL, 0},
	{"Range", "f0 nan f1", "it goes from 0 to nan", NULL, 0},
	{"Range", "f0 infinite f1", "it goes from 0 to inf", NULL, 0},
	{"Range", "n0 million n1", "(Range): its values take more memory", NULL, 0},
	{"Range", "n0 f1 n1", "input 1 ('f1') holds floats; integers are needed", NULL, 0},
	{"Range", "x f1 f1", "the extents of its output depend on what is in input 0 ('x')", NULL,
	 0},
	{"Range", "f0 pair f1", "input 1 ('pair') is no number", NULL, 0},
	{"Tile", "x images", "it mixes the images of a batch", NULL, 0},
	{"Tile", "x far", "it repeats axis 1 4611686018427387904 times", NULL, 0},
	{"Tile", "x back", "it repeats axis 2 -1 times", NULL, 0},
	{"Tile", "x one", "it has 1 repeats for 4 dimensions", NULL, 0},
	{"Tile", "one million", "(Tile): its values take more memory", NULL, 0},
	{"Trilu", "one", "its input of 1 dimensions is no matrix", NULL, 0},
	{"Trilu", "x pair2", "its k has 2 elements", NULL, 0},
	{"CumSum", "x zero", "it mixes the images of a batch", NULL, 0},
	{"CumSum", "which zero", "input 0 ('which') holds truth values; floats are needed", NULL,
	 0},
	{"TopK", "which one", "input 0 ('which') holds truth values; floats are needed", NULL, 0},
	{"CumSum", "x pair2", "2 axes for one sum", NULL, 0},
	{"CumSum", "x most", "axis 9223372036854775807 of a value of 4 dimensions", NULL, 0},
	{"TopK", "x most", "its k is 9223372036854775807, of 8 elements", NULL, 0},
	{"TopK", "x minus", "its k is -1, of 8 elements", NULL, 0},
	{"TopK", "x one", "it mixes the images of a batch", "axis", 0},
	{"Hardmax", "x", "it mixes the images of a batch", "axis", 0},
	{"LpNormalization", "x", "it mixes the images of a batch", "axis", 0},
	{"LpNormalization", "x", "its p is 3, not 1 or 2", "p", 3},
	{"OneHot", "x most pair", "its depth is 9223372036854775807", NULL, 0},
	{"OneHot", "x n0 pair", "its depth is 0", NULL, 0},
	{"OneHot", "x million pair", "a value of more than", NULL, 0},
	{"OneHot", "x n1 f1", "input 2 ('f1') has 1 elements, not off and on", NULL, 0},
	{"EyeLike", "x", "its input of 4 dimensions is no matrix", NULL, 0},
	{"EyeLike", "square", "elements of type STRING are not supported", "dtype", 8},
	{"NonZero", "x", "the extents of its output depend on what is in input 0", NULL, 0},
	{"Unique", "x", "the extents of its output depend on what is in input 0", NULL, 0},
	{"Compress", "x x", "the extents of its output depend on what is in input 1", NULL, 0},
	{"Compress", "x which", "it mixes the images of a batch", NULL, 0},
	{"Compress", "x which", "index 5 of 4 elements", "axis", 1},
	{"DepthToSpace", "x", "its blocksize 0 does not fit [N, 4, 8, 8]", NULL, 0},
	{"DepthToSpace", "x", "its blocksize 3 does not fit", "blocksize", 3},
	{"DepthToSpace", "x", "does not fit", "blocksize", (int64_t)1 << 32},
	{"SpaceToDepth", "x", "its blocksize 3 does not fit", "blocksize", 3},
	{"ReverseSequence", "x one", "it mixes the images of a batch", NULL, 0},
	{"GroupNormalization", "x four four", "3 groups of the channels of", "num_groups", 3},
	{"GroupNormalization", "x four four", "0 groups of the channels of", NULL, 0},
	{"GroupNormalization", "x pair four", "input 1 ('pair') is [2], not [4]", "num_groups", 2},
	{"MeanVarianceNormalization", "x", "it mixes the images of a batch", NULL, 0},
	{"GlobalLpPool", "x", "its p is 0", "p", 0},
	{"GridSample", "x x", "does not read images of", NULL, 0},
	{"Det", "four", "[4] holds no square matrices", NULL, 0},
	{"MaxUnpool", "x x", "input 1 ('x') holds floats; integers are needed", NULL, 0},
	{"HannWindow", "minus", "its size is -1", NULL, 0},
	{"BlackmanWindow", "million", "(BlackmanWindow): its values take more memory", NULL, 0},
	{"HammingWindow", "one", "no type of floats", "output_datatype", 7},
	{"MelWeightMatrix", "million million one f0 f1", "a value of more than", NULL, 0},
	{"MelWeightMatrix", "one one one f1 f0", "frequencies from 1 to 0", NULL, 0},
	{"MelWeightMatrix", "one one one f0 nan", "frequencies from 0 to nan", NULL, 0},
	{"MelWeightMatrix", "one zero one f0 f1", "input 1 is 0", NULL, 0},
	{"Mod", "x f1", "floats need fmod = 1", NULL, 0},
	{"BitShift", "one one", "its direction is missing", NULL, 0},
	{"BitwiseAnd", "x x", "input 0 ('x') holds floats; integers are needed", NULL, 0},
	{"ReduceL2", "one", "input 0 ('one') holds integers; floats are needed", NULL, 0},
	{"ReduceProd", "x zero", "it mixes the images of a batch", NULL, 0},
	{"Mean", "x one", "input 1 ('one') holds integers; floats are needed", NULL, 0},
};

static void add_number(Brc__OnnxModel *m, const char *name, int64_t v)
{
	add_tensor(m, name, BRC_ONNX_INT64, 0, NULL, &v, sizeof(v));
}

static void add_float(Brc__OnnxModel *m, const char *name, float v)
{
	add_tensor(m, name, BRC_ONNX_FLOAT, 0, NULL, &v, sizeof(v));
}

static void add_constants(Brc__OnnxModel *m)
{
	static const int64_t six = 6;
	static const uint8_t which[6] = {1, 0, 0, 0, 0, 1};

	add_number(m, "n0", 0);
	add_number(m, "n1", 1);
	add_number(m, "most", INT64_MAX);
	add_number(m, "least", INT64_MIN);
	add_float(m, "f0", 0);
	add_float(m, "f1", 1);
	add_float(m, "nan", NAN);
	add_float(m, "infinite", INFINITY);
	add_list(m, "images", 4, (const int64_t[]){2, 1, 1, 1});
	add_list(m, "far", 4, (const int64_t[]){1, (int64_t)1 << 62, 1, 1});
	add_list(m, "back", 4, (const int64_t[]){1, 1, -1, 1});
	add_list(m, "million", 1, (const int64_t[]){100000000});
	add_list(m, "zero", 1, (const int64_t[]){0});
	add_list(m, "one", 1, (const int64_t[]){1});
	add_list(m, "minus", 1, (const int64_t[]){-1});
	add_list(m, "pair2", 2, (const int64_t[]){1, 1});
	add_weights(m, "pair", 0, 2);
	add_weights(m, "four", 0, 4);
	add_weights(m, "square", 3, 3);
	add_tensor(m, "which", BRC_ONNX_BOOL, 1, &six, which, sizeof(which));
}

static void arguments_without_sense_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		Brc__OnnxModel *m = begin();
		Brc__OnnxNode *n;

		m->opset_import[0]->version = 21;
		add_constants(m);
		n = add_node(m, rows[i].type, rows[i].in, "y");
		if (rows[i].name)
			add_int(n, rows[i].name, rows[i].value);
		refuses(m, rows[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments_without_sense_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
