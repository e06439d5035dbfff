#include "linalg/numbering.h"

#include <stdlib.h>

#include "base/order.h"

static int larger_first(const void *va, const void *vb)
{
	const brc_numbering *a = va, *b = vb;

	return BRC_ORDER(b->size, a->size) ?: BRC_ORDER(a->first, b->first);
}

void brc_number_by_size(int32_t *label, size_t n, size_t k, brc_numbering *work)
{
	for (size_t j = 0; j < k; j++)
		work[j] = (brc_numbering){.first = n + j, .old = (int32_t)j};
	for (size_t i = n; i-- > 0;) {
		if (label[i] < 0)
			continue;
		work[label[i]].size++;
		work[label[i]].first = i;
	}
	qsort(work, k, sizeof(*work), larger_first);
	for (size_t j = 0; j < k; j++)
		work[work[j].old].number = (int32_t)j;
	for (size_t i = 0; i < n; i++)
		if (label[i] >= 0)
			label[i] = work[label[i]].number;
}
