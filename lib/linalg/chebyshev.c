#include "linalg/chebyshev.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { CHUNK = 1 << 16 }; /* entries in a task */

/* to = scale (to - middle x) - before, before NULL: 0. */
struct step {
	double *to;
	const double *x, *before;
	double scale, middle;
	size_t n;
};

brc_rc brc_chebyshev_init(brc_chebyshev *t, const brc_operator *a, size_t cols, brc_pool *pool,
			  brc_err *err)
{
	*t = (brc_chebyshev){.a = a, .degree = 1, .cols = cols, .pool = pool};
	BRC_TRY(BRC_ARRAY(t->last, brc_times(cols, a->n), err));
	return BRC_ARRAY(t->next, brc_times(cols, a->n), err);
}

void brc_chebyshev_clear(brc_chebyshev *t)
{
	free(t->last);
	free(t->next);
	t->last = t->next = NULL;
}

static brc_rc step_chunk(void *ctx, size_t task, size_t worker, brc_err *err)
{
	const struct step *s = ctx;
	size_t first = task * CHUNK, end = first + CHUNK < s->n ? first + CHUNK : s->n;

	double *restrict to = s->to;
	const double *restrict x = s->x, *restrict before = s->before;

	(void)worker;
	(void)err;
	if (before)
		for (size_t i = first; i < end; i++)
			to[i] = s->scale * (to[i] - s->middle * x[i]) - before[i];
	else
		for (size_t i = first; i < end; i++)
			to[i] = s->scale * (to[i] - s->middle * x[i]);
	return BRC_OK;
}

/* T_j+1 x = 2 (A - c) / e T_j x - T_j-1 x, T_1 x = (A - c) / e x. */
brc_rc brc_chebyshev_apply(void *ctx, const double *x, double *y, size_t cols, brc_err *err)
{
	brc_chebyshev *t = ctx;
	size_t n = t->a->n * cols;
	double half = (t->cut - t->low) / 2, middle = (t->cut + t->low) / 2;
	/* Three vectors take turns. `degree` decides which one holds the last result. */
	double *ring[3] = {t->last, t->next, y};
	size_t at = (2 + 3 * t->degree - (t->degree - 1)) % 3; /* so that T_degree ends in y */
	const double *now = x, *before = NULL;

	for (size_t j = 1; j <= t->degree; j++, at = (at + 1) % 3) {
		double *to = ring[at];
		struct step s = {to, now, before, (j == 1 ? 1 : 2) / half, middle, n};

		BRC_TRY(t->a->apply(t->a->ctx, now, to, cols, err));
		brc_pool_run(t->pool, (n - 1) / CHUNK + 1, step_chunk, &s, NULL); /* cannot fail */
		before = now;
		now = to;
	}
	return BRC_OK;
}

static double place(const brc_chebyshev *t, double x)
{
	return (2 * x - t->cut - t->low) / (t->cut - t->low);
}

size_t brc_chebyshev_degree(const brc_chebyshev *t, double x, double limit, size_t most)
{
	double growth = acosh(fmax(1, place(t, x))), degrees = (double)most;

	if (growth > 0)
		degrees = fmin(degrees, acosh(limit) / growth);
	return degrees < 3 ? 1 : ((size_t)degrees - 1) / 2 * 2 + 1;
}
