/*
 * One tile of a block of correlations: the products of two ranges of columns, and the edges that
 * are made of them while they are in cache. correlation.c decides which tiles there are.
 */
#ifndef BRC_LINALG_CORRELATION_TILE_H
#define BRC_LINALG_CORRELATION_TILE_H

#include "linalg/byte_products.h"
#include "linalg/correlation.h"

/*
 * How many samples at a time are multiplied in double, and how many exact columns at a time. They
 * are few enough to stay in cache with their products.
 */
enum { BRC_CORR_DEPTH = 256, BRC_CORR_STRIP = 128 };

/* What all tiles of a block share. */
typedef struct brc_corr_tiles {
	const brc_correlation *c;
	brc_corr_edge edge;
	size_t height, width;     /* of the largest tile */
	size_t strip;             /* of exact columns: rows multiplied at a time */
	brc_byte_products *bytes; /* of exact columns, else NULL; strip x width */
} brc_corr_tiles;

/* Columns a .. a + rows - 1 with b .. b + cols - 1; diagonal: they are the same. */
typedef struct brc_corr_tile {
	size_t a, b, rows, cols;
	bool diagonal;
} brc_corr_tile;

/* A worker's memory. */
typedef struct brc_corr_room {
	void *sum;        /* [height, width] floats or doubles; exact: [4, strip, width] integers */
	void *edge;       /* [height, width] of the graph's precision */
	double *za, *zb;  /* [height or width, BRC_CORR_DEPTH] for tied tiles */
	int8_t *gathered; /* [width, stride] bytes of columns b, or [2, strip, stride] of a */
	void *packed;     /* high and low bytes of the columns from packed_for */
	size_t packed_for;
	void *scratch;
} brc_corr_room;

/* Fill the rest of a zeroed struct in which c and edge are set. BRC_RESOURCE. */
brc_rc brc_corr_tiles_init(brc_corr_tiles *t, size_t height, size_t width, brc_err *err);
void brc_corr_tiles_clear(brc_corr_tiles *t);

brc_rc brc_corr_room_init(brc_corr_room *r, const brc_corr_tiles *t, brc_err *err);
void brc_corr_room_clear(brc_corr_room *r); /* of a zeroed or an initialised struct */

/* r->edge: row-major [rows, cols], on the diagonal its upper triangle. */
brc_rc brc_corr_tile_edges(const brc_corr_tiles *t, const brc_corr_tile *q, brc_corr_room *r,
			   brc_err *err);

/*
 * The products of a tile of exact columns (correlation_exact.c), in double, divided by both norms.
 */
brc_rc brc_corr_tile_exact(const brc_corr_tiles *t, const brc_corr_tile *q, brc_corr_room *r,
			   brc_err *err);

/* r^2, |r| or max(r, 0), at most 1. */
static inline double brc_corr_edge_of(double r, brc_corr_edge edge)
{
	double e = edge == BRC_CORR_SQUARE ? r * r : edge == BRC_CORR_ABS && r < 0 ? -r : r;
	e = e > 0 ? e : 0;
	return e < 1 ? e : 1;
}

#endif
