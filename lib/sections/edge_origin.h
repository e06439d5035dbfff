/*
 * The metadata of the sections weights and affinity, of every version: where the edges of a graph
 * come from. The edges themselves are read and written by lib/graph.
 */
#ifndef BRC_SECTIONS_EDGE_ORIGIN_H
#define BRC_SECTIONS_EDGE_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "stream/section.h"

typedef struct brc_edge_origin {
	bool affinity; /* the section is affinity, else weights */
	/* of weights: */
	char model[33];   /* digest of the model */
	char units[64];   /* which layers: "hidden", "mlp,heads" */
	char norm[16];    /* how a kernel became one weight: "l1", "l2", "colsum", "spectral" */
	bool paper;       /* by the published rules */
	double balanced;  /* units whose in-norms and out-norms were made equal; NaN: not asked */
	double imbalance; /* the largest |log (out-norm / in-norm)| that was left; or NaN */
	/* of affinity: */
	char method[16]; /* "spearman", "pearson", or "imported"; the rest is of correlations */
	char edge[16];   /* how a correlation became a weight: "square", "abs", "positive" */
	size_t samples;
	bool local;  /* edges within layers only */
	char of[16]; /* "series": of columns of a table; "": of activations */
} brc_edge_origin;

/*
 * From the metadata of a section of either type. A key may be missing, its member is then 0.
 * BRC_DATA where a key is of another type, a text too long or a rule unknown.
 */
brc_rc brc_edge_origin_read(brc_edge_origin *o, const brc_section *s, brc_err *err);
/* Append the keys of o's kind to the metadata; an imported graph has its method alone. */
void brc_edge_origin_write(const brc_edge_origin *o, brc_section *s);
/*
 * What the edges are, in a word, as laplacian, labels and clusterability have it: "weights",
 * "affinity" (correlations of activations), "series" (correlations of series) or "imported".
 */
const char *brc_edge_origin_source(const brc_edge_origin *o);
/* Is it one of these words? */
bool brc_edge_source_known(const char *source);

#endif
