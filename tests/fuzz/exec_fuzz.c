/*
 * libFuzzer target: any bytes as an ONNX model for the executor. Building must
 * end in order; a graph that was accepted and is small must run.
 *
 *     clang -fsanitize=fuzzer,address,undefined ... tests/fuzz/exec_fuzz.c
 *     ./exec_fuzz tests/fuzz/corpus/exec
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/exec_pass.h"

#define RUN_BYTES ((size_t)16 << 20)
#define MAX_ELEMENTS ((size_t)1 << 16)

enum { ROWS = 2 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first input as the model declares it, two images of it; its elements, or 0. */
static size_t first_input(const Brc__OnnxGraph *g, brc_tensor_view *v)
{
	const Brc__OnnxType *t = g->n_input ? g->input[0]->type : NULL;
	const Brc__OnnxShape *s = t && t->tensor_type ? t->tensor_type->shape : NULL;
	size_t n = ROWS;

	if (!s || s->n_dim < 1 || s->n_dim > BRC_MAX_DIMS || !g->input[0]->name)
		return 0;
	*v = (brc_tensor_view){.name = g->input[0]->name, .ndim = s->n_dim, .batch = true};
	v->dim[0] = ROWS;
	for (size_t k = 1; k < s->n_dim; k++) {
		v->dim[k] = s->dim[k]->dim_value > 0 ? (size_t)s->dim[k]->dim_value : 1;
		if (v->dim[k] > MAX_ELEMENTS || (n *= v->dim[k]) > MAX_ELEMENTS)
			return 0;
	}
	return n;
}

static void run(const brc_exec *g, const char *name, size_t n)
{
	brc_schedule *s;
	brc_workspace *w;
	float *x;

	if (brc_schedule_new(&s, g, NULL) != BRC_OK)
		abort();
	if (brc_schedule_bytes(s) > RUN_BYTES) {
		brc_schedule_free(s);
		return;
	}
	if (brc_workspace_for(&w, s, NULL) != BRC_OK)
		abort();
	x = brc_workspace_input(w, name);
	if (x)
		memset(x, 0, n * sizeof(*x));
	if (exec_pass_run(w, NULL) != BRC_OK)
		abort();
	brc_workspace_free(w);
	brc_schedule_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	brc_err err = {0};
	brc_tensor_view in;
	brc_exec *g;
	brc_onnx m;
	brc_rc rc = brc_onnx_decode(&m, data, size, &err);
	size_t n = rc == BRC_OK ? first_input(m.model->graph, &in) : 0;

	if (n > 0) {
		char *name = strdup(in.name);

		rc = brc_exec_new(&g, &m, &in, 1, NULL, &err);
		if (rc == BRC_OK)
			run(g, name, n);
		else if (rc != BRC_DATA || err.message[0] == '\0')
			abort();
		brc_exec_free(g);
		free(name);
	}
	brc_onnx_clear(&m);
	return 0;
}
