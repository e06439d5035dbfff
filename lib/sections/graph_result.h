/*
 * The result of clustering one graph: a record of labels/1 and, with more numbers, of spectrum/1.
 */
#ifndef BRC_SECTIONS_GRAPH_RESULT_H
#define BRC_SECTIONS_GRAPH_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stream/section.h"

typedef struct brc_graph_result {
	char *name;    /* owned, as all it points to */
	size_t k;      /* clusters; 0: the graph was left without clusters */
	double ncut;   /* NaN where k is 0 */
	double in_out; /* edges within clusters, over those between them */
	/* of spectrum/1 alone: */
	size_t units, isolated, components;
	double edges;       /* pairs of units; NaN: not known */
	double lower_bound; /* of the n-cut; NaN: not known, as of the next two */
	double inertia;     /* of k-means */
	double starts;      /* mean adjusted Rand index between partitions */
	size_t empty;       /* clusters without units */
	size_t moved;       /* units that refinement moved */
	size_t n_warnings;
	char **warning;
	size_t pairs;                  /* eigenvalues */
	double *eigenvalue, *residual; /* [pairs], ascending */
	size_t choices;                /* rows of evidence for k; 0: k was given */
	int32_t *choice_k;             /* [choices] */
	double *choice_gap, *choice_starts;
	size_t rated;   /* clusters of which is known how they hang together: k, or 0 */
	int32_t *parts; /* [rated]: components of a cluster's own edges */
	double *inner_ncut, *outer_ncut; /* [rated]: graph/connection.h; NaN: there is none */
} brc_graph_result;

/*
 * Is cluster c weakly connected? It is in several parts, or its own best n-cut into two is not
 * above the n-cut that parts it from the rest. False where that is not known.
 */
bool brc_graph_result_weak(const brc_graph_result *g, size_t c);

/* A result with k clusters, in which everything unknown is NaN or 0. */
brc_graph_result brc_graph_result_blank(void);
void brc_graph_results_free(brc_graph_result *g, size_t n);

/* The keys of a record: of labels/1, or of spectrum/1. `index` is the number of the graph. */
void brc_graph_result_put(const brc_graph_result *g, size_t index, bool spectrum, brc_map *m);

/* The tensors of spectrum/1 that are of one graph; what is read belongs to the result. */
brc_rc brc_graph_result_write(const brc_graph_result *g, size_t index, brc_section *s,
			      brc_err *err);
brc_rc brc_graph_result_read(brc_graph_result *g, size_t index, const brc_section *s, brc_err *err);

/*
 * All records of a section, which must be those of graphs 0, 1, ... in this order: *g is an array
 * of as many, brc_graph_results_free. BRC_DATA where a key is of another type.
 */
brc_rc brc_graph_results_read(brc_graph_result **g, size_t *n, const brc_section *s, bool spectrum,
			      brc_err *err);

#endif
