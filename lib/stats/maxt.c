#include "stats/maxt.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "stats/moments.h"
#include "stats/order.h"

/* One column of U to t; see maxt.h. */
static void standardise(const double *u, size_t n, size_t m, double *t)
{
	const brc_moments known = brc_moments_of(u, n + 1, m);
	double sd, top = -INFINITY, low = INFINITY;

	for (size_t b = 0; b <= n; b++) {
		if (isfinite(u[b * m])) {
			top = fmax(top, u[b * m]);
			low = fmin(low, u[b * m]);
		}
	}
	sd = top > low ? brc_moments_sd(&known, 0) : 0;
	for (size_t b = 0; b <= n; b++) {
		double v = u[b * m] == INFINITY ? top : u[b * m];

		if (v == -INFINITY && b == 0)
			t[b * m] = -INFINITY;
		else
			t[b * m] = sd > 0 ? (v - known.mean) / sd : 0;
	}
}

/* Values of t that agree to this are ties: columns of other order round otherwise. */
#define TIE 1e-9

/* r[i] += does the largest t over the columns order[i..m) reach t_0 of order[i]? */
static void count_draw(const double *t, const brc_ordered *order, size_t m, size_t *r)
{
	double top = -INFINITY;

	for (size_t i = m; i-- > 0;) {
		top = fmax(top, t[order[i].from]);
		r[i] += top >= order[i].value - TIE;
	}
}

brc_rc brc_maxt(const double *u, size_t n, size_t m, double *p, brc_err *err)
{
	double *t = brc_alloc(n + 1, m * sizeof(*t), err), highest = 0;
	brc_ordered *order = brc_alloc(m, sizeof(*order), err);
	size_t *r = brc_calloc(m, sizeof(*r), err);
	brc_rc rc = t && order && r ? BRC_OK : BRC_RESOURCE;

	if (rc == BRC_OK) {
		for (size_t s = 0; s < m; s++)
			standardise(u + s, n, m, t + s);
		for (size_t s = 0; s < m; s++)
			order[s] = (brc_ordered){t[s], s};
		brc_order(order, m, true);
		for (size_t b = 0; b <= n; b++)
			count_draw(t + b * m, order, m, r);
		for (size_t i = 0; i < m; i++) {
			highest = fmax(highest, (double)r[i] / (double)(n + 1));
			p[order[i].from] = order[i].value == -INFINITY ? 1 : highest;
		}
	}
	free(t);
	free(order);
	free(r);
	return rc;
}
