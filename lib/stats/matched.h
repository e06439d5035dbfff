/*
 * The same statistic of the same groups with other controls: such as are like the groups in
 * something, or a mere reference.
 */
#ifndef BRC_STATS_MATCHED_H
#define BRC_STATS_MATCHED_H

#include <stdbool.h>

#include "base/err.h"
#include "stats/inference.h"

/*
 * Fill the columns of `to` from T [n + 1, m] of these controls, whose row 0 is the observed value
 * again, and value [n + 1, m], which they are matched by. `exact`: the draws are exchangeable with
 * the observed groups, jointly, so that q, max-T and the omnibus test hold; otherwise there is a p
 * alone. Errors as brc_inference_run; clear `to` then, too.
 */
brc_rc brc_matched_run(brc_matched *to, const brc_question *ask, const double *t,
		       const double *value, bool exact, size_t n, size_t m, brc_err *err);

/* Whether a group beats other controls. */
typedef enum brc_passes {
	BRC_PASSES_NOT_TESTED, /* there are no such controls */
	BRC_PASSES_NO,
	BRC_PASSES_YES
} brc_passes;

/*
 * Does group s beat these controls, at `level`? By max-T where it does so by max-T against random
 * controls, else by q; against a reference by its p.
 */
brc_passes brc_matched_passes(const brc_inference *i, const brc_matched *of, size_t s,
			      double level);

#endif
