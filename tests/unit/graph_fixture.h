/* Small graphs for tests: weights written as they are in the text, magnitudes taken. */
#ifndef TESTS_UNIT_GRAPH_FIXTURE_H
#define TESTS_UNIT_GRAPH_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "graph/blocks.h"
#include "graph/layout.h"
#include "graph/cluster_graph.h"

enum { FIXTURE_BLOCKS = 16 };

/*
 * A block graph that owns its edges. w[k] is the whole matrix of block k, within a layer too, to be
 * filled and changed; fixture_blocks is the graph of what it holds by then.
 */
typedef struct fixture {
	brc_blocks blocks;
	float *w[FIXTURE_BLOCKS];
	float *triangle[FIXTURE_BLOCKS]; /* of w within a layer; else NULL */
} fixture;

#define assert_near(a, b, tolerance)                                            \
	do {                                                                    \
		double near_a = (a), near_b = (b);                              \
		if (!(fabs(near_a - near_b) <= (tolerance)))                    \
			fail_msg("%s is %.15g, not %.15g", #a, near_a, near_b); \
	} while (0)

/* For calls that must succeed: assert_ok(brc_something(..., &ok_err)). */
static brc_err ok_err;

#define assert_ok(expr)                                            \
	do {                                                       \
		if ((expr) != BRC_OK)                              \
			fail_msg("%s: %s", #expr, ok_err.message); \
	} while (0)

/* Layers l0, l1, ... of these sizes and no edges. */
static inline void fixture_init(fixture *f, size_t layers, const size_t *units)
{
	char names[64][24];
	const char *name[64];
	brc_layers table;

	memset(f, 0, sizeof(*f));
	for (size_t l = 0; l < layers; l++) {
		snprintf(names[l], sizeof(names[l]), "l%zu", l);
		name[l] = names[l];
	}
	assert_ok(brc_layers_init(&table, layers, name, units, &ok_err));
	assert_ok(brc_blocks_init(&f->blocks, &table, &ok_err));
	brc_layers_clear(&table);
}

/* A block of zeroes; fill what is returned. */
static inline float *fixture_block(fixture *f, size_t from, size_t to)
{
	size_t n = f->blocks.layers.units[from] * f->blocks.layers.units[to];
	float *w = calloc(n, sizeof(*w));

	assert_non_null(w);
	f->w[f->blocks.n] = w;
	f->triangle[f->blocks.n] = from == to ? calloc(n, sizeof(*w)) : NULL;
	assert_ok(brc_blocks_add(&f->blocks, from, to, from == to ? f->triangle[f->blocks.n] : w,
				 &ok_err));
	return w;
}

/* The whole matrix of a block, both triangles within a layer. */
static inline void fixture_matrix(const brc_block *b, float *out)
{
	memset(out, 0, b->rows * b->cols * sizeof(*out));
	for (size_t i = 0; i < b->rows; i++) {
		brc_row row = b->layout->row(b, i);

		for (size_t j = 0; j < row.n; j++) {
			size_t c = brc_row_column(&row, j);

			out[i * b->cols + c] = row.w[j];
			if (b->from == b->to)
				out[c * b->cols + i] = row.w[j];
		}
	}
}

/* The graph, with the upper triangles of squares packed. */
static inline const brc_blocks *fixture_blocks(const fixture *f)
{
	for (size_t k = 0; k < f->blocks.n; k++) {
		size_t n = f->blocks.block[k].cols;
		float *to = f->triangle[k];

		for (size_t i = 0; to && i < n; i++)
			for (size_t j = i + 1; j < n; j++)
				*to++ = f->w[k][i * n + j];
	}
	return &f->blocks;
}

/* The magnitudes of `weights`, times `scale`. */
static inline void fixture_weights(fixture *f, size_t from, size_t to, double scale,
				   const double *weights)
{
	size_t n = f->blocks.layers.units[from] * f->blocks.layers.units[to];
	float *w = fixture_block(f, from, to);

	for (size_t i = 0; i < n; i++)
		w[i] = (float)fabs(rint(weights[i] * scale * 1e6) / 1e6);
}

static inline void fixture_clear(fixture *f)
{
	for (size_t i = 0; i < f->blocks.n; i++) {
		free(f->w[i]);
		free(f->triangle[i]);
	}
	brc_blocks_clear(&f->blocks);
}

/* A block with uniform entries, about one in `sparse` of them left 0 (0: none). */
static inline void fixture_random(fixture *f, size_t from, size_t to, uint32_t draw,
				  uint32_t sparse)
{
	size_t rows = f->blocks.layers.units[from], cols = f->blocks.layers.units[to];
	float *w = fixture_block(f, from, to);
	brc_rng r;

	brc_rng_init(&r, 7, BRC_RNG_TEST, (uint32_t)(100 * from + to), draw);
	for (size_t i = 0; i < rows; i++)
		for (size_t j = from == to ? i + 1 : 0; j < cols; j++) {
			float v = (float)(0.01 + brc_rng_uniform(&r));

			if (sparse && brc_rng_below(&r, sparse) == 0)
				v = 0;
			w[i * cols + j] = v;
			if (from == to)
				w[j * cols + i] = v;
		}
}

/* One layer of n units with these edges {i, j, weight}. */
static inline void fixture_edges(fixture *f, size_t n, const double (*edge)[3], size_t edges)
{
	float *w;

	fixture_init(f, 1, &n);
	w = fixture_block(f, 0, 0);
	for (size_t e = 0; e < edges; e++) {
		size_t i = (size_t)edge[e][0], j = (size_t)edge[e][1];

		w[i * n + j] = w[j * n + i] = (float)edge[e][2];
	}
}

/* Two unit triangles, 2 and 3 joined by 1/2. */
static inline void fixture_triangles(fixture *f)
{
	static const double edge[7][3] = {{0, 1, 1}, {0, 2, 1}, {1, 2, 1},  {3, 4, 1},
					  {3, 5, 1}, {4, 5, 1}, {2, 3, 0.5}};

	fixture_edges(f, 6, edge, 7);
}

/* The two networks whose n-cuts are known, magnitudes times `scale`. */
static inline void fixture_small(fixture *f, double scale)
{
	static const size_t units[3] = {2, 2, 2};
	static const double w1[] = {12, -1.3, 0, 7.4}, w2[] = {-8.9, .15, .23, -5.7};

	fixture_init(f, 3, units);
	fixture_weights(f, 0, 1, scale, w1);
	fixture_weights(f, 1, 2, scale, w2);
}

static inline void fixture_big(fixture *f, double scale)
{
	static const size_t units[3] = {4, 4, 4};
	static const double w1[] = {5.4, .03, 0,   0,    0, 0,   -.4,  5.5,
				    -12, 0,   4.8, -.07, 0, 6.3, .001, 7};
	static const double w2[] = {-13.3, -.4, 6,   .1, .7, -8, 0, -5.8,
				    7.4,   .3,  -15, 0,  0,  0,  0, -12.3};

	fixture_init(f, 3, units);
	fixture_weights(f, 0, 1, scale, w1);
	fixture_weights(f, 1, 2, scale, w2);
}

/* Groups of `size` units each, in one layer: 1 within, `between` elsewhere. */
static inline void fixture_planted(fixture *f, size_t groups, size_t size, float between)
{
	size_t n = groups * size;
	float *w;

	fixture_init(f, 1, &n);
	w = fixture_block(f, 0, 0);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			w[i * n + j] = i == j ? 0 : i % groups == j % groups ? 1 : between;
}

#endif
