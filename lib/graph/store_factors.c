/*
 * Graphs given by factors (graph/factors.h). Edges are formed where they are needed. Sums and
 * products are computed from the factors themselves.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "graph/factors.h"
#include "graph/layout.h"

enum { TILE = BRC_FACTORS_TILE };

static char *factor_name(char buf[48], size_t layer)
{
	snprintf(buf, 48, "factor/%zu", layer);
	return buf;
}

/* ---- blocks ---- */

/* The factors of all layers; the first one says how many samples there are. */
static brc_rc read_factors(brc_blocks *b, const brc_section *s, brc_err *err)
{
	size_t shape[2] = {b->layers.units[0], BRC_ANY};
	const brc_tensor *t;
	char name[48], title[256];

	BRC_TRY(brc_section_need(s, factor_name(name, 0), "<f4", 2, shape, &t, err));
	if (t->shape[1] < 1 || t->shape[1] > BRC_FACTOR_SAMPLES)
		return brc_fail(err, BRC_DATA,
				"%s: factors over %zu samples; 1 to %d are supported",
				brc_section_title(s, title, sizeof(title)), t->shape[1],
				BRC_FACTOR_SAMPLES);
	shape[1] = t->shape[1];
	BRC_TRY(BRC_ARRAY(b->factor, b->layers.n, err));
	for (size_t l = 0; l < b->layers.n; l++) {
		shape[0] = b->layers.units[l];
		BRC_TRY(brc_section_need(s, factor_name(name, l), "<f4", 2, shape, &t, err));
		b->factor[l] = t->data;
	}
	b->samples = shape[1];
	b->store = &brc_edge_store_factors;
	return BRC_OK;
}

static brc_rc layout_read(brc_blocks *b, const brc_section *s, size_t k, size_t from, size_t to,
			  brc_err *err)
{
	(void)k;
	if (!b->factor)
		BRC_TRY(read_factors(b, s, err));
	return brc_blocks_append(
		b, &(brc_block){.from = from, .to = to, .layout = &brc_block_factors}, err);
}

static brc_rc write_factors(const brc_blocks *b, brc_section *s, brc_err *err)
{
	char name[48];

	for (size_t l = 0; l < b->layers.n; l++) {
		size_t shape[2] = {b->layers.units[l], b->samples};

		BRC_TRY(brc_section_add(s, factor_name(name, l), "<f4", 2, shape, "unit,sample",
					b->factor[l], NULL, err));
	}
	return BRC_OK;
}

static brc_rc add_all(brc_blocks *b, const brc_blocks *from, bool within, brc_err *err)
{
	return brc_blocks_add_factors(b, from->samples, from->factor,
				      !within && from->n > from->layers.n, err);
}

/* Rows of factors: finite, and their length such that its square neither overflows nor vanishes. */
static brc_rc check_lengths(const brc_blocks *b, const char *what, brc_err *err)
{
	for (size_t l = 0; l < b->layers.n; l++)
		for (size_t i = 0; i < b->layers.units[l]; i++) {
			const float *row = b->factor[l] + i * b->samples;
			double square = 0;

			for (size_t s = 0; s < b->samples; s++)
				square += (double)row[s] * (double)row[s];
			if (square == 0 || (square >= 1e-36 && square <= 1e36))
				continue;
			brc_fail(err, BRC_DATA,
				 "%s: the factors of unit %zu of layer %s have length %g", what, i,
				 b->layers.name[l], sqrt(square));
			return brc_hint(err, "they must be finite; zeroes stand for no edges");
		}
	return BRC_OK;
}

/* All blocks by factors; those of all pairs of layers, or those within layers alone. */
static brc_rc check(const brc_blocks *b, const char *what, brc_err *err)
{
	size_t layers = b->layers.n, within = 0;

	for (size_t k = 0; k < b->n; k++) {
		if (b->block[k].layout != &brc_block_factors)
			return brc_fail(err, BRC_DATA,
					"%s: block %zu is not given by factors, as others are",
					what, k);
		within += b->block[k].from == b->block[k].to;
	}
	if (within != layers || (b->n != layers && b->n != layers * (layers + 1) / 2))
		return brc_fail(err, BRC_DATA,
				"%s: blocks given by factors must be those of all pairs of layers, "
				"or those within each layer",
				what);
	return check_lengths(b, what, err);
}

/* Of all layers. `across`: their units are one part. */
static brc_rc all_factors(brc_factors **f, const brc_blocks *b, bool across, brc_err *err)
{
	size_t *member = brc_alloc(b->layers.n, sizeof(*member), err);
	brc_rc rc;

	BRC_TRY(brc_made(member));
	for (size_t l = 0; l < b->layers.n; l++)
		member[l] = l;
	rc = brc_factors_new(f, b, member, b->layers.n, across, err);
	free(member);
	return rc;
}

/* ---- rows formed ---- */

typedef struct former {
	const brc_layers *layers;
	brc_factors *factors;
	double *tile; /* two */
} former;

static void former_free(void *of)
{
	former *m = of;

	brc_factors_free(m->factors);
	free(m->tile);
	free(m);
}

static brc_rc former_new(void **out, const brc_blocks *b, brc_err *err)
{
	former *m = *out = brc_calloc(1, sizeof(*m), err);

	BRC_TRY(brc_made(m));
	m->layers = &b->layers;
	m->tile = brc_alloc(2 * TILE * TILE, sizeof(*m->tile), err);
	return m->tile ? all_factors(&m->factors, b, true, err) : BRC_RESOURCE;
}

/* A unit has no edge with itself. */
static void unpack(const void *of, const brc_block *b, size_t first, size_t rows, float *w)
{
	const former *m = of;

	for (size_t j = 0; j < b->cols; j += TILE) {
		size_t some = brc_least(TILE, b->cols - j);

		brc_factors_tile(m->factors, m->layers->first[b->from] + first, rows,
				 m->layers->first[b->to] + j, some, m->tile, m->tile + TILE * TILE);
		for (size_t i = 0; i < rows; i++)
			for (size_t c = 0; c < some; c++)
				w[i * b->cols + j + c] = (float)m->tile[i * TILE + c];
	}
	for (size_t i = 0; b->from == b->to && i < rows; i++)
		w[i * b->cols + first + i] = 0;
}

const brc_block_layout brc_block_factors = {
	.name = "factors",
	.version = 1,
	.read = layout_read,
	.unpack = unpack,
};

/* ---- sums ---- */

static brc_rc visit_sums(const brc_factors *f, const int32_t *group, size_t n,
			 brc_group_visit visit, void *ctx, brc_err *err)
{
	double *sum;
	brc_rc rc;

	BRC_TRY(brc_mem_need(brc_times(brc_times(n, n), sizeof(*sum)), 0,
			     "links between sub-clusters", err));
	sum = brc_alloc(n, n * sizeof(*sum), err);
	rc = sum ? brc_factors_sums(f, group, n, sum, err) : BRC_RESOURCE;
	for (size_t i = 0; i < n && rc == BRC_OK; i++)
		for (size_t j = i + 1; j < n && rc == BRC_OK; j++)
			if (sum[i * n + j] > 0)
				rc = visit(ctx, i, j, sum[i * n + j], err);
	free(sum);
	return rc;
}

static brc_rc group_sums(const brc_blocks *b, const int32_t *group, const size_t *first,
			 brc_group_visit visit, void *ctx, brc_err *err)
{
	brc_factors *f;
	brc_rc rc;

	BRC_TRY(all_factors(&f, b, b->n > b->layers.n, err));
	rc = visit_sums(f, group, first[b->layers.n], visit, ctx, err);
	brc_factors_free(f);
	return rc;
}

static brc_rc sums(const brc_graph *g, const int32_t *group, size_t groups, double *sum,
		   brc_err *err)
{
	return brc_factors_sums(g->factors, group, groups, sum, err);
}

/* The volume minus the edges within. */
static brc_rc cut(const brc_graph *g, const int32_t *label, size_t k, const double *volume,
		  double *out, brc_err *err)
{
	double *sum = brc_alloc(k, k * sizeof(*sum), err);
	brc_rc rc = sum ? sums(g, label, k, sum, err) : BRC_RESOURCE;

	for (size_t c = 0; c < k && rc == BRC_OK; c++) {
		out[c + 1] = volume[c + 1] - sum[c * k + c];
		if (!(out[c + 1] > 1e-13 * volume[c + 1])) /* rounding */
			out[c + 1] = 0;
	}
	free(sum);
	return rc;
}

/* ---- graphs ---- */

/* Factors of the members: joined across members or not at all. */
static brc_rc attach(brc_graph *g, const brc_blocks *b, brc_err *err)
{
	size_t members = g->n_members, within = 0;

	for (size_t e = 0; e < g->n_edges; e++)
		within += g->edges[e].from == g->edges[e].to;
	if (within != members ||
	    (g->n_edges != members && g->n_edges != members * (members + 1) / 2))
		return brc_fail(err, BRC_DATA,
				"a graph by factors needs the blocks within its layers, and all or "
				"none of those between them");
	return brc_factors_new(&g->factors, b, g->member, members, g->n_edges > members, err);
}

static brc_rc degrees(brc_graph *g, const brc_blocks *b, brc_err *err)
{
	(void)b;
	return brc_factors_degrees(g->factors, g->degree, &g->links, err);
}

static brc_rc walk(const brc_graph *g, brc_row_visit visit, void *ctx, brc_err *err)
{
	return brc_factors_walk(g->factors, visit, ctx, err);
}

/* As a rule. */
static bool joins(const brc_graph *g, size_t e)
{
	(void)g;
	(void)e;
	return true;
}

/* ---- products ---- */

static brc_rc product_init(brc_adjacency *a, brc_err *err)
{
	a->work = brc_calloc(1, sizeof(brc_factors_room), err);
	return a->work ? brc_factors_room_init(a->work, a->g->factors, brc_pool_threads(a->pool),
					       err)
		       : BRC_RESOURCE;
}

static void product_clear(brc_adjacency *a)
{
	if (a->work)
		brc_factors_room_clear(a->work);
	free(a->work);
}

static brc_rc multiply(brc_adjacency *a, brc_err *err)
{
	return brc_factors_multiply(a->g->factors, a->work, a->x, a->y, a->now, a->pool, err);
}

static double cost(const brc_graph *g)
{
	double samples = (double)g->factors->samples;

	return 2 * (double)g->n * samples * (samples + 8);
}

static double dense_cost(const brc_graph *g)
{
	return (double)g->n * (double)g->n * (double)g->factors->samples;
}

static size_t bytes(const brc_graph *g, size_t threads)
{
	return brc_factors_room_bytes(g->factors->samples, threads);
}

const brc_edge_store brc_edge_store_factors = {
	.add_all = add_all,
	.check = check,
	.write = write_factors,
	.former_new = former_new,
	.former_free = former_free,
	.group_sums = group_sums,
	.attach = attach,
	.degrees = degrees,
	.walk = walk,
	.joins = joins,
	.sums = sums,
	.cut = cut,
	.product_init = product_init,
	.multiply = multiply,
	.product_clear = product_clear,
	.cost = cost,
	.dense_cost = dense_cost,
	.bytes = bytes,
};
