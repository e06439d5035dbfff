#include "linalg/factor_columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "linalg/ranks.h"

/*
 * How many neighbouring columns are gathered together. Their values in one sample share cache
 * lines.
 */
enum { GROUP = 32 };

struct worker {
	brc_ranks *ranks;
	uint32_t *twice; /* [samples] */
	float *x;        /* [GROUP, samples] */
};

struct columns {
	const brc_factor_columns *c;
	const brc_samples *in;
	brc_corr_method method;
	struct worker *worker;
};

void brc_factor_columns_clear(brc_factor_columns *c)
{
	free(c->row);
	memset(c, 0, sizeof(*c));
}

bool brc_factor_columns_constant(const brc_factor_columns *c, size_t u)
{
	for (size_t s = 0; s < c->samples; s++)
		if (c->row[u * c->samples + s] != 0)
			return false;
	return true;
}

/* Twice the rank less n + 1, twice the mean rank. */
static void write_ranks(struct worker *w, const float *x, size_t n, float *out)
{
	brc_ranks_double(w->ranks, x, n, w->twice, NULL);
	for (size_t s = 0; s < n; s++)
		out[s] = (float)((int64_t)w->twice[s] - (int64_t)n - 1);
}

static void write_values(const float *x, size_t n, float *out)
{
	double mean = 0, square = 0, scale;
	bool equal = true;

	for (size_t s = 0; s < n; s++) {
		mean += (double)x[s];
		equal = equal && x[s] == x[0];
	}
	mean /= (double)n;
	for (size_t s = 0; s < n; s++)
		square += ((double)x[s] - mean) * ((double)x[s] - mean);
	scale = equal ? 0 : 1 / sqrt(square);
	for (size_t s = 0; s < n; s++)
		out[s] = equal ? 0 : (float)(((double)x[s] - mean) * scale);
}

static brc_rc columns_task(void *ctx, size_t task, size_t worker, brc_err *err)
{
	const struct columns *k = ctx;
	size_t samples = k->c->samples, n = k->c->n, first = task * GROUP;
	size_t count = n - first < GROUP ? n - first : GROUP;
	struct worker *w = &k->worker[worker];

	(void)err;
	for (size_t s = 0; s < samples; s++)
		for (size_t u = 0; u < count; u++)
			w->x[u * samples + s] = k->in->value[s * n + first + u];
	for (size_t u = 0; u < count; u++) {
		float *out = k->c->row + (first + u) * samples;

		if (k->method == BRC_CORR_SPEARMAN)
			write_ranks(w, w->x + u * samples, samples, out);
		else
			write_values(w->x + u * samples, samples, out);
	}
	return BRC_OK;
}

static brc_rc make_columns(struct columns *k, brc_pool *pool, brc_err *err)
{
	size_t workers = brc_pool_threads(pool);
	brc_rc rc = BRC_OK;

	k->worker = brc_calloc(workers, sizeof(*k->worker), err);
	BRC_TRY(brc_made(k->worker));
	for (size_t i = 0; i < workers && rc == BRC_OK; i++) {
		struct worker *w = &k->worker[i];

		rc = brc_ranks_new(&w->ranks, k->c->samples, err);
		w->twice = brc_alloc(k->c->samples, sizeof(*w->twice), err);
		w->x = brc_alloc(GROUP, k->c->samples * sizeof(*w->x), err);
		if (!w->twice || !w->x)
			rc = BRC_RESOURCE;
	}
	BRC_THEN(rc, brc_pool_run(pool, (k->c->n + GROUP - 1) / GROUP, columns_task, k, err));
	for (size_t i = 0; i < workers; i++) {
		brc_ranks_free(k->worker[i].ranks);
		free(k->worker[i].twice);
		free(k->worker[i].x);
	}
	free(k->worker);
	return rc;
}

/* Values that are not finite are refused before any work: the first, row by row. */
static brc_rc check_values(const brc_samples *in, size_t *bad_column, brc_err *err)
{
	size_t at;

	if (in->samples < 2) {
		brc_fail(err, BRC_DATA, "a correlation needs at least 2 samples");
		return brc_hint(err, "record activations of more images");
	}
	at = brc_first_nonfinite(in->value, in->samples * in->n);
	if (at == in->samples * in->n)
		return BRC_OK;
	if (bad_column)
		*bad_column = at % in->n;
	return brc_fail(err, BRC_DATA, "the value of sample %zu, column %zu is %s", at / in->n,
			at % in->n, isnan(in->value[at]) ? "not a number" : "infinite");
}

brc_rc brc_factor_columns_init(brc_factor_columns *c, const brc_samples *in, brc_corr_method method,
			       brc_pool *pool, size_t *bad_column, brc_err *err)
{
	struct columns k = {.c = c, .in = in, .method = method};
	brc_rc rc;

	*c = (brc_factor_columns){.samples = in->samples, .n = in->n};
	BRC_TRY(check_values(in, bad_column, err));
	c->row = brc_alloc(in->n, in->samples * sizeof(*c->row), err);
	rc = c->row ? make_columns(&k, pool, err) : BRC_RESOURCE;
	if (rc != BRC_OK)
		brc_factor_columns_clear(c);
	return rc;
}

size_t brc_factor_columns_bytes(size_t samples, size_t n, size_t threads)
{
	size_t each = brc_times(samples, GROUP * sizeof(float) + 24);

	return brc_plus(brc_times(brc_times(samples, sizeof(float)), n), brc_times(each, threads));
}
