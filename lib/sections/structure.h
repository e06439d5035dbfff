/*
 * The section structure/1: does a graph have groups that repeat? It has the agreement of its
 * partition with those of copies changed by chance, the same of null graphs, and a verdict, for
 * each graph and number of clusters.
 */
#ifndef BRC_SECTIONS_STRUCTURE_H
#define BRC_SECTIONS_STRUCTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sections/partitions.h"
#include "stream/section.h"

typedef enum brc_verdict {
	BRC_VERDICT_NONE,       /* the agreement does not exceed that of all null graphs, or
				 * clusterability has p > .05 */
	BRC_VERDICT_ABOVE,      /* it does, and is below BRC_STRUCTURE_REPEATS */
	BRC_VERDICT_STRUCTURED, /* it does, and is at least that */
	BRC_VERDICT_UNTESTED    /* below that, without null graphs: it cannot be structured */
} brc_verdict;
/* "no evidence", "above chance, not repeatable", "structured", "not tested", NULL */
extern const char *const brc_verdict_words[];

#define BRC_STRUCTURE_REPEATS 0.5
#define BRC_STRUCTURE_LEVEL 0.05 /* of clusterability */

typedef struct brc_structure {
	char name[BRC_NAME_MAX]; /* of the section that was read: that of the labels */
	brc_perturbed perturbed;
	double noise;    /* as in brc_partitions */
	char null[32];   /* "residual", "residual-nonzero", "samples" */
	char source[16]; /* see brc_edge_origin_source */
	char seed[32];
	size_t graphs;
	char **graph;    /* [graphs] their names, as in the labels */
	int32_t *chosen; /* [graphs] k of the labels; 0: no k stands out, no unit has a label */
	/* A row for each graph and k, ascending: */
	size_t n;
	int32_t *of, *k;      /* [n] graph, clusters */
	double *index;        /* [n] mean of those of the copies */
	double *p;            /* [n] of clusterability with the same k; NaN: not in the stream */
	brc_verdict *verdict; /* [n] */
	size_t copies, nulls;
	double *copy;  /* [n, copies] adjusted Rand index, mean over layers */
	double *drawn; /* [n, nulls] the mean of those of a null graph; NaN: undefined, or not drawn
			*/
	/* Of consensus; NULL without it: */
	size_t units;
	double *membership; /* [units] mean co-assignment of a unit with its group */
	double core;        /* units with at least so much are in the group */
} brc_structure;

void brc_structure_clear(brc_structure *t); /* of a zeroed or a filled struct */

/*
 * A sentence on what the null graphs cannot tell, without a full stop, for a row without evidence;
 * else NULL. Where null graphs keep the places of edges, they keep groups that show in these
 * places.
 */
const char *brc_structure_remark(const brc_structure *t, size_t row);

/* From a section, copied. BRC_DATA where rows are of no graph, or a number is out of range. */
brc_rc brc_structure_read(brc_structure *t, const brc_section *s, brc_err *err);
/* Into an empty section; everything is copied. */
brc_rc brc_structure_write(const brc_structure *t, brc_section *s, brc_err *err);

/*
 * The row of graph g with k clusters, or BRC_ANY. k 0 stands for the one that the labels have, and
 * where these have none for the row of the largest agreement.
 */
size_t brc_structure_row(const brc_structure *t, size_t g, size_t k);
/*
 * The verdict at the k that the labels have, in words; "no k stands out" where none was taken; NULL
 * where several graphs have different verdicts. Static.
 */
const char *brc_structure_verdict(const brc_structure *t);
/* The largest agreement among the null graphs of a row; NaN where one is undefined. */
double brc_structure_largest(const brc_structure *t, size_t row);
/*
 * The verdict of a row from its numbers: index, drawn (nulls that are NaN count against structure),
 * and p, which does not count where it is NaN.
 */
brc_verdict brc_structure_judge(const brc_structure *t, size_t row);

#endif
