/* The executor: against plain loops, folded against run, and what it must refuse. */
#include "model_build.h"

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exec_pass.h"

enum { ROWS = 3, IN = 5, OUT = 4, SIDE = 6, PLACES = SIDE * SIDE };

static float number(size_t i)
{
	return (float)((i * 2654435761u >> 7) % 2001) / 1000.0f - 1.0f;
}

static void add_floats(Brc__OnnxModel *m, const char *name, size_t ndim, const int64_t *dim,
		       size_t seed, float least)
{
	size_t n = 1;
	Brc__OnnxTensor *t;

	for (size_t k = 0; k < ndim; k++)
		n *= (size_t)dim[k];
	t = add_tensor(m, name, BRC_ONNX_FLOAT, ndim, dim, NULL, 4 * n);
	for (size_t i = 0; i < n; i++) {
		float v = number(i + seed);

		((float *)(void *)t->raw_data.data)[i] = least > 0 ? least + v * v : v;
	}
}

static brc_onnx decode(Brc__OnnxModel *model)
{
	size_t n;
	uint8_t *bytes = pack_model(model, &n);
	brc_err err = {0};
	brc_onnx m;

	if (brc_onnx_decode(&m, bytes, n, &err) != BRC_OK)
		fail_msg("%s", err.message);
	free(bytes);
	return m;
}

static const int64_t image[] = {-1, IN, SIDE, SIDE};

static brc_tensor_view images(const char *name, const float *data)
{
	return (brc_tensor_view){.name = name,
				 .ndim = 4,
				 .dim = {ROWS, IN, SIDE, SIDE},
				 .data = data,
				 .batch = !data};
}

/* relu(bn(conv(x)) + bypass(x)): everything that is fused in a residual network. */
static Brc__OnnxModel *residual(void)
{
	Brc__OnnxModel *m = new_model();
	Brc__OnnxNode *conv;
	static const int64_t weight[] = {OUT, IN, 3, 3}, bypass[] = {OUT, IN, 1, 1}, c[] = {OUT};
	static const int64_t pads[] = {1, 1, 1, 1};

	add_input(m, "x", 4, image);
	add_output(m, "y");
	add_floats(m, "w", 4, weight, 10, 0);
	add_floats(m, "p", 4, bypass, 900, 0);
	add_floats(m, "s", 1, c, 20, 0);
	add_floats(m, "b", 1, c, 30, 0);
	add_floats(m, "m", 1, c, 40, 0);
	add_floats(m, "v", 1, c, 50, 0.5f);
	add_node(m, "Conv", "x p", "q");
	conv = add_node(m, "Conv", "x w b", "h");
	add_int_list(conv, "pads", 4, pads);
	add_node(m, "BatchNormalization", "h s b m v", "n");
	add_node(m, "Add", "n q", "a");
	add_node(m, "Relu", "a", "y");
	return m;
}

static double weight_at(size_t seed, size_t i)
{
	return number(i + seed);
}

/* The same by plain loops, in double. */
static double residual_at(const float *x, size_t r, size_t o, size_t row, size_t col)
{
	double sum = weight_at(30, o), side = 0, v = weight_at(50, o);

	for (size_t c = 0; c < IN; c++) {
		const float *channel = x + (r * IN + c) * PLACES;

		side += weight_at(900, o * IN + c) * channel[row * SIDE + col];
		for (size_t i = 0; i < 3; i++)
			for (size_t j = 0; j < 3; j++)
				if (row + i >= 1 && row + i <= SIDE && col + j >= 1 &&
				    col + j <= SIDE)
					sum += weight_at(10, ((o * IN + c) * 3 + i) * 3 + j) *
					       channel[(row + i - 1) * SIDE + col + j - 1];
	}
	sum = (sum - weight_at(40, o)) / sqrt(0.5 + v * v + 1e-5) * weight_at(20, o) +
	      weight_at(30, o) + side;
	return sum < 0 ? 0 : sum;
}

static void check_residual(const float *x, const float *y)
{
	for (size_t i = 0; i < ROWS * OUT * PLACES; i++) {
		double want = residual_at(x, i / PLACES / OUT, i / PLACES % OUT, i % PLACES / SIDE,
					  i % SIDE);

		if (fabs(y[i] - want) > 1e-5)
			fail_msg("element %zu is %.9g, not %.9g", i, (double)y[i], want);
	}
}

static void fill(float *x)
{
	for (size_t i = 0; i < ROWS * IN * PLACES; i++)
		x[i] = number(i + 5000);
}

static void a_residual_block_is_right_however_it_is_run(void **state)
{
	static const char *const keep[] = {"n", "a"};
	const brc_exec_options all = {.keep = keep, .n_keep = 2};
	static float x[ROWS * IN * PLACES];
	brc_onnx m = decode(residual());
	brc_err err = {0};

	(void)state;
	fill(x);
	for (int way = 0; way < 3; way++) { /* fused, with inner values kept, folded */
		brc_tensor_view in = images("x", way == 2 ? x : NULL);
		const brc_operand *out;
		exec_pass p;
		brc_exec *g;

		if (brc_exec_new(&g, &m, &in, 1, way == 1 ? &all : NULL, &err) != BRC_OK)
			fail_msg("%s", err.message);
		assert_int_equal(exec_pass_new(&p, g, &err), BRC_OK);
		for (int pass = 0; pass < 2; pass++) { /* the second finds used memory */
			if (way < 2)
				memcpy(brc_workspace_input(p.w, "x"), x, sizeof(x));
			assert_int_equal(exec_pass_run(p.w, &err), BRC_OK);
			out = output_of(g, 0);
			assert_int_equal(out->ndim, 4);
			assert_int_equal(out->dim[1], OUT);
			assert_int_equal(!out->data, way != 2);
			check_residual(x, out->data ? out->data : brc_workspace_output(p.w, 0));
		}
		exec_pass_free(&p);
		brc_exec_free(g);
	}
	brc_onnx_clear(&m);
}

/* ---- buffers ---- */

/*
 * Sums, some taken over by a convolution and some carried out in place, one
 * writing over the next: with every value kept, none of that happens.
 */
static Brc__OnnxModel *chain(void)
{
	Brc__OnnxModel *m = new_model();
	static const int64_t first[] = {OUT, IN, 1, 1}, square[] = {OUT, OUT, 1, 1};

	add_input(m, "x", 4, image);
	add_output(m, "y");
	add_floats(m, "f", 4, first, 10, 0);
	add_floats(m, "w", 4, square, 70, 0);
	add_node(m, "Conv", "x f", "a0");
	add_node(m, "Relu", "a0", "a");
	add_node(m, "Conv", "a w", "b1");
	add_node(m, "Conv", "a w", "b2");
	add_node(m, "Add", "b1 b2", "b3");
	add_node(m, "Relu", "b3", "b");
	add_node(m, "Tanh", "b", "c1");
	add_node(m, "Conv", "b w", "c2");
	add_node(m, "Add", "c1 c2", "c3");
	add_node(m, "Relu", "c3", "c");
	add_node(m, "Conv", "c w", "d1");
	add_node(m, "Add", "d1 c", "d2");
	add_node(m, "Sigmoid", "d2", "d");
	add_node(m, "Conv", "d w", "e1");
	add_node(m, "Add", "e1 d", "e2");
	add_node(m, "Relu", "e2", "e");
	add_node(m, "Conv", "e w", "g1");
	add_node(m, "Add", "g1 e", "g2");
	add_node(m, "Tanh", "g2", "h1");
	add_node(m, "Add", "h1 g2", "h2");
	add_node(m, "Relu", "h2", "h");
	add_node(m, "Conv", "h w", "i1");
	add_node(m, "Conv", "i1 w", "k1");
	add_node(m, "Conv", "k1 w", "i2");
	add_node(m, "Add", "i2 h", "i3");
	add_node(m, "Relu", "i3", "i");
	add_node(m, "Conv", "i w", "j1");
	add_node(m, "Conv", "j1 w", "j2");
	add_node(m, "Add", "j2 i", "g");
	add_node(m, "Add", "g x0", "y");
	add_floats(m, "x0", 0, square, 3, 0);
	return m;
}

static void run_chain(Brc__OnnxModel *model, const brc_exec_options *o, const float *x, float *y)
{
	brc_onnx m = decode(model);
	brc_tensor_view in = images("x", NULL);
	brc_err err = {0};
	exec_pass p;
	brc_exec *g;

	if (brc_exec_new(&g, &m, &in, 1, o, &err) != BRC_OK)
		fail_msg("%s", err.message);
	assert_int_equal(exec_pass_new(&p, g, &err), BRC_OK);
	memcpy(brc_workspace_input(p.w, "x"), x, ROWS * IN * PLACES * sizeof(*x));
	assert_int_equal(exec_pass_run(p.w, &err), BRC_OK);
	memcpy(y, brc_workspace_output(p.w, 0), ROWS * OUT * PLACES * sizeof(*y));
	exec_pass_free(&p);
	brc_exec_free(g);
	brc_onnx_clear(&m);
}

static void sharing_memory_changes_nothing(void **state)
{
	static const char *const keep[] = {"a0", "a",  "b1", "b2", "b3", "b",  "c1", "c2",
					   "c3", "c",  "d1", "d2", "d",  "e1", "e2", "e",
					   "g1", "g2", "h1", "h2", "h",  "i1", "k1", "i2",
					   "i3", "i",  "j1", "j2", "g"};
	const brc_exec_options all = {.keep = keep, .n_keep = sizeof(keep) / sizeof(*keep)};
	static float x[ROWS * IN * PLACES], apart[ROWS * OUT * PLACES], shared[ROWS * OUT * PLACES];

	(void)state;
	fill(x);
	run_chain(chain(), &all, x, apart);
	run_chain(chain(), NULL, x, shared);
	for (size_t i = 0; i < ROWS * OUT * PLACES; i++)
		if (!(fabsf(apart[i] - shared[i]) <= 1e-4f * (1 + fabsf(apart[i]))))
			fail_msg("element %zu is %.9g, not %.9g", i, (double)shared[i],
				 (double)apart[i]);
}

/* ---- how products are computed ---- */

static void refuses_with(Brc__OnnxModel *model, const brc_exec_options *o, const char *message)
{
	brc_onnx m = decode(model);
	brc_tensor_view in = images("x", NULL);
	brc_err err = {0};
	brc_exec *g;

	assert_int_equal(brc_exec_new(&g, &m, &in, 1, o, &err), BRC_DATA);
	assert_null(g);
	if (!strstr(err.message, message))
		fail_msg("'%s' is not '%s'", err.message, message);
	brc_onnx_clear(&m);
}

enum { BIG_ROWS = 4, BIG_IN = 32, BIG_OUT = 48, BIG_SIDE = 18, CLASSES = 10 };

/* A convolution that suits Winograd's algorithm, and a product with a packed matrix. */
static Brc__OnnxModel *large_products(void)
{
	static const int64_t in[] = {-1, BIG_IN, BIG_SIDE, BIG_SIDE}, c[] = {BIG_OUT};
	static const int64_t weight[] = {BIG_OUT, BIG_IN, 3, 3}, pads[] = {1, 0, 0, 1};
	static const int64_t dense[] = {CLASSES, BIG_OUT};
	Brc__OnnxModel *m = new_model();

	add_input(m, "x", 4, in);
	add_output(m, "z");
	add_floats(m, "w", 4, weight, 10, 0);
	add_floats(m, "b", 1, c, 30, 0);
	add_floats(m, "d", 2, dense, 70, 0);
	add_int_list(add_node(m, "Conv", "x w b", "y"), "pads", 4, pads);
	add_node(m, "GlobalMaxPool", "y", "p");
	add_node(m, "Flatten", "p", "f");
	add_int(add_node(m, "Gemm", "f d", "z"), "transB", 1);
	return m;
}

/* Place (row, col) of the convolution by plain loops, in double. */
static double large_at(const float *x, size_t r, size_t o, size_t row, size_t col)
{
	double sum = weight_at(30, o);

	for (size_t c = 0; c < BIG_IN; c++)
		for (size_t i = 0; i < 3; i++)
			for (size_t j = 0; j < 3; j++)
				if (row + i >= 1 && col + j < BIG_SIDE)
					sum += weight_at(10, ((o * BIG_IN + c) * 3 + i) * 3 + j) *
					       x[((r * BIG_IN + c) * BIG_SIDE + row + i - 1) *
							 BIG_SIDE +
						 col + j];
	return sum;
}

/* The largest difference from them, and from products with them, over the largest value. */
static void differences(const float *x, const float *y, const float *z, double *conv, double *dense)
{
	enum { SHORT = BIG_SIDE - 1, PER = SHORT * SHORT };
	double most = 0, worst = 0, high = 0, far = 0;

	for (size_t r = 0; r < BIG_ROWS; r++) {
		double top[BIG_OUT];

		for (size_t o = 0; o < BIG_OUT; o++) {
			top[o] = -INFINITY;
			for (size_t i = 0; i < PER; i++) {
				double want = large_at(x, r, o, i / SHORT, i % SHORT);

				top[o] = fmax(top[o], want);
				most = fmax(most, fabs(want));
				worst = fmax(worst, fabs(want - y[(r * BIG_OUT + o) * PER + i]));
			}
		}
		for (size_t k = 0; k < CLASSES; k++) {
			double want = 0;

			for (size_t o = 0; o < BIG_OUT; o++)
				want += weight_at(70, k * BIG_OUT + o) * top[o];
			high = fmax(high, fabs(want));
			far = fmax(far, fabs(want - z[r * CLASSES + k]));
		}
	}
	*conv = worst / most;
	*dense = far / high;
}

static void run_large(brc_precision precision, double *conv, double *dense)
{
	static const char *const keep[] = {"y"};
	const brc_exec_options o = {.keep = keep, .n_keep = 1, .precision = precision};
	static float x[BIG_ROWS * BIG_IN * BIG_SIDE * BIG_SIDE];
	brc_onnx m = decode(large_products());
	brc_tensor_view in = {.name = "x",
			      .ndim = 4,
			      .dim = {BIG_ROWS, BIG_IN, BIG_SIDE, BIG_SIDE},
			      .batch = true};
	brc_err err = {0};
	exec_pass p;
	brc_exec *g;

	for (size_t i = 0; i < sizeof(x) / sizeof(*x); i++)
		x[i] = number(i + 5000);
	if (brc_exec_new(&g, &m, &in, 1, &o, &err) != BRC_OK)
		fail_msg("%s", err.message);
	assert_int_equal(exec_pass_new(&p, g, &err), BRC_OK);
	memcpy(brc_workspace_input(p.w, "x"), x, sizeof(x));
	assert_int_equal(exec_pass_run(p.w, &err), BRC_OK);
	differences(x, brc_workspace_output(p.w, 1), brc_workspace_output(p.w, 0), conv, dense);
	exec_pass_free(&p);
	brc_exec_free(g);
	brc_onnx_clear(&m);
}

static void large_products_are_right(void **state)
{
	double conv, dense;

	(void)state;
	run_large(BRC_PRECISION_FLOAT, &conv, &dense);
	assert_true(conv < 1e-5 && dense < 1e-5);
}

/* bfloat16 rounds to 2^-9 of a number: sums of 288 products differ by some of that. */
static void bfloat16_is_near_or_refused(void **state)
{
	const brc_exec_options o = {.precision = BRC_PRECISION_BF16};
	double conv, dense;

	(void)state;
	if (!brc_exec_bf16_supported()) {
		refuses_with(large_products(), &o, "this processor has no bfloat16 arithmetic");
		return;
	}
	run_large(BRC_PRECISION_BF16, &conv, &dense);
	assert_true(conv < 1e-2 && dense < 2e-2);
	assert_true(conv > 1e-5 && dense > 1e-5); /* it is what was asked for */
}

/* ---- order ---- */

static Brc__OnnxModel *backwards(Brc__OnnxModel *m)
{
	Brc__OnnxNode **node = m->graph->node;
	size_t n = m->graph->n_node;

	for (size_t i = 0; i < n / 2; i++) {
		Brc__OnnxNode *t = node[i];

		node[i] = node[n - 1 - i];
		node[n - 1 - i] = t;
	}
	return m;
}

static void nodes_may_stand_in_any_order(void **state)
{
	static float x[ROWS * IN * PLACES], sorted[ROWS * OUT * PLACES], other[ROWS * OUT * PLACES];

	(void)state;
	fill(x);
	run_chain(chain(), NULL, x, sorted);
	run_chain(backwards(chain()), NULL, x, other);
	for (size_t i = 0; i < ROWS * OUT * PLACES; i++)
		if (!(fabsf(other[i] - sorted[i]) <= 1e-5f * (1 + fabsf(sorted[i]))))
			fail_msg("element %zu is %.9g, not %.9g", i, (double)other[i],
				 (double)sorted[i]);
}

/* ---- refusals ---- */

static Brc__OnnxModel *with(const char *op, const char *in, Brc__OnnxNode **node)
{
	Brc__OnnxModel *m = new_model();
	static const int64_t weight[] = {OUT, IN, 3, 3};
	Brc__OnnxNode *n;

	add_input(m, "x", 4, image);
	add_output(m, "y");
	add_floats(m, "w", 4, weight, 10, 0);
	n = add_node(m, op, in, "y");
	if (node)
		*node = n;
	return m;
}

static void what_never_ends_or_is_there_twice_is_refused(void **state)
{
	Brc__OnnxModel *m = with("Relu", "x", NULL);

	(void)state;
	add_node(m, "Relu", "tail", "end");
	add_node(m, "Add", "y back", "first");
	add_node(m, "Relu", "first", "second");
	add_node(m, "Tanh", "second", "tail");
	add_node(m, "Sigmoid", "second", "back");
	refuses_with(backwards(m), NULL,
		     "node 'my-back' (Sigmoid): its output feeds back into its input");
	m = with("Relu", "x", NULL);
	add_node(m, "Tanh", "x", "y");
	refuses_with(m, NULL, "value 'y' is defined twice");
	m = with("Relu", "x", NULL);
	*add_node(m, "Add", "y y", "z")->output[0] = '\0';
	refuses_with(m, NULL, "node 'my-z' (Add): its first output has no name");
	m = with("Relu", "x", NULL);
	add_list(m, "w", 1, (const int64_t[]){1});
	refuses_with(m, NULL, "initializer 'w' is defined twice");
}

static void what_it_cannot_run_is_refused_by_node(void **state)
{
	static const int64_t huge[] = {1, 1, INT64_MAX, 1}, minus[] = {-1, 0, 0, 0},
			     swap[] = {1, 0, 2, 3}, zero[] = {0, 0}, axes[] = {0},
			     gigantic[] = {1 << 30, 1 << 30};
	Brc__OnnxNode *n;
	Brc__OnnxModel *m;

	(void)state;
	refuses_with(with("Swirl", "x", NULL), NULL, "operator Swirl (node 'my-y') is not");
	refuses_with(with("Relu", "y", NULL), NULL,
		     "node 'my-y' (Relu): its output feeds back into its input");
	refuses_with(with("Relu", "z", NULL), NULL, "its input 'z' does not exist");
	refuses_with(with("Conv", "x x", NULL), NULL, "a constant is needed");
	m = with("Conv", "x w", &n);
	add_int(n, "group", 2);
	refuses_with(m, NULL, "node 'my-y' (Conv): its input [N, 5, 6, 6] does not fit");
	m = with("Conv", "x w", &n);
	add_int_list(n, "pads", 4, huge);
	refuses_with(m, NULL, "entry 2 of its pads");
	m = with("Conv", "x w", &n);
	add_int_list(n, "pads", 4, minus);
	refuses_with(m, NULL, "entry 0 of its pads is -1");
	m = with("Conv", "x w", &n);
	add_int_list(n, "strides", 2, zero);
	refuses_with(m, NULL, "entry 0 of its strides is 0");
	m = with("MaxPool", "x", &n);
	add_int_list(n, "kernel_shape", 2, gigantic);
	refuses_with(m, NULL, "kernel_shape");
	m = with("Softmax", "x", &n);
	add_int(n, "axis", 0);
	refuses_with(m, NULL, "it mixes the images of a batch");
	m = with("Concat", "x x", &n);
	add_int(n, "axis", 0);
	refuses_with(m, NULL, "it mixes the images of a batch");
	m = with("ReduceMean", "x", &n);
	add_int_list(n, "axes", 1, axes);
	refuses_with(m, NULL, "it mixes the images of a batch");
	m = with("Transpose", "x", &n);
	add_int_list(n, "perm", 4, swap);
	add_node(m, "GlobalAveragePool", "y", "z");
	refuses_with(m, NULL, "node 'my-z' (GlobalAveragePool): it mixes");
	m = with("ConstantOfShape", "s", NULL);
	add_list(m, "s", 2, gigantic);
	refuses_with(m, NULL, "node 'my-y' (ConstantOfShape): a value of more than");
}

/* ---- weights in another file ---- */

static Brc__OnnxModel *external_at(const char *location, const char *offset, const char *length)
{
	Brc__OnnxModel *m = with("Conv", "x w", NULL);
	Brc__OnnxTensor *t = m->graph->initializer[0];
	const char *const entry[][2] = {
		{"location", location}, {"offset", offset}, {"length", length}};

	free(t->raw_data.data);
	t->raw_data.data = NULL;
	t->raw_data.len = 0;
	t->has_raw_data = 0;
	t->data_location = 1;
	t->has_data_location = 1;
	for (size_t i = 0; i < 3; i++) {
		Brc__OnnxExternal *e = made(sizeof(*e));

		brc__onnx_external__init(e);
		e->key = strdup(entry[i][0]);
		e->value = strdup(entry[i][1]);
		append(&t->external_data, &t->n_external_data, e);
	}
	return m;
}

static Brc__OnnxModel *with_external(const char *location, const char *length)
{
	return external_at(location, "8", length);
}

/* The weights behind a hole of 3 GiB; twice from one model. */
static void external_data_may_lie_far_behind(void **state)
{
	char folder[] = "/tmp/broca-exec-XXXXXX", path[64];
	brc_exec_options o = {.folder = folder, .keep_only = true};
	static const char *const keep[] = {"w"};
	brc_onnx m = decode(external_at("w", "3221225472", "720"));
	brc_tensor_view in = images("x", NULL);
	brc_err err = {0};
	float w[OUT * IN * 9];
	brc_exec *g;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/w", folder);
	for (size_t i = 0; i < OUT * IN * 9; i++)
		w[i] = number(i);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fseeko(f, (off_t)3 << 30, SEEK_SET), 0);
	assert_int_equal(fwrite(w, 1, sizeof(w), f), sizeof(w));
	fclose(f);
	o.keep = keep;
	o.n_keep = 1;
	for (int i = 0; i < 2; i++) {
		if (brc_exec_new(&g, &m, &in, 1, &o, &err) != BRC_OK)
			fail_msg("%s", err.message);
		assert_memory_equal(output_of(g, 0)->data, w, sizeof(w));
		brc_exec_free(g);
	}
	brc_onnx_clear(&m);
	unlink(path);
	rmdir(folder);
}

static void external_data_stays_in_its_folder(void **state)
{
	char folder[] = "/tmp/broca-exec-XXXXXX", path[64], link[64];
	brc_exec_options o = {.folder = folder};
	static const char *const outside[] = {"/etc/passwd", "../w", "a/../w", "./w", "",
					      "a//w",        "w/"};
	static float w[2 + OUT * IN * 9];
	brc_tensor_view in = images("x", NULL);
	brc_err err = {0};
	brc_exec *g;
	brc_onnx m;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/w", folder);
	snprintf(link, sizeof(link), "%s/link", folder);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(w, 1, sizeof(w), f), sizeof(w));
	fclose(f);
	assert_int_equal(symlink(path, link), 0);
	for (size_t i = 0; i < sizeof(outside) / sizeof(*outside); i++)
		refuses_with(with_external(outside[i], "720"), &o,
			     "is not inside the model's folder");
	refuses_with(with_external("w", "720"), NULL, "is not inside the model's folder");
	refuses_with(with_external("link", "720"), &o, "initializer 'w': its external data 'link'");
	refuses_with(with_external("gone", "720"), &o, "No such file");
	refuses_with(with_external("w", "721"), &o, "ends after 728 of 729 bytes");
	refuses_with(with_external("w", "-1"), &o, "its length '-1' is no number");
	refuses_with(with_external("w", "716"), &o,
		     "its shape has 180 elements, its data 716 bytes");
	m = decode(with_external("w", "720"));
	if (brc_exec_new(&g, &m, &in, 1, &o, &err) != BRC_OK)
		fail_msg("%s", err.message);
	brc_exec_free(g);
	brc_onnx_clear(&m);
	unlink(link);
	unlink(path);
	rmdir(folder);
}

static void narrow_integers_wrap_around(void **state)
{
	static const uint8_t a[] = {250, 3}, b[] = {10, 250};
	static const int64_t two[] = {2};
	Brc__OnnxModel *model = new_model();
	brc_err err = {0};
	const brc_operand *out;
	brc_exec *g;
	brc_onnx m;

	(void)state;
	add_output(model, "y");
	add_tensor(model, "a", BRC_ONNX_UINT8, 1, two, a, 2);
	add_tensor(model, "b", BRC_ONNX_UINT8, 1, two, b, 2);
	add_node(model, "Add", "a b", "c");
	add_int(add_node(model, "Cast", "c", "y"), "to", BRC_ONNX_INT64);
	m = decode(model);
	if (brc_exec_new(&g, &m, NULL, 0, NULL, &err) != BRC_OK)
		fail_msg("%s", err.message);
	out = output_of(g, 0);
	assert_true(((const int64_t *)out->data)[0] == 4 && ((const int64_t *)out->data)[1] == 253);
	brc_exec_free(g);
	brc_onnx_clear(&m);
}

static void half_precision_is_widened(void **state)
{
	static const uint16_t half[] = {0x3c00, 0xc000, 0x0001, 0x7c00, 0x8000, 0x3555};
	static const uint16_t brain[] = {0x3f80, 0xc000, 0x7f80};
	static const int64_t six[] = {6}, three[] = {3};
	Brc__OnnxTensor *t = new_tensor("h", BRC_ONNX_FLOAT16, 1, six, half, sizeof(half));
	brc_err err = {0};
	float *v;

	(void)state;
	assert_int_equal(brc_onnx_tensor_floats(t, &v, &err), BRC_OK);
	assert_true(v[0] == 1 && v[1] == -2 && v[2] == 0x1p-24f && isinf(v[3]));
	assert_true(v[4] == 0 && signbit(v[4]) && v[5] == 0x1.554p-2f);
	free(v);
	brc__onnx_tensor__free_unpacked(t, NULL);
	t = new_tensor("b", BRC_ONNX_BFLOAT16, 1, three, brain, sizeof(brain));
	assert_int_equal(brc_onnx_tensor_floats(t, &v, &err), BRC_OK);
	assert_true(v[0] == 1 && v[1] == -2 && isinf(v[2]));
	free(v);
	brc__onnx_tensor__free_unpacked(t, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_residual_block_is_right_however_it_is_run),
		cmocka_unit_test(sharing_memory_changes_nothing),
		cmocka_unit_test(large_products_are_right),
		cmocka_unit_test(bfloat16_is_near_or_refused),
		cmocka_unit_test(nodes_may_stand_in_any_order),
		cmocka_unit_test(what_never_ends_or_is_there_twice_is_refused),
		cmocka_unit_test(what_it_cannot_run_is_refused_by_node),
		cmocka_unit_test(external_data_stays_in_its_folder),
		cmocka_unit_test(external_data_may_lie_far_behind),
		cmocka_unit_test(narrow_integers_wrap_around),
		cmocka_unit_test(half_precision_is_widened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
