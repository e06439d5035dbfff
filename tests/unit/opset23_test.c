/*
 * Operators of operator set 23 against torch (tests/oracle/opset23.py): inputs that are known when
 * the graph is built, and inputs that come when it runs. What does not fit is refused by name.
 */
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "array_files.h"
#include "exec_pass.h"
#include "model_build.h"

#define FOLDER "tests/golden/opset23"

enum { MAX_INPUTS = 6, ROWS = 3, TOLERANCE = 100000 /* one over it */ };

typedef struct inputs {
	brc_tensor_view view[MAX_INPUTS];
	brc_array array[MAX_INPUTS];
	size_t n;
} inputs;

static brc_array array_of(const char *name, const char *side, const char *member)
{
	char path[256], entry[64];
	brc_array a;
	brc_err err = {0};

	snprintf(path, sizeof(path), FOLDER "/%s.npz", name);
	snprintf(entry, sizeof(entry), "%s.%s", side, member);
	if (npz_array(path, entry, 0, &a, &err) != BRC_OK)
		fail_msg("%s: %s", path, err.message);
	return a;
}

/* The arrays of a model; those called b... have an image in each row. */
static inputs read_inputs(const char *name, const Brc__OnnxGraph *g, bool later)
{
	inputs in = {.n = g->n_input};

	assert_true(in.n <= MAX_INPUTS);
	for (size_t k = 0; k < in.n; k++) {
		const char *called = g->input[k]->name;
		int32_t type = g->input[k]->type->tensor_type->elem_type;
		brc_array *a = &in.array[k];

		*a = array_of(name, "in", called);
		in.view[k] = (brc_tensor_view){.name = called,
					       .elem = type == BRC_ONNX_FLOAT  ? BRC_ELEM_FLOAT
						       : type == BRC_ONNX_BOOL ? BRC_ELEM_BOOL
									       : BRC_ELEM_INT,
					       .ndim = a->ndim,
					       .data = later && called[0] == 'b' ? NULL : a->data,
					       .batch = later && called[0] == 'b'};
		memcpy(in.view[k].dim, a->shape, sizeof(in.view[k].dim));
	}
	return in;
}

static void check_output(const char *name, const brc_exec *g, size_t k, const char *called,
			 const float *have)
{
	brc_array want = array_of(name, "out", called);
	const brc_operand *v = output_of(g, k);

	assert_int_equal(v->ndim, want.ndim);
	for (size_t d = 0; d < want.ndim; d++)
		assert_int_equal(v->dim[d], want.shape[d]);
	for (size_t i = 0; i < want.count; i++) {
		double y = ((const float *)want.data)[i];

		if (!(fabs(have[i] - y) * TOLERANCE <= 1 + fabs(y)))
			fail_msg("%s: %s[%zu] is %.9g, not %.9g", name, called, i, (double)have[i],
				 y);
	}
	brc_array_clear(&want);
}

static void check_case(const char *name, bool later)
{
	char path[256];
	brc_err err = {0};
	brc_exec *g;
	brc_onnx m;
	exec_pass p;
	inputs in;

	snprintf(path, sizeof(path), FOLDER "/%s.onnx", name);
	if (brc_onnx_read(&m, path, &err) != BRC_OK)
		fail_msg("%s", err.message);
	in = read_inputs(name, m.model->graph, later);
	if (brc_exec_new(&g, &m, in.view, in.n, NULL, &err) != BRC_OK ||
	    exec_pass_new(&p, g, &err) != BRC_OK)
		fail_msg("%s: %s", name, err.message);
	for (size_t k = 0; k < in.n; k++) {
		void *to = brc_workspace_input(p.w, in.view[k].name);

		if (to && !in.view[k].data)
			memcpy(to, in.array[k].data, in.array[k].count * in.array[k].itemsize);
	}
	assert_int_equal(exec_pass_run(p.w, &err), BRC_OK);
	for (size_t k = 0; k < m.model->graph->n_output; k++) {
		const brc_operand *v = output_of(g, k);

		check_output(name, g, k, m.model->graph->output[k]->name,
			     v->data ? v->data : brc_workspace_output(p.w, k));
	}
	exec_pass_free(&p);
	brc_exec_free(g);
	for (size_t k = 0; k < in.n; k++)
		brc_array_clear(&in.array[k]);
	brc_onnx_clear(&m);
}

static void as_torch_computes_them(void **state)
{
	DIR *d = opendir(FOLDER);
	size_t cases = 0;

	(void)state;
	assert_non_null(d);
	for (struct dirent *e = readdir(d); e; e = readdir(d)) {
		size_t n = strlen(e->d_name);

		if (n < 6 || strcmp(e->d_name + n - 5, ".onnx") != 0)
			continue;
		e->d_name[n - 5] = '\0';
		check_case(e->d_name, false);
		check_case(e->d_name, true);
		cases++;
	}
	closedir(d);
	assert_int_equal(cases, 31);
}

/* ---- refusals ---- */

typedef struct refusal {
	const char *type, *in;
	const char *attribute;
	int64_t value;
	const char *message;
} refusal;

/* x3: [3, 5, 12]; x4: [3, 4, 5, 3]; other: [3, 4, 5, 2]; ids: integers [3, 5]; table: [9, 1]. */
static const brc_tensor_view views[] = {
	{.name = "x3", .ndim = 3, .dim = {ROWS, 5, 12}, .batch = true},
	{.name = "x4", .ndim = 4, .dim = {ROWS, 4, 5, 3}, .batch = true},
	{.name = "even", .ndim = 4, .dim = {ROWS, 4, 5, 2}, .batch = true},
	{.name = "less", .ndim = 4, .dim = {ROWS, 3, 5, 3}, .batch = true},
	{.name = "x2", .ndim = 2, .dim = {ROWS, 12}, .batch = true},
	{.name = "ids", .elem = BRC_ELEM_INT, .ndim = 2, .dim = {ROWS, 5}, .batch = true},
	{.name = "mask", .ndim = 2, .dim = {4, 5}},
	{.name = "table", .ndim = 2, .dim = {9, 1}},
	{.name = "wide", .ndim = 2, .dim = {9, 2}},
	{.name = "one", .ndim = 1, .dim = {1}},
};

enum { VIEWS = sizeof(views) / sizeof(*views) };

static const refusal refusals[] = {
	{"Attention", "x3 x3 x3", NULL, 0, "the number of heads is missing, or negative"},
	{"Attention", "x3 x3 x3", "q_num_heads", 5, "input 0 of shape [N, 5, 12] has not 5 heads"},
	{"Attention", "x3 x4 x4", "q_num_heads", 4, "input 1 has shape [N, 4, 5, 3]; 3 or 4"},
	{"Attention", "x2 x2 x2", NULL, 0, "input 0 has shape [N, 12]; 3 or 4"},
	{"Attention", "x4 even x4", NULL, 0, "its queries, keys and values do not fit"},
	{"Attention", "x4 less less", NULL, 0, "4 heads of queries cannot share 3 of keys"},
	{"Attention", "x4 x4 x4", "kv_num_heads", 3, "input 1 of shape [N, 4, 5, 3] has not 3"},
	{"Attention", "x4 x4 x4 mask", NULL, 0, "[N, 4, 5, 5] and [4, 5] do not fit"},
	{"Attention", "x4 x4 x4 ids", NULL, 0, "its mask holds integers"},
	{"Attention", "x4 x4 x4 - x4", NULL, 0, "past keys and past values must come together"},
	{"Attention", "x4 x4 x4 - even even", NULL, 0, "the past keys of shape [N, 4, 5, 2] do"},
	{"RMSNormalization", "x4 one", NULL, 0, "input 1 ('one') has 1 elements, not 3"},
	{"RotaryEmbedding", "x4 table table ids", NULL, 0, "it turns 3 features, which are not"},
	{"RotaryEmbedding", "x3 table table ids", NULL, 0, "has not 0 heads"},
	{"RotaryEmbedding", "even wide wide ids", NULL, 0, "does not fit 2 features that are"},
	{"RotaryEmbedding", "even table table", NULL, 0, "its table of shape [9, 1] does not fit"},
	{"RotaryEmbedding", "even table table ids", "rotary_embedding_dim", 4,
	 "it turns 4 of 2 features"},
	{"RotaryEmbedding", "even table table x2", NULL, 0, "input 3 ('x2') holds floats"},
};

static void refused_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		const refusal *r = &refusals[i];
		Brc__OnnxModel *m = new_model();
		brc_err err = {0};
		brc_exec *g = NULL;
		brc_onnx onnx;
		Brc__OnnxNode *n;
		uint8_t *bytes;
		size_t size;

		m->opset_import[0]->version = 23;
		for (size_t k = 0; k < VIEWS; k++)
			add_input(m, views[k].name, 0, NULL);
		n = add_node(m, r->type, r->in, "y");
		if (r->attribute)
			add_int(n, r->attribute, r->value);
		add_output(m, "y");
		bytes = pack_model(m, &size);
		assert_int_equal(brc_onnx_decode(&onnx, bytes, size, &err), BRC_OK);
		assert_int_equal(brc_exec_new(&g, &onnx, views, VIEWS, NULL, &err), BRC_DATA);
		if (!strstr(err.message, r->message))
			fail_msg("'%s' does not say '%s'", err.message, r->message);
		brc_onnx_clear(&onnx);
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_torch_computes_them),
		cmocka_unit_test(refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
