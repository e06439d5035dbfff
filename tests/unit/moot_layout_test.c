/*
 * Values with one channel, or one place: both layouts put their elements in the same places, so
 * that none is changed into the other. What an operator makes of such a value must not depend on
 * which one it is said to have.
 */
#include "model_build.h"

#include "exec_pass.h"

enum { ROWS = 2 };

typedef struct row {
	const char *type, *in; /* in: behind x */
	size_t ndim, dim[4];   /* of x, dimension 0 aside */
	const char *name;      /* an attribute */
	int64_t value;
} row;

static const row rows[] = {
	{"SpaceToDepth", "", 4, {1, 4, 4}, "blocksize", 2},
	{"DepthToSpace", "", 4, {4, 1, 1}, "blocksize", 2},
	{"GridSample", "grid", 4, {3, 1, 1}, NULL, 0},
	{"Tile", "times", 4, {3, 1, 1}, NULL, 0},
	{"Pad", "pads", 4, {3, 1, 1}, NULL, 0},
	{"Gather", "places", 4, {3, 1, 1}, "axis", 2},
	{"GatherElements", "elements", 4, {3, 1, 1}, "axis", 2},
	{"Expand", "wide", 4, {3, 1, 1}, NULL, 0},
	{"Concat", "x", 4, {3, 1, 1}, "axis", 3},
	{"Concat", "x", 4, {1, 4, 4}, "axis", 1},
	{"LSTM", "w r", 3, {4, 1}, "layout", 1},
	{"LSTM", "w r", 3, {1, 1}, "layout", 1},
	{"RNN", "w0 r0", 3, {1, 1}, "layout", 1},
	{"Trilu", "", 4, {1, 4, 4}, NULL, 0},
	{"TopK", "two", 4, {1, 4, 4}, "axis", 2},
	{"Unsqueeze", "minus", 4, {1, 4, 4}, NULL, 0},
	{"MatMul", "four", 4, {1, 4, 4}, NULL, 0},
	{"MatMul", "line", 4, {3, 1, 1}, NULL, 0},
	{"Attention", "x x", 4, {1, 1, 1}, NULL, 0},
	{"Resize", "- - sizes", 4, {3, 1, 1}, NULL, 0},
	{"Einsum", "line", 4, {3, 1, 1}, NULL, 0},
};

static void fill(Brc__OnnxModel *m, const char *name, size_t n, const int64_t *dim)
{
	size_t count = 1;
	float *at;

	for (size_t k = 0; k < n; k++)
		count *= (size_t)dim[k];
	at = (float *)(void *)add_tensor(m, name, BRC_ONNX_FLOAT, n, dim, NULL, 4 * count)
		     ->raw_data.data;
	for (size_t k = 0; k < count; k++)
		at[k] = (float)(k % 7) / 8 - 0.375f;
}

static void add_constants(Brc__OnnxModel *m)
{
	int64_t zeros[ROWS * 3 * 2 * 1] = {0};

	add_list(m, "times", 4, (const int64_t[]){1, 1, 2, 3});
	add_list(m, "pads", 8, (const int64_t[]){0, 0, 1, 0, 0, 0, 1, 1});
	add_list(m, "places", 2, (const int64_t[]){0, 0});
	add_list(m, "wide", 4, (const int64_t[]){1, 1, 2, 2});
	add_list(m, "two", 1, (const int64_t[]){2});
	add_list(m, "minus", 1, (const int64_t[]){-1});
	add_list(m, "sizes", 4, (const int64_t[]){ROWS, 3, 2, 2});
	add_tensor(m, "elements", BRC_ONNX_INT64, 4, (const int64_t[]){ROWS, 3, 2, 1}, zeros,
		   sizeof(zeros));
	fill(m, "grid", 4, (const int64_t[]){ROWS, 2, 2, 2});
	fill(m, "w", 3, (const int64_t[]){1, 12, 1});
	fill(m, "r", 3, (const int64_t[]){1, 12, 3});
	fill(m, "w0", 3, (const int64_t[]){1, 3, 1});
	fill(m, "r0", 3, (const int64_t[]){1, 3, 3});
	fill(m, "four", 2, (const int64_t[]){4, 4});
	fill(m, "line", 2, (const int64_t[]){1, 4});
}

/* x -> pool, which leaves it as it is, with its channels last -> the operator -> y */
static Brc__OnnxModel *model_of(const row *r, bool pooled)
{
	Brc__OnnxModel *m = new_model();
	const int64_t extent[4] = {-1, (int64_t)r->dim[0], (int64_t)r->dim[1], (int64_t)r->dim[2]};
	static const int64_t ones[2] = {1, 1};
	Brc__OnnxNode *n;
	char in[64];

	m->opset_import[0]->version = strcmp(r->type, "Attention") == 0 ? 23 : 16;
	add_input(m, "x0", r->ndim, extent);
	add_constants(m);
	if (pooled)
		add_int_list(add_node(m, "MaxPool", "x0", "x"), "kernel_shape", r->ndim - 2, ones);
	else
		add_node(m, "Identity", "x0", "x");
	snprintf(in, sizeof(in), "x %s", r->in);
	n = add_node(m, r->type, in, "y");
	if (r->name)
		add_int(n, r->name, r->value);
	if (strcmp(r->type, "Einsum") == 0) {
		Brc__OnnxAttribute *a = add_attribute(n, "equation", 3);

		a->s.data = (uint8_t *)strdup("nchw,wd->nchd");
		a->s.len = strlen((const char *)a->s.data);
		a->has_s = 1;
	}
	add_output(m, "y");
	return m;
}

/* What it gives for x = 0, 1, 2 and so on: *y[returned], which the caller frees. */
static size_t result(const row *r, bool pooled, float **y)
{
	brc_tensor_view in = {.name = "x0", .ndim = r->ndim, .dim = {ROWS}, .batch = true};
	brc_err err = {0};
	size_t n, count = ROWS;
	uint8_t *bytes = pack_model(model_of(r, pooled), &n);
	exec_pass p;
	brc_exec *g;
	brc_onnx m;
	float *x;

	for (size_t k = 1; k < r->ndim; k++) {
		in.dim[k] = r->dim[k - 1];
		count *= in.dim[k];
	}
	if (brc_onnx_decode(&m, bytes, n, &err) != BRC_OK ||
	    brc_exec_new(&g, &m, &in, 1, NULL, &err) != BRC_OK ||
	    exec_pass_new(&p, g, &err) != BRC_OK)
		fail_msg("%s: %s", r->type, err.message);
	x = brc_workspace_input(p.w, "x0");
	for (size_t i = 0; i < count; i++)
		x[i] = (float)i;
	assert_int_equal(exec_pass_run(p.w, &err), BRC_OK);
	n = output_of(g, 0)->count;
	*y = made(n * sizeof(**y));
	memcpy(*y, brc_workspace_output(p.w, 0), n * sizeof(**y));
	exec_pass_free(&p);
	brc_exec_free(g);
	brc_onnx_clear(&m);
	free(bytes);
	return n;
}

static void operators_do_not_depend_on_a_layout_that_is_moot(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		float *plain, *last;
		size_t n = result(&rows[i], false, &plain), m = result(&rows[i], true, &last);

		assert_int_equal(n, m);
		for (size_t k = 0; k < n; k++)
			if (plain[k] != last[k])
				fail_msg("row %zu, %s: element %zu is %g, not %g", i, rows[i].type,
					 k, (double)last[k], (double)plain[k]);
		free(plain);
		free(last);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operators_do_not_depend_on_a_layout_that_is_moot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
