/*
 * The official operator tests of ONNX: every folder below those given holds a
 * model with inputs and outputs. Each is computed twice where it can be: with
 * all inputs known beforehand, and with its floats known only when it runs.
 * Exit 1 when one gives other values than it should. With --summary first, what
 * is not supported is only counted.
 */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/onnx.h"
#include "exec/exec.h"

enum { MAX_TENSORS = 64, PATH = 1024 };

/* The tolerance of ONNX's own test runner. */
static const double RELATIVE = 1e-3, ABSOLUTE = 1e-7;

typedef enum verdict { PASSED, REFUSED, FAILED, VERDICTS } verdict;

typedef struct reason {
	char text[160];
	size_t n;
} reason;

typedef struct tally {
	size_t n[VERDICTS], ran; /* ran: of those passed, how many not only beforehand */
	reason *reasons;
	size_t n_reasons, cap;
} tally;

typedef struct tensors {
	brc_tensor_view view[MAX_TENSORS];
	size_t n;
} tensors;

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

/* PREFIX_0.pb, PREFIX_1.pb, ... */
static brc_rc read_tensors(const char *folder, const char *prefix, tensors *t, brc_err *err)
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
		rc = convert(p, &t->view[t->n], err);
		brc__onnx_tensor__free_unpacked(p, NULL);
		if (rc != BRC_OK)
			return rc;
	}
	return BRC_OK;
}

static bool is_initializer(const Brc__OnnxGraph *g, const char *name)
{
	for (size_t i = 0; i < g->n_initializer; i++)
		if (strcmp(g->initializer[i]->name, name) == 0)
			return true;
	return false;
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

static bool close_to(double a, double b)
{
	return a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= ABSOLUTE + RELATIVE * fabs(b);
}

static brc_rc compare(const brc_tensor_view *have, const void *data, const brc_tensor_view *want,
		      brc_err *err)
{
	size_t count = 1;

	if (have->ndim != want->ndim ||
	    memcmp(have->dim, want->dim, want->ndim * sizeof(*want->dim)) != 0)
		return brc_fail(err, BRC_NO, "output '%s' has another shape", have->name);
	if ((have->elem == BRC_ELEM_FLOAT) != (want->elem == BRC_ELEM_FLOAT))
		return brc_fail(err, BRC_NO, "output '%s' has another type", have->name);
	for (size_t k = 0; k < want->ndim; k++)
		count *= want->dim[k];
	for (size_t i = 0; i < count; i++) {
		bool f = want->elem == BRC_ELEM_FLOAT;
		double a = f ? ((const float *)data)[i] : (double)((const int64_t *)data)[i];
		double b = f ? ((const float *)want->data)[i]
			     : (double)((const int64_t *)want->data)[i];

		if (!close_to(a, b))
			return brc_fail(err, BRC_NO, "output '%s', element %zu is %.9g, not %.9g",
					have->name, i, a, b);
	}
	return BRC_OK;
}

static brc_rc compare_all(const brc_exec *g, const brc_workspace *w, const tensors *out,
			  brc_err *err)
{
	if (brc_exec_outputs(g) < out->n)
		return brc_fail(err, BRC_NO, "too few outputs");
	for (size_t k = 0; k < out->n; k++) {
		brc_tensor_view have = brc_exec_output(g, k);

		BRC_TRY(compare(&have, have.data ? have.data : brc_workspace_output(w, k),
				&out->view[k], err));
	}
	return BRC_OK;
}

static void fill(brc_workspace *w, const brc_tensor_view *in)
{
	void *to = brc_workspace_input(w, in->name);
	size_t bytes = sizeof(float);

	for (size_t k = 0; k < in->ndim; k++)
		bytes *= in->dim[k];
	if (to)
		memcpy(to, in->data, bytes);
}

/* ---- one case ---- */

static brc_rc compute(const brc_onnx *m, const tensors *in, const tensors *out, bool later,
		      brc_err *err)
{
	tensors given = *in;
	brc_exec *g;
	brc_workspace *w;
	brc_rc rc;

	for (size_t k = 0; later && k < in->n; k++)
		if (in->view[k].elem == BRC_ELEM_FLOAT)
			given.view[k].data = NULL;
	BRC_TRY(brc_exec_new(&g, m, given.view, given.n, NULL, err));
	rc = brc_workspace_new(&w, g, err);
	for (size_t k = 0; rc == BRC_OK && later && k < in->n; k++)
		if (!given.view[k].data)
			fill(w, &in->view[k]);
	if (rc == BRC_OK)
		rc = brc_workspace_run(w, err);
	if (rc == BRC_OK)
		rc = compare_all(g, w, out, err);
	brc_workspace_free(w);
	brc_exec_free(g);
	return rc;
}

static verdict run_set(const brc_onnx *m, const char *folder, bool *ran, brc_err *err)
{
	tensors in = {0}, out = {0};
	brc_rc rc = read_tensors(folder, "input", &in, err);

	if (rc == BRC_OK)
		rc = read_tensors(folder, "output", &out, err);
	if (rc == BRC_OK)
		rc = name_inputs(m->model->graph, &in, err);
	if (rc == BRC_OK)
		rc = compute(m, &in, &out, false, err);
	if (rc == BRC_OK) {
		brc_err ignored;

		rc = compute(m, &in, &out, true, &ignored);
		*ran = rc == BRC_OK;
		if (rc == BRC_DATA) /* what must be a constant came as an input */
			rc = BRC_OK;
		else if (rc != BRC_OK)
			*err = ignored;
	}
	clear(&in);
	clear(&out);
	return rc == BRC_OK ? PASSED : rc == BRC_DATA ? REFUSED : FAILED;
}

static void count_reason(tally *t, const char *folder, const char *message)
{
	char text[160];
	const char *name = strrchr(folder, '/') + 1;

	if (strncmp(message, "operator ", 9) == 0)
		snprintf(text, sizeof(text), "%.*s", (int)strcspn(message + 9, " "), message + 9);
	else
		snprintf(text, sizeof(text), "%.60s: %.90s", name, message);
	for (size_t i = 0; i < t->n_reasons; i++) {
		if (strcmp(t->reasons[i].text, text) == 0) {
			t->reasons[i].n++;
			return;
		}
	}
	if (brc_grow(&t->reasons, &t->cap, t->n_reasons + 1, sizeof(reason), NULL) != BRC_OK)
		exit(BRC_RESOURCE);
	memcpy(t->reasons[t->n_reasons].text, text, sizeof(text));
	t->reasons[t->n_reasons++].n = 1;
}

static void run_case(const char *folder, tally *t)
{
	char path[PATH + 32];
	brc_err err = {0};
	brc_onnx m;
	verdict v = REFUSED;
	bool ran = false;

	snprintf(path, sizeof(path), "%s/model.onnx", folder);
	if (brc_onnx_read(&m, path, &err) == BRC_OK) {
		v = PASSED;
		for (int set = 0; v == PASSED; set++) {
			DIR *d;

			snprintf(path, sizeof(path), "%s/test_data_set_%d", folder, set);
			d = opendir(path);
			if (!d)
				break;
			closedir(d);
			v = run_set(&m, path, &ran, &err);
		}
		brc_onnx_clear(&m);
	}
	t->n[v]++;
	t->ran += v == PASSED && ran;
	if (v == FAILED)
		printf("FAILED %s: %s\n", folder, err.message);
	if (v == REFUSED)
		count_reason(t, folder, err.message);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(((const reason *)a)->text, ((const reason *)b)->text);
}

static int run_folder(const char *root, tally *t)
{
	struct dirent **entry;
	int n = scandir(root, &entry, NULL, alphasort);

	if (n < 0) {
		fprintf(stderr, "operators: cannot read %s\n", root);
		return BRC_DATA;
	}
	for (int i = 0; i < n; i++) {
		char path[PATH];

		snprintf(path, sizeof(path), "%s/%s", root, entry[i]->d_name);
		if (entry[i]->d_name[0] != '.')
			run_case(path, t);
		free(entry[i]);
	}
	free(entry);
	return 0;
}

int main(int argc, char **argv)
{
	tally t = {0};
	bool summary = argc > 1 && strcmp(argv[1], "--summary") == 0;
	int rc = argc < 2 + summary ? BRC_USAGE : 0;

	for (int i = 1 + summary; i < argc && rc == 0; i++)
		rc = run_folder(argv[i], &t);
	if (t.n_reasons)
		qsort(t.reasons, t.n_reasons, sizeof(*t.reasons), by_text);
	for (size_t i = 0; !summary && i < t.n_reasons; i++)
		printf("unsupported %4zu  %s\n", t.reasons[i].n, t.reasons[i].text);
	printf("passed %zu (%zu of them also with inputs known only when run), unsupported %zu, "
	       "failed %zu\n",
	       t.n[PASSED], t.ran, t.n[REFUSED], t.n[FAILED]);
	free(t.reasons);
	if (t.n[PASSED] == 0 && rc == 0)
		return BRC_DATA; /* nothing was tested */
	return rc ? rc : t.n[FAILED] > 0;
}
