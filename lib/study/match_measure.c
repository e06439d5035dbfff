#include "study/match_measure.h"

#include <stdlib.h>

#include "base/memory.h"
#include "stats/matched.h"

brc_rc brc_measure_matched(brc_inference *i, const brc_question *ask, const brc_lesions *l,
			   brc_weighting w,
			   void (*fill)(const brc_lesions *l, brc_weighting w, double *t),
			   brc_err *err)
{
	double *t = brc_alloc(l->draws + 1, l->m * sizeof(*t), err);
	brc_rc rc = brc_made(t);

	for (brc_match k = 0; rc == BRC_OK && k < BRC_MATCHES && !ask->published; k++) {
		const brc_lesions view = brc_lesions_view(l, k);

		if (!l->matched[k])
			continue;
		fill(&view, w, t);
		rc = brc_matched_run(brc_match_columns(i, k), ask, t, l->match[k].value,
				     brc_match_exact(k), l->draws, l->m, err);
	}
	free(t);
	return rc;
}
