#include "stats/fdr.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "stats/order.h"

brc_rc brc_fdr_q(const double *p, size_t m, brc_fdr how, double *q, brc_err *err)
{
	brc_ordered *order = brc_alloc(m, sizeof(*order), err);
	double c = how == BRC_FDR_BY ? 0 : 1, low = 1;

	BRC_TRY(brc_made(order));
	for (size_t i = 0; i < m; i++) {
		order[i] = (brc_ordered){p[i], i};
		if (how == BRC_FDR_BY)
			c += 1.0 / (double)(i + 1);
	}
	brc_order(order, m, false);
	for (size_t i = m; i-- > 0;) {
		low = fmin(low, c * (double)m * order[i].value / (double)(i + 1));
		q[order[i].from] = low;
	}
	free(order);
	return BRC_OK;
}
