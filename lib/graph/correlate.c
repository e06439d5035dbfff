#include "graph/correlate.h"

#include <string.h>

#include "base/memory.h"
#include "graph/affinity.h"
#include "sections/edge_origin.h"

static brc_rc read_values(brc_correlate *c, brc_err *err)
{
	const brc_activations *a = &c->activations;
	char title[256];

	BRC_TRY(brc_activations_read(&c->activations, c->in, err));
	BRC_TRY(brc_affinity_blocks(&c->graph, &a->layers, c->how.local, err));
	c->samples = (brc_samples){a->value, a->samples, brc_layers_total(&a->layers), a->spooled};
	if (a->samples >= 2)
		return BRC_OK;
	brc_fail(err, BRC_DATA, "%s has %zu sample%s: a correlation needs at least 2",
		 brc_section_title(c->in, title, sizeof(title)), a->samples,
		 a->samples == 1 ? "" : "s");
	return brc_hint(err, "record activations of more images");
}

static size_t largest_block(const brc_correlate *c)
{
	size_t most = 0;

	for (size_t k = 0; k < c->graph.n; k++) {
		size_t entries =
			brc_blocks_entries(&c->graph, c->graph.block[k].from, c->graph.block[k].to);

		most = entries > most ? entries : most;
	}
	return most * (c->how.wide ? sizeof(double) : sizeof(float));
}

/*
 * Keep all columns and the largest block in memory; or keep both on the disk, and panels of them in
 * memory.
 */
static brc_rc plan_edges(brc_correlate *c, brc_err *err)
{
	const size_t samples = c->samples.samples, n = c->samples.n, threads = c->how.threads;
	const size_t largest = largest_block(c);
	const size_t work = brc_correlation_work(samples, 0, threads, c->how.wide);
	size_t held = c->samples.spooled ? 0 : samples * n * sizeof(float), all;
	size_t limit = c->how.mem != 0 ? c->how.mem : held + brc_mem_available() / 8 * 7;
	size_t left = limit > held ? limit - held : 0;

	if (!brc_add(largest, brc_correlation_bytes(samples, n, c->how.wide), &all) ||
	    !brc_add(all, work, &all) || all > left) {
		c->panel = brc_correlation_panel(samples, threads, left, c->how.wide);
		BRC_TRY(brc_mem_need(held + work, c->how.mem, "the correlations", err));
	}
	return brc_scratch_init(&c->edges, largest, c->panel > 0, "edges", err);
}

static brc_rc plan_factors(const brc_correlate *c, brc_err *err)
{
	const brc_samples *in = &c->samples;
	size_t need = brc_factor_columns_bytes(in->samples, in->n, c->how.threads);

	if (!in->spooled && !brc_add(need, in->samples * in->n * sizeof(float), &need))
		need = SIZE_MAX;
	if (in->samples > BRC_FACTOR_SAMPLES) {
		brc_fail(err, BRC_DATA, "--factors: %zu samples; at most %d are supported",
			 in->samples, BRC_FACTOR_SAMPLES);
		return brc_hint(err, "--dense, or fewer samples");
	}
	return brc_mem_need(need, c->how.mem, "the columns", err);
}

/* ---- eigenvalues ---- */

/* Units or samples, whichever are fewer, in the largest matrix of correlations. */
static size_t smaller_side(const brc_correlate *c)
{
	const brc_layers *layers = &c->activations.layers;
	size_t most = c->how.local ? 0 : c->samples.n;

	for (size_t l = 0; c->how.local && l < layers->n; l++)
		most = layers->units[l] > most ? layers->units[l] : most;
	return brc_least(most, c->samples.samples);
}

/* Are they to be stored, and are rows and matrices to be kept on the disk meanwhile? */
static void plan_eigenvalues(brc_correlate *c)
{
	const brc_samples *in = &c->samples;
	size_t held = in->spooled ? 0 : in->samples * in->n * sizeof(float);
	size_t need = brc_plus(brc_factor_columns_bytes(in->samples, in->n, c->how.threads),
			       brc_signed_bytes(in->n, in->samples, c->how.threads));
	size_t limit = c->how.mem != 0 ? c->how.mem : held + brc_mem_available() / 8 * 7;

	c->signs = !c->by_factors &&
		   (c->how.eigenvalues || smaller_side(c) <= BRC_CORRELATE_EIGENVALUES);
	c->spool_signs = brc_plus(held, need) > limit;
}

static brc_rc of_rows(brc_correlate *c, float *row, size_t *bad, brc_err *err)
{
	BRC_TRY(brc_factor_columns_fill(row, &c->samples, c->how.method, c->pool, bad, err));
	BRC_TRY(brc_signed_rows(&c->observed, &c->activations.layers, !c->how.local,
				c->samples.samples, row, err));
	return brc_signed_eigenvalues(&c->observed, c->spool_signs, c->pool, err);
}

/* Before the columns of the edges are made, so that not both are in memory. */
static brc_rc make_eigenvalues(brc_correlate *c, size_t *bad, brc_err *err)
{
	size_t bytes = brc_times(brc_times(c->samples.samples, c->samples.n), sizeof(float));
	brc_scratch rows = {0};
	brc_rc rc;

	if (!c->signs)
		return BRC_OK;
	rc = brc_scratch_init(&rows, bytes, c->spool_signs, "samples", err);
	BRC_THEN(rc, of_rows(c, rows.data, bad, err));
	brc_scratch_clear(&rows);
	return rc;
}

static brc_rc make_columns(brc_correlate *c, brc_err *err)
{
	const brc_layers *layers = &c->activations.layers;
	size_t bad = BRC_ANY, l;
	char title[256];
	brc_rc rc = make_eigenvalues(c, &bad, err);

	if (rc == BRC_OK)
		rc = c->by_factors
			     ? brc_factor_columns_init(&c->factors, &c->samples, c->how.method,
						       c->pool, &bad, err)
			     : brc_correlation_init(&c->columns, &c->samples, c->how.method,
						    c->how.wide, c->panel, c->pool, &bad, err);
	if (bad == BRC_ANY)
		return rc;
	l = brc_layers_of_unit(layers, bad);
	return brc_err_prefix(err, "%s: layer %s, unit %zu",
			      brc_section_title(c->in, title, sizeof(title)), layers->name[l],
			      bad - layers->first[l]);
}

brc_rc brc_correlate_init(brc_correlate *c, const brc_section *in, const brc_correlate_options *how,
			  brc_err *err)
{
	*c = (brc_correlate){.how = *how, .in = in, .by_factors = how->factors};
	BRC_TRY(read_values(c, err));
	if (!how->dense && !how->wide && how->edge == BRC_CORR_SQUARE)
		c->by_factors |= brc_affinity_factors_pay(&c->activations.layers, how->local,
							  c->samples.samples);
	BRC_TRY(c->by_factors ? plan_factors(c, err) : plan_edges(c, err));
	plan_eigenvalues(c);
	BRC_TRY(brc_pool_new(&c->pool, how->threads, err));
	return make_columns(c, err);
}

void brc_correlate_clear(brc_correlate *c)
{
	brc_activations_clear(&c->activations);
	brc_correlation_clear(&c->columns);
	brc_factor_columns_clear(&c->factors);
	brc_signed_clear(&c->observed);
	brc_scratch_clear(&c->edges);
	brc_pool_free(c->pool);
	brc_blocks_clear(&c->graph);
}

bool brc_correlate_constant(const brc_correlate *c, size_t unit)
{
	return c->by_factors ? brc_factor_columns_constant(&c->factors, unit)
			     : brc_correlation_constant(&c->columns, unit);
}

/* Compute and write the edges of one block. */
static brc_rc write_block(brc_filter *f, const brc_correlate *c, size_t k, brc_err *err)
{
	const brc_layers *t = &c->activations.layers;
	const brc_block *b = &c->graph.block[k];
	const brc_range rows = {t->first[b->from], b->rows}, cols = {t->first[b->to], b->cols};
	const brc_block_tensor tensor = brc_block_tensor_of(&c->graph, k);
	brc_rc rc;

	BRC_TRY(brc_correlation_block(&c->columns, rows, cols, c->how.edge, c->pool, &c->edges,
				      err));
	BRC_TRY(brc_filter_tensor(f, tensor.name, c->how.wide ? "<f8" : "<f4", tensor.ndim,
				  tensor.shape, tensor.axes, err));
	rc = brc_filter_rows(f, c->edges.data, tensor.shape[0], err);
	brc_scratch_drop(&c->edges);
	return rc;
}

static brc_rc write_blocks(brc_filter *f, const brc_correlate *c, brc_section *s,
			   brc_progress *progress, brc_err *err)
{
	BRC_TRY(brc_affinity_begin(s, &c->graph, &c->columns, err));
	if (c->signs)
		BRC_TRY(brc_signed_write(&c->observed, s, err));
	BRC_TRY(brc_filter_begin(f, s, err));
	for (size_t k = 0; k < c->graph.n; k++) {
		BRC_TRY(write_block(f, c, k, err));
		brc_progress_add(progress, 1);
	}
	return brc_filter_end(f, err);
}

brc_rc brc_correlate_write(brc_correlate *c, const char *name, brc_filter *f,
			   brc_progress *progress, brc_err *err)
{
	brc_edge_origin origin = {
		.affinity = true, .samples = c->samples.samples, .local = c->how.local};
	brc_section *s;
	brc_rc rc;

	BRC_TRY(brc_section_new(&s, "affinity", 1, name, err));
	memcpy(origin.of, c->activations.of, sizeof(origin.of));
	brc_word_at(BRC_CORR_METHODS, c->how.method, origin.method, sizeof(origin.method));
	brc_word_at(BRC_CORR_EDGES, c->how.edge, origin.edge, sizeof(origin.edge));
	brc_edge_origin_write(&origin, s);
	if (c->by_factors)
		return brc_filter_put(f, s,
				      brc_affinity_factors(s, &c->activations.layers, c->how.local,
							   &c->factors, err),
				      err);
	rc = write_blocks(f, c, s, progress, err);
	brc_section_free(s);
	return rc;
}
