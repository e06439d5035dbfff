#include "linalg/factor_columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "linalg/ranks.h"

enum { GROUP = BRC_COLUMN_GROUP };

struct columns {
	const brc_factor_columns *c;
	const brc_samples *in;
	brc_corr_method method;
	brc_column_worker *worker;
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
static void write_ranks(brc_column_worker *w, const float *x, size_t n, float *out)
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
	brc_column_worker *w = &k->worker[worker];

	(void)err;
	brc_columns_gather(k->in->value + first, samples, n, count, w->x, samples);
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
	size_t workers = brc_pool_threads(pool), samples = k->c->samples;
	brc_rc rc = brc_column_workers_new(&k->worker, workers, samples, samples, err);

	BRC_THEN(rc, brc_pool_run(pool, (k->c->n + GROUP - 1) / GROUP, columns_task, k, err));
	brc_column_workers_free(k->worker, workers);
	return rc;
}

brc_rc brc_factor_columns_fill(float *row, const brc_samples *in, brc_corr_method method,
			       brc_pool *pool, size_t *bad_column, brc_err *err)
{
	const brc_factor_columns c = {in->samples, in->n, row};
	struct columns k = {.c = &c, .in = in, .method = method};

	BRC_TRY(brc_samples_enough(in, err));
	BRC_TRY(brc_samples_finite(in, bad_column, err));
	return make_columns(&k, pool, err);
}

brc_rc brc_factor_columns_init(brc_factor_columns *c, const brc_samples *in, brc_corr_method method,
			       brc_pool *pool, size_t *bad_column, brc_err *err)
{
	brc_rc rc;

	*c = (brc_factor_columns){.samples = in->samples, .n = in->n};
	BRC_TRY(brc_samples_enough(in, err));
	rc = BRC_ARRAY(c->row, brc_times(in->n, in->samples), err);
	BRC_THEN(rc, brc_factor_columns_fill(c->row, in, method, pool, bad_column, err));
	if (rc != BRC_OK)
		brc_factor_columns_clear(c);
	return rc;
}

size_t brc_factor_columns_bytes(size_t samples, size_t n, size_t threads)
{
	size_t each = brc_times(samples, GROUP * sizeof(float) + 24);

	return brc_plus(brc_times(brc_times(samples, sizeof(float)), n), brc_times(each, threads));
}
