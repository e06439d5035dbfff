/*
 * This makes columns of unit norm from columns of values. They hold ranks or the values themselves.
 *
 * Products of columns are summed in single precision. If the terms differ, this is accurate to
 * about 1e-7, because rounding errors go in both directions. But two units that are mostly silent
 * repeat one pair of values thousands of times, and every addition of the same term is rounded in
 * the same direction. So if a value fills a quarter of a column or more, it is taken as the zero of
 * the column. Then its terms are exact. The means are no longer 0, which is corrected after the
 * sum:
 *     r(u, v) = sum z_u z_v - (sum z_u) (sum z_v) / samples.
 * The limit of a quarter keeps sum z_u^2 below 5. A column is marked if another value still fills
 * one in thirty-two or more. Products of two marked columns are summed in double (correlation.c).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "linalg/byte_products.h"
#include "linalg/correlation.h"
#include "linalg/lanes.h"
#include "linalg/ranks.h"

enum { LANES = 16, GROUP = BRC_COLUMN_GROUP, CHUNK = 1024, SHIFT_SHARE = 4, TIED_SHARE = 32 };

size_t brc_correlation_stride(size_t samples)
{
	return samples > SIZE_MAX - LANES ? SIZE_MAX : (samples + LANES - 1) / LANES * LANES;
}

void brc_correlation_clear(brc_correlation *c)
{
	brc_scratch_clear(&c->z);
	free(c->mean);
	free(c->scale);
	free(c->trait);
	memset(c, 0, sizeof(*c));
}

struct columns {
	const brc_correlation *c;
	const brc_samples *in;
	brc_corr_method method;
	bool by_samples; /* columns are filled sample by sample, then worked on in their place */
	size_t first;    /* unit of task 0 */
	size_t sample, chunk; /* samples on their way to the spool file */
	brc_column_worker *worker;
};

/* ---- one column ---- */

/*
 * What replaces value i of a column before scaling: its rank or the value itself, less the centre.
 */
struct centred {
	const float *x;        /* Pearson */
	const uint32_t *twice; /* Spearman */
	double centre;
};

static inline double centred_at(const struct centred *d, size_t i)
{
	return (d->twice ? d->twice[i] : (double)d->x[i]) - d->centre;
}

static double mean(const float *x, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[i];
	return sum / (double)n;
}

/* The sum of squares about the mean. For doubled ranks it is known from their ties. */
static double square_norm(const struct centred *d, size_t n, const brc_ties *ties)
{
	double sum = 0, count = (double)n;

	if (d->twice)
		return ((count * count - 1) * count - ties->cubes) / 3;
	for (size_t i = 0; i < n; i++)
		sum += centred_at(d, i) * centred_at(d, i);
	return sum;
}

static void write_wide(const struct centred *d, size_t n, double scale, double *z)
{
	for (size_t i = 0; i < n; i++)
		z[i] = centred_at(d, i) * scale;
}

/* The same in single precision, less `zero` instead of the centre; the sum of what is written. */
#define WRITE_SINGLE(name, type)                                                         \
	BRC_FOR_EACH_PROCESSOR                                                           \
	static double name(const type *x, size_t n, double zero, double scale, float *z) \
	{                                                                                \
		double sum[LANES] = {0}, total = 0;                                      \
		for (size_t i = 0; i < n; i += LANES)                                    \
			for (size_t l = 0; l < (n - i < LANES ? n - i : LANES); l++) {   \
				z[i + l] = (float)((x[i + l] - zero) * scale);           \
				sum[l] += z[i + l];                                      \
			}                                                                \
		for (size_t l = 0; l < LANES; l++)                                       \
			total += sum[l];                                                 \
		return total;                                                            \
	}
WRITE_SINGLE(write_ranks, uint32_t)
WRITE_SINGLE(write_values, float)

/* Both bytes of q, and zeroes up to the stride. */
BRC_FOR_EACH_PROCESSOR
static void write_exact(const uint32_t *twice, size_t n, size_t stride, int8_t *high)
{
	int8_t *low = high + stride;
	int32_t centre = (int32_t)n + 1;

	for (size_t i = 0; i < n; i++) {
		int32_t q = (int32_t)twice[i] - centre, h = (q + 128) >> 8;

		high[i] = (int8_t)h;
		low[i] = (int8_t)(q - 256 * h);
	}
	memset(high + n, 0, stride - n);
	memset(low + n, 0, stride - n);
}

static char *column(const brc_correlation *c, size_t u)
{
	return (char *)c->z.data + u * c->pitch;
}

static void make_column(const struct columns *k, size_t u, const float *x, brc_column_worker *w)
{
	const brc_correlation *c = k->c;
	size_t n = c->samples;
	bool ranks = k->method == BRC_CORR_SPEARMAN;
	brc_ties t;
	struct centred d;
	char *z;
	double scale, zero;
	bool shift;
	double sum;

	brc_ranks_double(w->ranks, x, n, w->twice, &t);
	d = (struct centred){x, ranks ? w->twice : NULL, ranks ? (double)n + 1 : mean(x, n)};
	z = column(c, u);
	c->mean[u] = 0;
	c->scale[u] = t.most == n ? 0 : 1;
	c->trait[u] = t.most == n ? BRC_COLUMN_CONSTANT : 0;
	if (t.most == n) {
		memset(z, 0, c->exact ? 2 * c->stride : c->pitch);
		return;
	}
	scale = 1 / sqrt(square_norm(&d, n, &t));
	zero = d.centre;
	if (c->exact) {
		c->scale[u] = scale;
		write_exact(w->twice, n, c->stride, (int8_t *)z);
		return;
	}
	if (c->wide) {
		write_wide(&d, n, scale, (double *)z);
		return;
	}
	shift = t.most * (size_t)SHIFT_SHARE >= n;
	if (shift)
		zero = ranks ? w->twice[t.at] : (double)x[t.at];
	if ((shift ? t.second : t.most) * (size_t)TIED_SHARE >= n)
		c->trait[u] = BRC_COLUMN_TIED;
	sum = ranks ? write_ranks(w->twice, n, zero, scale, (float *)z)
		    : write_values(x, n, zero, scale, (float *)z);
	if (shift)
		c->mean[u] = sum / sqrt((double)n);
}

static size_t group_at(const struct columns *k, size_t task, size_t *count)
{
	size_t first = k->first + task * GROUP;

	*count = k->c->n - first < GROUP ? k->c->n - first : GROUP;
	return first;
}

/* The values of some samples, to the places of their columns. */
static brc_rc fill_task(void *ctx, size_t task, size_t worker, brc_err *err)
{
	const struct columns *k = ctx;
	size_t count, first = group_at(k, task, &count);

	(void)worker;
	(void)err;
	brc_columns_gather(k->in->value + k->sample * k->in->n + first, k->chunk, k->in->n, count,
			   (float *)column(k->c, first) + k->sample, k->c->pitch / sizeof(float));
	return BRC_OK;
}

static brc_rc columns_task(void *ctx, size_t task, size_t worker, brc_err *err)
{
	const struct columns *k = ctx;
	const brc_correlation *c = k->c;
	size_t count, first = group_at(k, task, &count);
	brc_column_worker *w = &k->worker[worker];

	if (!k->by_samples)
		brc_columns_gather(k->in->value + first, c->samples, c->n, count, w->x, c->stride);
	for (size_t u = 0; u < count; u++) {
		float *x = w->x + u * c->stride;

		if (k->by_samples)
			memcpy(x, column(c, first + u), c->samples * sizeof(*x));
		if (brc_first_nonfinite(x, c->samples) < c->samples)
			return brc_fail(err, BRC_DATA, "a value is not finite");
		make_column(k, first + u, x, w);
	}
	return BRC_OK;
}

/* ---- all columns ---- */

/* A task for every GROUP columns. It goes panel by panel, so that only one panel is in memory. */
static brc_rc run_panels(struct columns *k, size_t panel, brc_task task, brc_pool *pool,
			 brc_err *err)
{
	for (k->first = 0; k->first < k->c->n; k->first += panel) {
		size_t count = k->c->n - k->first < panel ? k->c->n - k->first : panel;

		BRC_TRY(brc_pool_run(pool, (count + GROUP - 1) / GROUP, task, k, err));
		brc_scratch_drop(&k->c->z);
	}
	return BRC_OK;
}

/* Move all values to their columns, as many samples at a time as fill a panel. */
static brc_rc fill_columns(struct columns *k, size_t panel, brc_pool *pool, brc_err *err)
{
	const brc_samples *in = k->in;
	size_t chunk = panel * k->c->stride / in->n;

	chunk = chunk < LANES ? LANES : chunk < CHUNK ? chunk : CHUNK;
	for (k->sample = 0; k->sample < in->samples; k->sample += chunk) {
		k->chunk = in->samples - k->sample < chunk ? in->samples - k->sample : chunk;
		BRC_TRY(run_panels(k, panel, fill_task, pool, err));
		if (in->spooled)
			brc_spool_drop(in->value + k->sample * in->n,
				       k->chunk * in->n * sizeof(float));
	}
	return BRC_OK;
}

static brc_rc make_columns(struct columns *k, brc_pool *pool, brc_err *err)
{
	size_t panel = k->c->panel > 0 ? (k->c->panel + GROUP - 1) / GROUP * GROUP : k->c->n;

	if (k->by_samples)
		BRC_TRY(fill_columns(k, panel, pool, err));
	return run_panels(k, panel, columns_task, pool, err);
}

static brc_rc reserve(brc_correlation *c, brc_err *err)
{
	size_t bytes = brc_correlation_bytes(c->samples, c->n, c->wide);

	BRC_TRY(brc_scratch_init(&c->z, bytes, c->panel > 0, "columns", err));
	BRC_TRY(BRC_ARRAY(c->mean, c->n, err));
	BRC_TRY(BRC_ARRAY(c->scale, c->n, err));
	return BRC_ARRAY(c->trait, c->n, err);
}

brc_rc brc_correlation_init(brc_correlation *c, const brc_samples *in, brc_corr_method method,
			    bool wide, size_t panel, brc_pool *pool, size_t *bad_column,
			    brc_err *err)
{
	struct columns k;
	size_t workers;
	brc_rc rc;

	memset(c, 0, sizeof(*c));
	BRC_TRY(brc_samples_enough(in, err));
	*c = (brc_correlation){.samples = in->samples,
			       .n = in->n,
			       .stride = brc_correlation_stride(in->samples),
			       .wide = wide,
			       .exact = method == BRC_CORR_SPEARMAN &&
					in->samples <= BRC_CORR_EXACT_SAMPLES &&
					brc_byte_products_fast(),
			       .panel = panel};
	c->pitch = c->stride * (wide ? sizeof(double) : sizeof(float));
	k = (struct columns){
		.c = c, .in = in, .method = method, .by_samples = panel > 0 || in->spooled};
	workers = brc_pool_threads(pool);
	rc = reserve(c, err);
	BRC_THEN(rc, brc_column_workers_new(&k.worker, workers, in->samples, c->stride, err));
	BRC_THEN(rc, make_columns(&k, pool, err));
	brc_column_workers_free(k.worker, workers);
	if (rc == BRC_DATA)
		rc = brc_samples_finite(in, bad_column, err);
	if (rc != BRC_OK)
		brc_correlation_clear(c);
	return rc;
}
