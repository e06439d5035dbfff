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

#include "data/npy.h"
#include "net/net.h"
#include "net/run.h"

static inline brc_net *network(const char *path)
{
	brc_err err = {0};
	brc_net *net;

	if (brc_net_read(&net, path, &err) != BRC_OK)
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
	if (brc_npz_read(path, member, 0, a, &err) != BRC_OK)
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

/* A workspace with `rows` rows of x run through. */
static inline brc_run *run_rows(const brc_net *net, const float *x, size_t rows)
{
	brc_err err = {0};
	brc_run *r;

	assert_true(rows <= BRC_RUN_ROWS);
	assert_int_equal(brc_run_new(&r, net, &err), BRC_OK);
	memset(brc_run_input(r), 0, BRC_RUN_ROWS * brc_net_inputs(net) * sizeof(float));
	memcpy(brc_run_input(r), x, rows * brc_net_inputs(net) * sizeof(float));
	brc_run_forward(r);
	return r;
}

#endif
