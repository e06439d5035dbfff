/*
 * From recorded values of units to the section affinity: which correlations are computed, in which
 * form they are written, and what is held in memory meanwhile.
 */
#ifndef BRC_GRAPH_CORRELATE_H
#define BRC_GRAPH_CORRELATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/progress.h"
#include "base/scratch.h"
#include "base/threads.h"
#include "graph/blocks.h"
#include "graph/signed.h"
#include "linalg/correlation.h"
#include "linalg/factor_columns.h"
#include "sections/activations.h"
#include "stream/filter.h"

typedef struct brc_correlate_options {
	brc_corr_method method;
	brc_corr_edge edge;
	bool local;       /* edges within layers only */
	bool wide;        /* in double precision */
	bool factors;     /* write factors instead of edges, and not only where that is faster: of
			   * square edges in single precision */
	bool dense;       /* write edges, also where factors would be faster */
	bool eigenvalues; /* store those of the correlations, however many; otherwise up to
			   * BRC_CORRELATE_EIGENVALUES. Factors need none */
	size_t threads;
	size_t mem; /* bytes allowed, 0: what the machine has */
} brc_correlate_options;

typedef struct brc_correlate {
	brc_correlate_options how;
	const brc_section *in;
	brc_activations activations;
	brc_samples samples; /* those of the activations */
	size_t panel;        /* columns in memory at a time; 0: all (linalg/correlation.h) */
	brc_pool *pool;
	brc_correlation columns;
	brc_scratch edges; /* of a block */
	brc_blocks graph;  /* without edges: only which blocks there are */
	bool by_factors;   /* factors are written instead of edges */
	brc_factor_columns factors;
	bool signs;          /* eigenvalues of the correlations are stored: */
	bool spool_signs;    /* what they take is kept on the disk */
	brc_signed observed; /* the rows are gone */
} brc_correlate;

/* Units or samples, whichever are fewer: up to so many eigenvalues are stored without being asked.
 */
enum { BRC_CORRELATE_EIGENVALUES = 2048 };

/*
 * Read the activations of the section `in`, which is borrowed, choose the form, and make the
 * columns. BRC_DATA where there are fewer than 2 samples or a value is not finite, naming layer and
 * unit, BRC_RESOURCE where memory does not do. Clear it whatever is returned.
 */
brc_rc brc_correlate_init(brc_correlate *c, const brc_section *in, const brc_correlate_options *how,
			  brc_err *err);
void brc_correlate_clear(brc_correlate *c);

/* Is the unit constant over the samples? It has no edges. */
bool brc_correlate_constant(const brc_correlate *c, size_t unit);

/* Compute and write the affinity. Adds 1 to `progress` for each block, of c->graph.n. */
brc_rc brc_correlate_write(brc_correlate *c, const char *name, brc_filter *f,
			   brc_progress *progress, brc_err *err);

#endif
