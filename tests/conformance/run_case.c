#include "run_case.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "../unit/exec_pass.h"

enum { MAX_TENSORS = 64, PATH = 1024 };

/* The tolerance of ONNX's own test runner. */
static const double RELATIVE = 1e-3, ABSOLUTE = 1e-7;
/* The tests cut values off at 8 bits, where rounding them is as good. */
static const double BRAIN = 0x1p-7;

typedef struct tensors {
	brc_tensor_view view[MAX_TENSORS];
	size_t n;
} tensors;

/* The types that a model declares for its inputs, or its outputs; 0: none, or no tensor. */
typedef struct types {
	int32_t of[MAX_TENSORS];
} types;

static void clear(tensors *t)
{
	for (size_t i = 0; i < t->n; i++)
		free((void *)t->view[i].data);
	t->n = 0;
}

/* ---- reading ---- */

static void *read_file(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	char *bytes = NULL;
	size_t cap = 0, got = 1;

	*n = 0;
	while (f && got > 0 && brc_grow(&bytes, &cap, *n + 65536, 1, NULL) == BRC_OK) {
		got = fread(bytes + *n, 1, 65536, f);
		*n += got;
	}
	if (f)
		fclose(f);
	return bytes;
}

static brc_rc convert(const Brc__OnnxTensor *p, brc_tensor_view *v, brc_err *err)
{
	float *f = NULL;
	int64_t *i = NULL;
	size_t count;
	bool whole = brc_onnx_tensor_is_int(p);
	brc_rc rc = brc_onnx_tensor_shape(p, &v->ndim, v->dim, &count, err);

	if (rc == BRC_OK)
		rc = whole ? brc_onnx_tensor_ints(p, &i, err) : brc_onnx_tensor_floats(p, &f, err);
	v->data = f ? (void *)f : (void *)i;
	v->elem = p->data_type == BRC_ONNX_BOOL ? BRC_ELEM_BOOL
		  : whole                       ? BRC_ELEM_INT
						: BRC_ELEM_FLOAT;
	return rc;
}

static int32_t type_of(const Brc__OnnxValueInfo *v)
{
	return v->type && v->type->tensor_type ? v->type->tensor_type->elem_type : 0;
}

static bool is_initializer(const Brc__OnnxGraph *g, const char *name)
{
	for (size_t i = 0; i < g->n_initializer; i++)
		if (strcmp(g->initializer[i]->name, name) == 0)
			return true;
	return false;
}

static void declared_types(const Brc__OnnxGraph *g, types *in, types *out)
{
	size_t k = 0;

	for (size_t i = 0; i < g->n_input && k < MAX_TENSORS; i++)
		if (!is_initializer(g, g->input[i]->name))
			in->of[k++] = type_of(g->input[i]);
	for (size_t i = 0; i < g->n_output && i < MAX_TENSORS; i++)
		out->of[i] = type_of(g->output[i]);
}

/* PREFIX_0.pb, PREFIX_1.pb, ... */
static brc_rc read_tensors(const char *folder, const char *prefix, const types *declared,
			   tensors *t, brc_err *err)
{
	for (t->n = 0; t->n < MAX_TENSORS; t->n++) {
		char path[PATH + 64];
		size_t n;
		void *bytes;
		Brc__OnnxTensor *p;
		brc_rc rc;

		snprintf(path, sizeof(path), "%s/%s_%zu.pb", folder, prefix, t->n);
		bytes = read_file(path, &n);
		if (!bytes)
			return BRC_OK;
		p = brc__onnx_tensor__unpack(NULL, n, bytes);
		free(bytes);
		if (!p)
			return brc_fail(err, BRC_DATA, "%s is no tensor", prefix);
		t->view[t->n] = (brc_tensor_view){0};
		if (p->data_type == BRC_ONNX_UINT16 && declared->of[t->n] == BRC_ONNX_BFLOAT16)
			p->data_type = BRC_ONNX_BFLOAT16; /* NumPy has none: they are stored so */
		rc = convert(p, &t->view[t->n], err);
		brc__onnx_tensor__free_unpacked(p, NULL);
		if (rc != BRC_OK)
			return rc;
	}
	return BRC_OK;
}

/* Inputs are given in the order of the model's, initializers left out. */
static brc_rc name_inputs(const Brc__OnnxGraph *g, tensors *in, brc_err *err)
{
	size_t k = 0;

	for (size_t i = 0; i < g->n_input && k < in->n; i++)
		if (!is_initializer(g, g->input[i]->name))
			in->view[k++].name = g->input[i]->name;
	return k == in->n ? BRC_OK : brc_fail(err, BRC_DATA, "more inputs than the model has");
}

/* ---- comparing ---- */

static bool close_to(double a, double b, double relative)
{
	return a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= ABSOLUTE + relative * fabs(b);
}

static brc_rc compare_float(const brc_operand *have, size_t i, double a, double b, double relative,
			    brc_err *err)
{
	if (close_to(a, b, relative))
		return BRC_OK;
	return brc_fail(err, BRC_NO, "output '%s', element %zu is %.9g, not %.9g", have->name, i, a,
			b);
}

static brc_rc compare_int(const brc_operand *have, size_t i, int64_t a, int64_t b, brc_err *err)
{
	if (a == b)
		return BRC_OK;
	return brc_fail(err, BRC_NO, "output '%s', element %zu is %lld, not %lld", have->name, i,
			(long long)a, (long long)b);
}

static brc_rc compare(const brc_operand *have, const void *data, const brc_tensor_view *want,
		      int32_t type, brc_err *err)
{
	const double relative = type == BRC_ONNX_BFLOAT16 ? BRAIN : RELATIVE;
	size_t count = 1;

	if (have->ndim != want->ndim ||
	    memcmp(have->dim, want->dim, want->ndim * sizeof(*want->dim)) != 0)
		return brc_fail(err, BRC_NO, "output '%s' has another shape", have->name);
	if ((have->elem == BRC_ELEM_FLOAT) != (want->elem == BRC_ELEM_FLOAT))
		return brc_fail(err, BRC_NO, "output '%s' has another type", have->name);
	for (size_t k = 0; k < want->ndim; k++)
		count *= want->dim[k];
	for (size_t i = 0; i < count; i++) {
		if (want->elem == BRC_ELEM_FLOAT)
			BRC_TRY(compare_float(have, i, ((const float *)data)[i],
					      ((const float *)want->data)[i], relative, err));
		else
			BRC_TRY(compare_int(have, i, ((const int64_t *)data)[i],
					    ((const int64_t *)want->data)[i], err));
	}
	return BRC_OK;
}

static brc_rc compare_all(const brc_exec *g, const brc_workspace *w, const tensors *out,
			  const types *wanted, brc_err *err)
{
	for (size_t k = 0; k < out->n; k++) {
		const brc_operand *have = output_of(g, k);

		BRC_TRY(compare(have, have->data ? have->data : brc_workspace_output(w, k),
				&out->view[k], wanted->of[k], err));
	}
	return BRC_OK;
}

static void fill(brc_workspace *w, const brc_tensor_view *in)
{
	void *to = brc_workspace_input(w, in->name);
	size_t bytes = brc_item(in->elem);

	for (size_t k = 0; k < in->ndim; k++)
		bytes *= in->dim[k];
	if (to)
		memcpy(to, in->data, bytes);
}

/* ---- one case ---- */

/* Which inputs are known only when the graph runs. */
typedef enum when { NONE_LATER, FLOATS_LATER, ALL_LATER } when;

static brc_rc compute(const brc_onnx *m, const tensors *in, const tensors *out, const types *wanted,
		      when later, brc_err *err)
{
	tensors given = *in;
	brc_exec *g;
	exec_pass p;
	brc_rc rc;

	if (m->model->graph->n_output < out->n)
		return brc_fail(err, BRC_NO, "too few outputs");
	for (size_t k = 0; k < in->n; k++)
		if (later == ALL_LATER ||
		    (later == FLOATS_LATER && in->view[k].elem == BRC_ELEM_FLOAT))
			given.view[k].data = NULL;
	BRC_TRY(brc_exec_new(&g, m, given.view, given.n, NULL, err));
	rc = exec_pass_new(&p, g, err);
	for (size_t k = 0; rc == BRC_OK && k < in->n; k++)
		if (!given.view[k].data)
			fill(p.w, &in->view[k]);
	if (rc == BRC_OK)
		rc = exec_pass_run(p.w, err);
	if (rc == BRC_OK)
		rc = compare_all(g, p.w, out, wanted, err);
	exec_pass_free(&p);
	brc_exec_free(g);
	return rc;
}

static verdict run_set(const brc_onnx *m, const char *folder, bool *ran, brc_err *err)
{
	tensors in = {0}, out = {0};
	types given = {{0}}, wanted = {{0}};
	brc_rc rc;

	declared_types(m->model->graph, &given, &wanted);
	rc = read_tensors(folder, "input", &given, &in, err);
	if (rc == BRC_OK)
		rc = read_tensors(folder, "output", &wanted, &out, err);
	if (rc == BRC_OK)
		rc = name_inputs(m->model->graph, &in, err);
	if (rc == BRC_OK)
		rc = compute(m, &in, &out, &wanted, NONE_LATER, err);
	for (int later = FLOATS_LATER; rc == BRC_OK && later <= ALL_LATER; later++) {
		brc_err ignored;

		rc = compute(m, &in, &out, &wanted, (when)later, &ignored);
		*ran = *ran || rc == BRC_OK;
		if (rc == BRC_DATA) /* what must be a constant came as an input */
			rc = BRC_OK;
		else if (rc != BRC_OK)
			*err = ignored;
	}
	clear(&in);
	clear(&out);
	return rc == BRC_OK ? PASSED : rc == BRC_DATA ? REFUSED : FAILED;
}

verdict run_case(const char *folder, const brc_onnx *m, bool *ran, brc_err *err)
{
	char path[PATH];
	verdict v = PASSED;

	*ran = false;
	for (int set = 0; v == PASSED; set++) {
		DIR *d;

		snprintf(path, sizeof(path), "%s/test_data_set_%d", folder, set);
		d = opendir(path);
		if (!d)
			break;
		closedir(d);
		v = run_set(m, path, ran, err);
	}
	return v;
}
