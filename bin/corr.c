/* corr: activations to a graph of correlations between units. */
#include <stdlib.h>
#include <string.h>

#include "base/cli.h"
#include "base/memory.h"
#include "base/progress.h"
#include "base/threads.h"
#include "graph/blocks.h"
#include "linalg/backend.h"
#include "linalg/correlation.h"
#include "stream/filter.h"
#include "stream/layers.h"

static int method, edge;
static bool local;

static const char *const method_names[] = {"spearman", "pearson"};
static const char *const edge_names[] = {"square", "abs", "positive"};

static const brc_opt options[] = {
	{BRC_OPT_CHOICE, "method", 0, "METHOD", &method,
	 "correlation of ranks (ties share their mean) or of values", BRC_CORR_METHODS, 0, 0, 0},
	{BRC_OPT_CHOICE, "edge", 0, "EDGE", &edge,
	 "weight of an edge: the correlation's square, its magnitude, or what is positive of it",
	 BRC_CORR_EDGES, 0, 0, 0},
	{BRC_OPT_FLAG, "local", 0, NULL, &local, "edges within layers only", NULL, 0, 0, 0},
	{BRC_OPT_END, NULL, 0, NULL, NULL, NULL, NULL, 0, 0, 0},
};

/* What the run works on. */
struct corr {
	const brc_cli *cli;
	const brc_section *in;
	brc_layers layers;
	const float *values; /* samples x units, borrowed from `in` */
	size_t samples, units;
	size_t n_edges; /* numbers in all blocks together */
	brc_pool *pool;
	float *z;          /* unit columns; see linalg/correlation.h */
	uint8_t *constant; /* [units] */
	float *edges;
};

static brc_rc read_values(struct corr *c, brc_err *err)
{
	const brc_tensor *t;
	char title[256];
	BRC_TRY(brc_layers_read(&c->layers, c->in, err));
	c->units = brc_layers_total(&c->layers);
	const size_t shape[] = {BRC_ANY, c->units};
	BRC_TRY(brc_section_need(c->in, "value", "<f4", 2, shape, &t, err));
	c->values = t->data;
	c->samples = t->shape[0];
	if (c->samples >= 2)
		return BRC_OK;
	brc_fail(err, BRC_DATA, "%s has %zu sample%s: a correlation needs at least 2",
		 brc_section_title(c->in, title, sizeof(title)), c->samples,
		 c->samples == 1 ? "" : "s");
	return brc_hint(err, "record activations of more images");
}

/* Memory for columns and edges, refused before it is taken. */
static brc_rc reserve(struct corr *c, brc_err *err)
{
	size_t stride = brc_correlation_stride(c->samples), columns, numbers, bytes;
	bool fits = brc_mul(c->units, stride, &columns);
	for (size_t a = 0; a < c->layers.n; a++) {
		size_t far = local ? c->layers.units[a] : c->units - c->layers.first[a];
		fits = fits && brc_mul(c->layers.units[a], far, &numbers) &&
		       brc_add(c->n_edges, numbers, &c->n_edges);
	}
	fits = fits && brc_add(columns, c->n_edges, &numbers) &&
	       brc_mul(numbers, sizeof(float), &bytes);
	BRC_TRY(brc_mem_need(fits ? bytes : SIZE_MAX, c->cli->c.mem, "the correlations", err));
	c->z = brc_alloc(columns, sizeof(float), err);
	c->constant = brc_alloc(c->units, 1, err);
	c->edges = brc_alloc(c->n_edges, sizeof(float), err);
	return c->z && c->constant && c->edges ? brc_pool_new(&c->pool, c->cli->c.threads, err)
					       : BRC_RESOURCE;
}

static brc_rc make_columns(struct corr *c, brc_err *err)
{
	size_t bad = BRC_ANY;
	brc_rc rc =
		brc_correlation_columns(c->values, c->samples, c->units, (brc_corr_method)method,
					c->pool, c->z, c->constant, &bad, err);
	if (bad == BRC_ANY)
		return rc;
	size_t l = brc_layers_of_unit(&c->layers, bad);
	char title[256];
	return brc_err_prefix(err, "%s: layer %s, unit %zu",
			      brc_section_title(c->in, title, sizeof(title)), c->layers.name[l],
			      bad - c->layers.first[l]);
}

/* Every pair of layers, or every layer with itself. */
static brc_rc make_blocks(struct corr *c, brc_blocks *b, brc_err *err)
{
	const brc_layers *t = &c->layers;
	brc_progress progress;
	brc_rc rc = BRC_OK;
	float *at = c->edges;
	brc_progress_start(&progress, brc_cli_progress(c->cli), c->cli->tool, "correlations",
			   c->n_edges);
	for (size_t from = 0; rc == BRC_OK && from < t->n; from++)
		for (size_t to = from; rc == BRC_OK && to < (local ? from + 1 : t->n); to++) {
			brc_range rows = {t->first[from], t->units[from]};
			brc_range cols = {t->first[to], t->units[to]};
			rc = brc_correlation_block(c->z, c->samples, rows, cols,
						   (brc_corr_edge)edge, c->pool, at, err);
			if (rc == BRC_OK)
				rc = brc_blocks_add(b, from, to, at, err);
			at += rows.count * cols.count;
			brc_progress_add(&progress, rows.count * cols.count);
		}
	brc_progress_end(&progress);
	return rc;
}

/* List the constant units in the section and say how many there are. */
static brc_rc add_constant(const struct corr *c, brc_section *s, brc_err *err)
{
	size_t n = 0;
	int32_t *unit = brc_alloc(c->units, sizeof(*unit), err);
	if (unit == NULL)
		return BRC_RESOURCE;
	for (size_t u = 0; u < c->units; u++)
		if (c->constant[u])
			unit[n++] = (int32_t)u;
	brc_rc rc = brc_section_add_column(s, "constant/unit", "<i4", n, unit, err);
	if (n > 0)
		brc_cli_note(c->cli,
			     "%zu of %zu units are constant over the %zu samples: they have no "
			     "edges",
			     n, c->units, c->samples);
	for (size_t i = 0; i < n; i++) {
		size_t l = brc_layers_of_unit(&c->layers, (size_t)unit[i]);
		brc_cli_detail(c->cli, "constant: layer %s, unit %zu", c->layers.name[l],
			       (size_t)unit[i] - c->layers.first[l]);
	}
	free(unit);
	return rc;
}

static brc_rc write_affinity(brc_filter *f, const struct corr *c, const brc_blocks *b, brc_err *err)
{
	brc_section *s;
	const char *name = c->cli->c.name != NULL ? c->cli->c.name : c->in->name;
	BRC_TRY(brc_section_new(&s, "affinity", 1, name, err));
	brc_map_put_string(s->meta, "method", method_names[method]);
	brc_map_put_string(s->meta, "edge", edge_names[edge]);
	brc_map_put_int(s->meta, "samples", (int64_t)c->samples);
	brc_map_put_bool(s->meta, "local", local);
	brc_rc rc = brc_blocks_write(b, s, err);
	if (rc == BRC_OK)
		rc = add_constant(c, s, err);
	if (rc == BRC_OK)
		rc = brc_filter_write(f, s, err);
	brc_section_free(s);
	return rc;
}

static brc_rc correlate(brc_filter *f, struct corr *c, brc_err *err)
{
	brc_blocks b;
	BRC_TRY(read_values(c, err));
	BRC_TRY(reserve(c, err));
	BRC_TRY(make_columns(c, err));
	BRC_TRY(brc_blocks_init(&b, &c->layers, err));
	brc_rc rc = make_blocks(c, &b, err);
	if (rc == BRC_OK)
		rc = write_affinity(f, c, &b, err);
	brc_blocks_clear(&b);
	return rc;
}

static brc_rc corr(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	struct corr c = {.cli = cli};
	BRC_TRY(brc_linalg_check(err));
	BRC_TRY(brc_filter_take(f, "activations", 1, BRC_CONSUME, err));
	BRC_TRY(brc_filter_read(f, err));
	BRC_TRY(brc_filter_section(f, "activations", &c.in, err));
	brc_rc rc = correlate(f, &c, err);
	brc_layers_clear(&c.layers);
	brc_pool_free(c.pool);
	free(c.z);
	free(c.constant);
	free(c.edges);
	return rc;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "corr",
		.usage = "",
		.purpose = "Connect units by how their activations go together: every edge is the "
			   "squared rank correlation of two units over the samples, unless told "
			   "otherwise.",
		.reads = "activations",
		.writes = "affinity, called like the activations",
		.examples = "  corr <activations.brc | laplacian | spectral -k 16 >labels.brc\n"
			    "  corr --method pearson --edge positive --local <activations.brc "
			    ">affinity.brc",
		.options = options,
		.common = BRC_COMMON_STREAM | BRC_COMMON_IN | BRC_COMMON_NAME | BRC_COMMON_KEEP,
	};
	brc_err err = {0};
	brc_filter *f;

	brc_cli_parse(&cli, argc, argv);
	if (brc_filter_open(&f, &cli, &err) == BRC_OK)
		corr(f, &cli, &err);
	return brc_filter_close(f, &cli, &err);
}
