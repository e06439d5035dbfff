#include "linalg/samples.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

enum { AHEAD = 16 }; /* samples that are prefetched */

brc_rc brc_samples_enough(const brc_samples *in, brc_err *err)
{
	if (in->samples >= 2)
		return BRC_OK;
	brc_fail(err, BRC_DATA, "a correlation needs at least 2 samples, here %s",
		 in->samples == 0 ? "there are none" : "is one");
	return brc_hint(err, "record activations of more images");
}

brc_rc brc_samples_finite(const brc_samples *in, size_t *bad_column, brc_err *err)
{
	size_t at = brc_first_nonfinite(in->value, in->samples * in->n);

	if (at == in->samples * in->n)
		return BRC_OK;
	if (bad_column)
		*bad_column = at % in->n;
	return brc_fail(err, BRC_DATA, "the value of sample %zu, column %zu is %s", at / in->n,
			at % in->n, isnan(in->value[at]) ? "not a number" : "infinite");
}

brc_rc brc_column_workers_new(brc_column_worker **out, size_t workers, size_t samples,
			      size_t stride, brc_err *err)
{
	BRC_TRY(BRC_ZEROED(*out, workers, err));
	for (brc_column_worker *w = *out; w < *out + workers; w++) {
		BRC_TRY(brc_ranks_new(&w->ranks, samples, err));
		BRC_TRY(BRC_ARRAY(w->twice, samples, err));
		BRC_TRY(BRC_ARRAY(w->x, brc_times(BRC_COLUMN_GROUP, stride), err));
	}
	return BRC_OK;
}

void brc_column_workers_free(brc_column_worker *w, size_t workers)
{
	for (size_t i = 0; w && i < workers; i++) {
		brc_ranks_free(w[i].ranks);
		free(w[i].twice);
		free(w[i].x);
	}
	free(w);
}

/*
 * The two cache lines of a group are prefetched early, because no processor predicts such strides.
 */
void brc_columns_gather(const float *values, size_t samples, size_t n, size_t count, float *x,
			size_t stride)
{
	for (size_t s = 0; s < samples; s++) {
		const float *row = values + s * n;

		if (s + AHEAD < samples) {
			__builtin_prefetch(row + AHEAD * n);
			__builtin_prefetch(row + AHEAD * n + count - 1);
		}
		for (size_t u = 0; u < count; u++)
			x[u * stride + s] = row[u];
	}
}
