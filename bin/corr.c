/* corr: make a graph of the correlations between the activations of units. */
#include <stdio.h>

#include "base/cli.h"
#include "base/memory.h"
#include "base/progress.h"
#include "base/threads.h"
#include "graph/affinity.h"
#include "graph/blocks.h"
#include "linalg/backend.h"
#include "linalg/correlation.h"
#include "sections/activations.h"
#include "sections/edge_origin.h"
#include "stream/filter.h"

static int method, edge;
static bool local, wide, factors, dense;

static const char *const method_names[] = {"spearman", "pearson"};
static const char *const edge_names[] = {"square", "abs", "positive"};

static const brc_opt options[] = {
	{BRC_CHOICE("method", 0, "METHOD", &method, BRC_CORR_METHODS,
		    "correlate ranks (spearman) or values (pearson); tied values share their mean "
		    "rank")},
	{BRC_CHOICE("edge", 0, "EDGE", &edge, BRC_CORR_EDGES,
		    "how a correlation r becomes the weight of an edge. square: r * r. abs: the "
		    "magnitude of r. positive: r if it is above 0, otherwise 0")},
	{BRC_FLAG("local", 0, &local, "make edges within layers only")},
	{BRC_FLAG("double", 0, &wide,
		  "compute and write in double precision; this takes about twice the time and "
		  "memory")},
	{BRC_FLAG("factors", 0, &factors,
		  "write each unit's standardised values (factors) instead of edges. Later filters "
		  "compute with the factors and never hold all edges. corr does this by itself "
		  "when the samples are few enough to make it faster. Factors need --edge square "
		  "and single precision")},
	{BRC_FLAG("dense", 0, &dense, "write the edges even if the samples are few")},
	{0},
};

/* What the run works on. */
struct corr {
	const brc_cli *cli;
	const brc_section *in;
	brc_activations activations;
	brc_samples samples; /* those of the activations */
	size_t panel;        /* see linalg/correlation.h */
	size_t largest;      /* bytes of the largest block */
	brc_pool *pool;
	brc_correlation columns;
	brc_scratch edges; /* of a block */
	brc_blocks graph;  /* without edges: only which blocks there are */
	bool by_factors;
	brc_factor_columns factors; /* if these are written instead of edges */
};

static brc_rc read_values(struct corr *c, brc_err *err)
{
	const brc_activations *a = &c->activations;
	char title[256];

	BRC_TRY(brc_activations_read(&c->activations, c->in, err));
	BRC_TRY(brc_affinity_blocks(&c->graph, &a->layers, local, err));
	c->samples = (brc_samples){a->value, a->samples, brc_layers_total(&a->layers), a->spooled};
	if (a->samples >= 2)
		return BRC_OK;
	brc_fail(err, BRC_DATA, "%s has %zu sample%s: a correlation needs at least 2",
		 brc_section_title(c->in, title, sizeof(title)), a->samples,
		 a->samples == 1 ? "" : "s");
	return brc_hint(err, "record activations of more images");
}

/*
 * Keep all columns and the largest block in memory; or keep both on the disk, and panels of them in
 * memory.
 */
static brc_rc plan(struct corr *c, brc_err *err)
{
	const size_t samples = c->samples.samples, n = c->samples.n, threads = c->cli->c.threads;
	const size_t work = brc_correlation_work(samples, 0, threads, wide);
	size_t held = c->samples.spooled ? 0 : samples * n * sizeof(float), most = 0, all;
	size_t limit = c->cli->c.mem != 0 ? c->cli->c.mem : held + brc_mem_available() / 8 * 7;
	size_t left = limit > held ? limit - held : 0;

	for (size_t k = 0; k < c->graph.n; k++) {
		size_t entries =
			brc_blocks_entries(&c->graph, c->graph.block[k].from, c->graph.block[k].to);

		most = entries > most ? entries : most;
	}
	c->largest = most * (wide ? sizeof(double) : sizeof(float));
	if (brc_add(c->largest, brc_correlation_bytes(samples, n, wide), &all) &&
	    brc_add(all, work, &all) && all <= left)
		return BRC_OK;
	c->panel = brc_correlation_panel(samples, threads, left, wide);
	brc_cli_detail(c->cli, "columns are spooled, %zu at a time in memory", c->panel);
	return brc_mem_need(held + work, c->cli->c.mem, "the correlations", err);
}

static brc_rc plan_factors(const struct corr *c, brc_err *err)
{
	const brc_samples *in = &c->samples;
	size_t need = brc_factor_columns_bytes(in->samples, in->n, c->cli->c.threads);

	if (!in->spooled && !brc_add(need, in->samples * in->n * sizeof(float), &need))
		need = SIZE_MAX;
	if (in->samples > BRC_FACTOR_SAMPLES) {
		brc_fail(err, BRC_DATA, "--factors: %zu samples; at most %d are supported",
			 in->samples, BRC_FACTOR_SAMPLES);
		return brc_hint(err, "--dense, or fewer samples");
	}
	return brc_mem_need(need, c->cli->c.mem, "the columns", err);
}

static brc_rc make_columns(struct corr *c, brc_err *err)
{
	size_t bad = BRC_ANY;
	brc_rc rc =
		c->by_factors
			? brc_factor_columns_init(&c->factors, &c->samples, (brc_corr_method)method,
						  c->pool, &bad, err)
			: brc_correlation_init(&c->columns, &c->samples, (brc_corr_method)method,
					       wide, c->panel, c->pool, &bad, err);
	size_t l;
	char title[256];

	if (bad == BRC_ANY)
		return rc;
	l = brc_layers_of_unit(&c->activations.layers, bad);
	return brc_err_prefix(err, "%s: layer %s, unit %zu",
			      brc_section_title(c->in, title, sizeof(title)),
			      c->activations.layers.name[l], bad - c->activations.layers.first[l]);
}

static bool constant(const struct corr *c, size_t u)
{
	return c->by_factors ? brc_factor_columns_constant(&c->factors, u)
			     : brc_correlation_constant(&c->columns, u);
}

static void tell_constant(const struct corr *c)
{
	size_t n = 0;

	for (size_t u = 0; u < c->samples.n; u++)
		n += constant(c, u);
	if (n > 0)
		brc_cli_note(
			c->cli,
			"%zu of %zu units are constant over the %zu samples: they have no edges", n,
			c->samples.n, c->samples.samples);
	for (size_t u = 0; u < c->samples.n; u++)
		if (constant(c, u)) {
			size_t l = brc_layers_of_unit(&c->activations.layers, u);

			brc_cli_detail(c->cli, "constant: layer %s, unit %zu",
				       c->activations.layers.name[l],
				       u - c->activations.layers.first[l]);
		}
}

/* Compute and write the edges of one block. */
static brc_rc write_block(brc_filter *f, const struct corr *c, size_t k, brc_err *err)
{
	const brc_layers *t = &c->activations.layers;
	const brc_block *b = &c->graph.block[k];
	const brc_range rows = {t->first[b->from], b->rows}, cols = {t->first[b->to], b->cols};
	const brc_block_tensor tensor = brc_block_tensor_of(&c->graph, k);
	brc_rc rc;

	BRC_TRY(brc_correlation_block(&c->columns, rows, cols, (brc_corr_edge)edge, c->pool,
				      &c->edges, err));
	BRC_TRY(brc_filter_tensor(f, tensor.name, wide ? "<f8" : "<f4", tensor.ndim, tensor.shape,
				  tensor.axes, err));
	rc = brc_filter_rows(f, c->edges.data, tensor.shape[0], err);
	brc_scratch_drop(&c->edges);
	return rc;
}

static brc_rc write_blocks(brc_filter *f, struct corr *c, brc_section *s, brc_err *err)
{
	brc_progress progress;
	brc_rc rc = BRC_OK;

	BRC_TRY(brc_affinity_begin(s, &c->graph, &c->columns, err));
	BRC_TRY(brc_filter_begin(f, s, err));
	brc_progress_start(&progress, brc_cli_progress(c->cli), c->cli->tool, "correlations",
			   c->graph.n);
	for (size_t k = 0; rc == BRC_OK && k < c->graph.n; k++) {
		rc = write_block(f, c, k, err);
		brc_progress_add(&progress, 1);
	}
	brc_progress_end(&progress);
	return rc == BRC_OK ? brc_filter_end(f, err) : rc;
}

static brc_rc write_affinity(brc_filter *f, struct corr *c, brc_err *err)
{
	brc_edge_origin origin = {.affinity = true, .samples = c->samples.samples, .local = local};
	brc_section *s;
	const char *name = c->cli->c.name ? c->cli->c.name : c->in->name;
	brc_rc rc;

	BRC_TRY(brc_section_new(&s, "affinity", 1, name, err));
	snprintf(origin.method, sizeof(origin.method), "%s", method_names[method]);
	snprintf(origin.of, sizeof(origin.of), "%s", c->activations.of);
	snprintf(origin.edge, sizeof(origin.edge), "%s", edge_names[edge]);
	brc_edge_origin_write(&origin, s);
	rc = c->by_factors
		     ? brc_affinity_factors(s, &c->activations.layers, local, &c->factors, err)
		     : write_blocks(f, c, s, err);
	if (rc == BRC_OK && c->by_factors)
		rc = brc_filter_write(f, s, err);
	brc_section_free(s);
	return rc;
}

static brc_rc correlate(brc_filter *f, struct corr *c, brc_err *err)
{
	BRC_TRY(read_values(c, err));
	c->by_factors = factors;
	if (!dense && !wide && edge == BRC_CORR_SQUARE)
		c->by_factors |=
			brc_affinity_factors_pay(&c->activations.layers, local, c->samples.samples);
	BRC_TRY(c->by_factors ? plan_factors(c, err) : plan(c, err));
	BRC_TRY(brc_pool_new(&c->pool, c->cli->c.threads, err));
	BRC_TRY(make_columns(c, err));
	tell_constant(c);
	if (c->by_factors)
		brc_cli_detail(c->cli,
			       "factors are written instead of edges (--dense writes edges)");
	else
		BRC_TRY(brc_scratch_init(&c->edges, c->largest, c->panel > 0, "edges", err));
	return write_affinity(f, c, err);
}

static brc_rc check_options(brc_err *err)
{
	if (factors && dense)
		return brc_fail(err, BRC_USAGE, "give one of --factors and --dense");
	if (!factors || (edge == BRC_CORR_SQUARE && !wide))
		return BRC_OK;
	brc_fail(err, BRC_USAGE, "--factors works only with --edge square and without --double");
	return brc_hint(err, "leave out --factors, or --edge and --double");
}

static brc_rc corr(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	struct corr c = {.cli = cli};
	brc_rc rc;

	BRC_TRY(check_options(err));
	BRC_TRY(brc_linalg_check(err));
	BRC_TRY(brc_filter_take(f, "activations", 1, BRC_CONSUME, err));
	brc_filter_memory(f, cli->c.mem / 2); /* the other half is for columns and edges */
	BRC_TRY(brc_filter_read(f, err));
	BRC_TRY(brc_filter_section(f, "activations", &c.in, err));
	rc = correlate(f, &c, err);
	brc_activations_clear(&c.activations);
	brc_correlation_clear(&c.columns);
	brc_factor_columns_clear(&c.factors);
	brc_scratch_clear(&c.edges);
	brc_pool_free(c.pool);
	brc_blocks_clear(&c.graph);
	return rc;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "corr",
		.usage = "",
		.purpose = "Correlate the activations of units and write the graph of the "
			   "correlations. By default an edge between two units is the square of "
			   "their rank correlation over the samples.",
		.reads = "activations",
		.writes = "affinity, called like the activations",
		.examples = "  corr <activations.brc | laplacian | spectral -k 16 >labels.brc\n"
			    "  corr --method pearson --edge positive --local <activations.brc "
			    ">affinity.brc",
		.options = options,
		.common = BRC_COMMON_STREAM | BRC_COMMON_IN | BRC_COMMON_NAME | BRC_COMMON_KEEP,
	};

	return brc_filter_main(&cli, argc, argv, NULL, corr);
}
