#include "stats/extremes.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "stats/order.h"

void brc_extremes_orient(const double *t, size_t n, size_t m, brc_tail tail, double *u)
{
	for (size_t i = 0; i < (n + 1) * m; i++) {
		if (!isfinite(t[i]))
			u[i] = i < m ? -INFINITY : INFINITY;
		else
			u[i] = tail == BRC_TAIL_LEFT ? -t[i] : t[i];
	}
}

void brc_extremes_undefined(const double *t, size_t n, size_t m, size_t *observed, size_t *controls)
{
	*observed = *controls = 0;
	for (size_t i = 0; i < (n + 1) * m; i++)
		if (!isfinite(t[i]))
			++*(i < m ? observed : controls);
}

void brc_extremes_p(const double *u, size_t n, size_t m, double *p)
{
	for (size_t s = 0; s < m; s++) {
		size_t r = 0;

		for (size_t b = 1; b <= n; b++)
			r += u[b * m + s] >= u[s];
		p[s] = brc_p_value(r, n);
	}
}

double brc_extremes_p_low(double limit, const double *control, size_t n)
{
	size_t r = 0;

	for (size_t b = 0; b < n; b++)
		r += !(control[b] > limit);
	return brc_p_value(r, n);
}

brc_rc brc_extremes_midranks(const double *u, size_t n, size_t m, uint32_t *j, brc_err *err)
{
	brc_ordered *v = brc_alloc(n + 1, sizeof(*v), err);

	BRC_TRY(brc_made(v));
	for (size_t s = 0; s < m; s++) {
		for (size_t b = 0; b <= n; b++)
			v[b] = (brc_ordered){u[b * m + s], b};
		brc_order(v, n + 1, true);
		for (size_t from = 0, to; from <= n; from = to) {
			for (to = from; to <= n && v[to].value == v[from].value; to++)
				;
			for (size_t i = from; i < to; i++)
				j[v[i].from * m + s] = (uint32_t)(2 * from + (to - from));
		}
	}
	free(v);
	return BRC_OK;
}
