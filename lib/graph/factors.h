/*
 * Internal to lib/graph. A graph whose edges are given by factors: with r_i the row of unit i, of
 * length 1 (or zeroes),
 *
 *     A_ij = (r_i . r_j)^2  for i != j,  A_ii = 0,
 *
 * between the units of a part, and 0 between units of different parts. If rows are centred columns
 * of values or ranks over S samples, this is the squared correlation. The matrix is never held.
 * With the rows R and C(x) = R' diag(x) R [S, S],
 *
 *     (A x)_i = r_i' C(x) r_i - x_i,   sum of A over units a and b = <M_a, M_b>, M_a = R_a' R_a,
 *
 * the Frobenius product, less what pairs (i, i) add (both from (u . v)^2 = <u u', v v'>).
 *
 * Correlations within 2^-24 of 0 count as 0, because that is the rounding of the factors. Otherwise
 * correlations that are truly 0 would join units that have nothing in common.
 */
#ifndef BRC_GRAPH_FACTORS_H
#define BRC_GRAPH_FACTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/threads.h"
#include "graph/blocks.h"
#include "graph/layout.h"

typedef struct brc_factors {
	size_t n, samples;
	double *r;      /* [n, samples] rows of length 1, or zeroes */
	float *row;     /* [n, samples] as they are stored, where products are exact; else NULL */
	double *length; /* [n] of those */
	size_t n_parts;
	size_t *part; /* [n_parts + 1] part p has units part[p] .. part[p + 1] - 1 */
} brc_factors;

/*
 * Factors of the units of the layers member[n] of `blocks`, in that order; `blocks` is given by
 * factors. With `across` all units are one part; otherwise each layer is one. Takes 12 bytes for
 * each entry.
 */
brc_rc brc_factors_new(brc_factors **f, const brc_blocks *blocks, const size_t *member, size_t n,
		       bool across, brc_err *err);
void brc_factors_free(brc_factors *f);

/* Side of a tile of edges. */
enum { BRC_FACTORS_TILE = 256 };

/*
 * A tile of edges between units row .. row + rows - 1 and col .. col + cols - 1, at most
 * BRC_FACTORS_TILE of each, formed in w[rows, BRC_FACTORS_TILE], each within [0, 1]. The caller
 * must look at parts; this function does not. scratch is as large as w. Takes 2 S operations for
 * each edge, in single precision if that is exact (for whole numbers, such as ranks, over few
 * samples).
 */
void brc_factors_tile(const brc_factors *f, size_t row, size_t rows, size_t col, size_t cols,
		      double *w, double *scratch);

/*
 * Every edge once, from tiles that are formed and discarded: visit(ctx, u, row) has the edges of
 * unit u with units row->first on, all behind u, in double precision. It returns false to end the
 * walk. Takes n^2 S operations for units of one part.
 */
brc_rc brc_factors_walk(const brc_factors *f, brc_row_visit visit, void *ctx, brc_err *err);

/* degree[n]: sums of edges; *links: pairs of units with one. By such a walk. */
brc_rc brc_factors_degrees(const brc_factors *f, double *degree, size_t *links, brc_err *err);

/*
 * sum[groups, groups]: edges between units of two groups, both directions within one,
 * those of a part. group: [n] of a unit, -1 for none. n S^2 + groups^2 S^2 / 2 operations, exact to
 * rounding in double: what lies within that of 0 is 0.
 */
brc_rc brc_factors_sums(const brc_factors *f, const int32_t *group, size_t groups, double *sum,
			brc_err *err);

/*
 * y = A x of vectors interleaved by eights (graph/adjacency.h), `groups` of eight. Memory is
 * that of a brc_factors_room. 2 n S^2 operations a vector in double; the same bytes for any
 * pool.
 */
typedef struct brc_factors_room {
	double *moments; /* the products C of eight vectors, one for each chunk of units */
	double *scratch; /* one for each worker */
} brc_factors_room;

brc_rc brc_factors_room_init(brc_factors_room *room, const brc_factors *f, size_t workers,
			     brc_err *err);
void brc_factors_room_clear(brc_factors_room *room);
size_t brc_factors_room_bytes(size_t samples, size_t workers);

brc_rc brc_factors_multiply(const brc_factors *f, brc_factors_room *room, const double *x,
			    double *y, size_t groups, brc_pool *pool, brc_err *err);

#endif
