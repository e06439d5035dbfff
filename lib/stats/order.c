#include "stats/order.h"

#include <stdlib.h>

static int rising(const void *a, const void *b)
{
	const brc_ordered *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return (x->from > y->from) - (x->from < y->from);
}

static int falling_value(const void *a, const void *b)
{
	const brc_ordered *x = a, *y = b;

	return x->value != y->value ? rising(b, a) : rising(a, b);
}

void brc_order(brc_ordered *v, size_t n, bool falling)
{
	qsort(v, n, sizeof(*v), falling ? falling_value : rising);
}
