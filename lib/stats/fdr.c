#include "stats/fdr.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

typedef struct place {
	double p;
	size_t at;
} place;

static int rising(const void *a, const void *b)
{
	const place *x = a, *y = b;

	if (x->p != y->p)
		return x->p < y->p ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

brc_rc brc_fdr_q(const double *p, size_t m, brc_fdr how, double *q, brc_err *err)
{
	place *order = brc_alloc(m, sizeof(*order), err);
	double c = how == BRC_FDR_BY ? 0 : 1, low = 1;

	if (!order)
		return BRC_RESOURCE;
	for (size_t i = 0; i < m; i++) {
		order[i] = (place){p[i], i};
		if (how == BRC_FDR_BY)
			c += 1.0 / (double)(i + 1);
	}
	qsort(order, m, sizeof(*order), rising);
	for (size_t i = m; i-- > 0;) {
		low = fmin(low, c * (double)m * order[i].p / (double)(i + 1));
		q[order[i].at] = low;
	}
	free(order);
	return BRC_OK;
}
