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

#define RUN_BYTES ((size_t)2 << 20) /* with sanitizers, more takes seconds */
#define MAX_ELEMENTS ((size_t)1 << 16)

enum { ROWS = 2, INPUTS = 8 };

typedef struct inputs {
	brc_tensor_view at[INPUTS];
	char *name[INPUTS]; /* a model may be gone when they are asked for */
	size_t n;
} inputs;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_initializer(const Brc__OnnxGraph *g, const char *name)
{
	for (size_t i = 0; i < g->n_initializer; i++)
		if (g->initializer[i]->name && strcmp(g->initializer[i]->name, name) == 0)
			return true;
	return false;
}

static brc_elem kind(int32_t type)
{
	bool real = type == BRC_ONNX_FLOAT || type == BRC_ONNX_DOUBLE || type == BRC_ONNX_FLOAT16 ||
		    type == BRC_ONNX_BFLOAT16 || type == 0;

	return real ? BRC_ELEM_FLOAT : type == BRC_ONNX_BOOL ? BRC_ELEM_BOOL : BRC_ELEM_INT;
}

static size_t elements(const brc_tensor_view *v)
{
	size_t n = 1;

	for (size_t k = 0; k < v->ndim; k++)
		n *= v->dim[k];
	return n;
}

/* An input as the model declares it; with `batch`, two images of it. False: not this one. */
static bool declared(const Brc__OnnxValueInfo *i, bool batch, brc_tensor_view *v)
{
	const Brc__OnnxTensorType *t = i->type ? i->type->tensor_type : NULL;
	const Brc__OnnxShape *s = t ? t->shape : NULL;

	if (!s || s->n_dim > BRC_MAX_DIMS || (batch && s->n_dim < 1))
		return false;
	*v = (brc_tensor_view){.elem = kind(t->elem_type), .ndim = s->n_dim, .batch = batch};
	for (size_t k = 0; k < s->n_dim; k++) {
		v->dim[k] = s->dim[k]->dim_value > 0 ? (size_t)s->dim[k]->dim_value : 1;
		if (batch && k == 0)
			v->dim[0] = ROWS;
		if (v->dim[k] > MAX_ELEMENTS || elements(v) > MAX_ELEMENTS) {
			v->ndim = k;
			return false;
		}
	}
	return true;
}

/* All inputs of the model; with `batch`, the first holds images. */
static bool declare(const Brc__OnnxGraph *g, bool batch, inputs *in)
{
	in->n = 0;
	for (size_t i = 0; i < g->n_input; i++) {
		const char *name = g->input[i]->name;

		if (!name || is_initializer(g, name))
			continue;
		if (in->n == INPUTS || !declared(g->input[i], batch && in->n == 0, &in->at[in->n]))
			return false;
		in->name[in->n] = strdup(name);
		in->at[in->n].name = in->name[in->n];
		in->n++;
	}
	return true;
}

/* Small numbers, some of them negative, and now and then a large one: as indices, they miss. */
static void fill(void *at, const brc_tensor_view *v)
{
	for (size_t i = 0; i < elements(v); i++) {
		int64_t x = i % 13 == 12 ? (int64_t)1 << 40 : (int64_t)(i * 5 % 7) - 2;

		if (v->elem == BRC_ELEM_FLOAT)
			((float *)at)[i] = (float)x / 2;
		else
			((int64_t *)at)[i] = v->elem == BRC_ELEM_BOOL ? x & 1 : x;
	}
}

static void run(const brc_exec *g, const inputs *in)
{
	brc_schedule *s;
	brc_workspace *w;

	if (brc_schedule_new(&s, g, NULL) != BRC_OK)
		abort();
	if (brc_schedule_bytes(s) > RUN_BYTES) {
		brc_schedule_free(s);
		return;
	}
	if (brc_workspace_for(&w, s, NULL) != BRC_OK)
		abort();
	for (size_t i = 0; i < in->n; i++)
		if (brc_workspace_input(w, in->at[i].name))
			fill(brc_workspace_input(w, in->at[i].name), &in->at[i]);
	if (exec_pass_run(w, NULL) != BRC_OK)
		abort();
	brc_workspace_free(w);
	brc_schedule_free(s);
}

static void build(const uint8_t *data, size_t size, bool batch)
{
	brc_err err = {0};
	inputs in = {.n = 0};
	brc_exec *g = NULL;
	brc_onnx m;

	if (brc_onnx_decode(&m, data, size, &err) == BRC_OK &&
	    declare(m.model->graph, batch, &in)) {
		brc_rc rc = brc_exec_new(&g, &m, in.at, in.n, NULL, &err);

		if (rc == BRC_OK)
			run(g, &in);
		else if (rc != BRC_DATA || err.message[0] == '\0')
			abort();
	}
	brc_exec_free(g);
	for (size_t i = 0; i < in.n; i++)
		free(in.name[i]);
	brc_onnx_clear(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	build(data, size, true);
	build(data, size, false);
	return 0;
}
