/* Networks of fixtures/ and their golden values from torch (tests/oracle/networks.py). */
#ifndef TESTS_UNIT_NET_FIXTURE_H
#define TESTS_UNIT_NET_FIXTURE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "array_files.h"
#include "net/net.h"
#include "net/run_plan.h"

static inline brc_net *network(const char *path)
{
	brc_err err = {0};
	brc_net *net;

	if (brc_net_read(&net, path, NULL, &err) != BRC_OK)
		fail_msg("%s", err.message);
	return net;
}

static inline brc_net *small_network(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "fixtures/small/%s.onnx", name);
	return network(path);
}

/* An array of tests/golden/net/NAME.npz as `dtype`; false when there is none. */
static inline bool golden_array(const char *name, const char *member, const char *dtype,
				brc_array *a)
{
	char path[256];
	brc_err err = {0};

	snprintf(path, sizeof(path), "tests/golden/net/%s.npz", name);
	memset(a, 0, sizeof(*a));
	if (npz_array(path, member, 0, a, &err) != BRC_OK)
		return false;
	assert_int_equal(brc_array_convert(a, dtype, member, &err), BRC_OK);
	return true;
}

static inline brc_array need_golden(const char *name, const char *member, const char *dtype)
{
	brc_array a;

	if (!golden_array(name, member, dtype, &a))
		fail_msg("no %s in the golden values of %s", member, name);
	return a;
}

/* |a - b| <= tolerance * (1 + |b|) for all n. */
static inline void assert_close(const float *a, const float *b, size_t n, double tolerance,
				const char *what)
{
	for (size_t i = 0; i < n; i++)
		if (!(fabs((double)a[i] - b[i]) <= tolerance * (1 + fabs((double)b[i]))))
			fail_msg("%s: element %zu is %.9g, not %.9g", what, i, (double)a[i],
				 (double)b[i]);
}

/* Floats as images of the network's shape, all of class 0. */
static inline brc_dataset float_images(const brc_net *net, const float *x, size_t rows)
{
	static const int32_t label[256];
	const brc_net_io *io = brc_net_io_of(net);
	brc_dataset d = {.image = x,
			 .pixel = BRC_PIXEL_F4,
			 .n = rows,
			 .ndim = io->ndim,
			 .pixels = io->inputs,
			 .label = label,
			 .classes = 1,
			 .scale = 1};

	assert_true(rows <= 256);
	memcpy(d.shape, io->shape, sizeof(d.shape));
	return d;
}

/* A network with one stop, and a pass that began with rows of x. */
typedef struct pass {
	brc_run_plan *p;
	brc_run *r;
} pass;

static inline pass begin_pass(const brc_net *net, const size_t *layer, size_t n, brc_stage stage,
			      bool logits, const float *x, size_t rows)
{
	const brc_run_options how = {.layer = layer, .n = n, .stage = stage, .logits = logits};
	const brc_dataset d = float_images(net, x, rows);
	brc_err err = {0};
	pass t;

	if (brc_run_plan_new(&t.p, net, &how, &err) != BRC_OK)
		fail_msg("%s", err.message);
	assert_true(rows <= t.p->rows);
	assert_int_equal(brc_runs_new(&t.r, 1, t.p, &err), BRC_OK);
	assert_int_equal(brc_run_start(t.r, &d, NULL, 0, rows, &err), BRC_OK);
	return t;
}

static inline void end_pass(pass *t)
{
	brc_runs_free(t->r, 1);
	brc_run_plan_free(t->p);
}

/* Logits [rows, classes] of rows of x; free(). */
static inline float *logits_of(const brc_net *net, const float *x, size_t rows)
{
	pass t = begin_pass(net, NULL, 0, BRC_STAGE_POST, true, x, rows);
	size_t bytes = rows * brc_net_io_of(net)->classes * sizeof(float);
	float *out = malloc(bytes);
	const float *logits;
	brc_err err = {0};

	assert_non_null(out);
	assert_int_equal(brc_run_finish(t.r, &logits, &err), BRC_OK);
	memcpy(out, logits, bytes);
	end_pass(&t);
	return out;
}

/* The values [rows, units] of a layer whose units have one place each; free(). */
static inline float *values_of(const brc_net *net, size_t layer, brc_stage stage, const float *x,
			       size_t rows)
{
	pass t = begin_pass(net, &layer, 1, stage, false, x, rows);
	const brc_unit_view *v = &t.p->view[0];
	float *out = malloc(rows * v->units * sizeof(*out));
	const float *value;
	brc_err err = {0};

	assert_non_null(out);
	assert_int_equal(v->positions, 1);
	assert_int_equal(brc_run_until(t.r, 0, &value, &err), BRC_OK);
	for (size_t r = 0; r < rows; r++)
		for (size_t u = 0; u < v->units; u++)
			out[r * v->units + u] =
				value[r * v->row_step + u * v->unit_step + v->position[0]];
	end_pass(&t);
	return out;
}

/* Logits less their logsumexp: the same whether a network ends in logits or LogSoftmax. */
static inline void log_softmax(const float *x, size_t n, double *out)
{
	double sum = 0;

	for (size_t c = 0; c < n; c++)
		sum += exp(x[c]);
	for (size_t c = 0; c < n; c++)
		out[c] = x[c] - log(sum);
}

#endif
