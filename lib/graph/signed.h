/*
 * The signed correlations that a correlation graph was made of, as far as null models need them:
 * the eigenvalues of their matrix and their mean, or the samples themselves. Edges do not tell
 * them, because they are squares or magnitudes.
 */
#ifndef BRC_GRAPH_SIGNED_H
#define BRC_GRAPH_SIGNED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/threads.h"
#include "graph/blocks.h"
#include "sections/edge_origin.h"
#include "stream/section.h"

/* Units that are correlated with one another: all, or those of one layer. */
typedef struct brc_signed_part {
	size_t n, *unit;  /* those that vary over the samples, numbered through the layers */
	size_t m;         /* eigenvalues that are not rounding */
	double *value;    /* [m] descending; NULL: not known. Their sum is n */
	double mean;      /* of the correlations between different units */
	const float *row; /* [n, samples] standardised samples, of length 1; NULL: not known */
} brc_signed_part;

typedef struct brc_signed {
	size_t samples; /* of the rows */
	size_t n;       /* parts: 1, or one for each layer */
	brc_signed_part *part;
	float *own; /* memory of the rows that is released with it */
} brc_signed;

void brc_signed_clear(brc_signed *s); /* of a zeroed or a filled struct */

/*
 * Of row[units of all layers, samples], standardised samples of any length or zeroes, for each
 * layer or (across) of all units. The rows are changed: those that are not zeroes are scaled to
 * length 1, and stand behind one another in each part. They stay the caller's. Eigenvalues and
 * means are left out.
 */
brc_rc brc_signed_rows(brc_signed *s, const brc_layers *layers, bool across, size_t samples,
		       float *row, brc_err *err);

/* Add the eigenvalues and the mean of each part to its rows (linalg/row_eigenvalues.h). */
brc_rc brc_signed_eigenvalues(brc_signed *s, bool spool, brc_pool *pool, brc_err *err);

/* Bytes of both, for so many units and samples, without `spool`. SIZE_MAX where that does not fit.
 */
size_t brc_signed_bytes(size_t units, size_t samples, size_t threads);

/* The tensors of the section affinity; everything is copied. The section has its constant units. */
brc_rc brc_signed_write(const brc_signed *s, brc_section *to, brc_err *err);

/*
 * From a section affinity with these layers. *found: whether it has eigenvalues. BRC_DATA where
 * they are not those of a correlation matrix.
 */
brc_rc brc_signed_read(brc_signed *s, const brc_section *from, const brc_layers *layers, bool local,
		       bool *found, brc_err *err);

/* Where the signed correlations of a correlation graph may be taken from. All is borrowed. */
typedef struct brc_signed_source {
	const brc_section *affinity;
	const brc_edge_origin *origin; /* of that section */
	const brc_blocks *blocks;      /* its edges */
	const brc_section *samples;    /* activations/1 that it was made of; NULL: not given */
	bool rows;                     /* the samples are wanted, otherwise the eigenvalues */
	size_t mem;                    /* bytes allowed, 0: what the machine has */
} brc_signed_source;

/*
 * Take them from the samples that were given, from the factors, or from the eigenvalues in the
 * section. *found is false, and s empty, where none of these has what is wanted. BRC_DATA where the
 * samples are of other layers, or their number is another one.
 */
brc_rc brc_signed_find(brc_signed *s, const brc_signed_source *from, brc_pool *pool, bool *found,
		       brc_err *err);

#endif
