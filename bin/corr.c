/* corr: make a graph of the correlations between the activations of units. */
#include "base/cli.h"
#include "base/progress.h"
#include "graph/correlate.h"
#include "linalg/backend.h"
#include "stream/filter.h"

static int method, edge;
static bool local, wide, factors, dense, eigenvalues;

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
	{BRC_FLAG(
		"eigenvalues", 0, &eigenvalues,
		"store the eigenvalues of the correlations, which clusterability --null rotation "
		"and hqs need. corr does this by itself where units or samples are at most 2,048; "
		"factors make it unnecessary")},
	{0},
};

/* Print which columns are kept where, which units are constant, and what is written. */
static void tell(const brc_cli *cli, const brc_correlate *c)
{
	const brc_layers *layers = &c->activations.layers;
	size_t constant = 0;

	if (c->panel > 0)
		brc_cli_detail(cli, "columns are spooled, %zu at a time in memory", c->panel);
	for (size_t u = 0; u < c->samples.n; u++)
		constant += brc_correlate_constant(c, u);
	if (constant > 0)
		brc_cli_note(
			cli,
			"%zu of %zu units are constant over the %zu samples: they have no edges",
			constant, c->samples.n, c->samples.samples);
	for (size_t u = 0; u < c->samples.n; u++)
		if (brc_correlate_constant(c, u)) {
			size_t l = brc_layers_of_unit(layers, u);

			brc_cli_detail(cli, "constant: layer %s, unit %zu", layers->name[l],
				       u - layers->first[l]);
		}
	if (!c->by_factors && !c->signs)
		brc_cli_detail(cli, "the eigenvalues of the correlations are not stored "
				    "(--eigenvalues stores them)");
	if (c->by_factors)
		brc_cli_detail(cli, "factors are written instead of edges (--dense writes edges)");
}

static brc_rc write_graph(brc_filter *f, const brc_cli *cli, brc_correlate *c, brc_err *err)
{
	brc_progress progress;
	brc_rc rc;

	tell(cli, c);
	brc_progress_start(&progress, cli, "correlations", c->graph.n);
	rc = brc_correlate_write(c, brc_cli_name(cli, c->in->name), f, &progress, err);
	brc_progress_end(&progress);
	return rc;
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
	const brc_correlate_options how = {.method = (brc_corr_method)method,
					   .edge = (brc_corr_edge)edge,
					   .local = local,
					   .wide = wide,
					   .factors = factors,
					   .dense = dense,
					   .eigenvalues = eigenvalues,
					   .threads = cli->c.threads,
					   .mem = cli->c.mem};
	const brc_section *in;
	brc_correlate c;
	brc_rc rc;

	BRC_TRY(check_options(err));
	BRC_TRY(brc_linalg_check(err));
	brc_filter_memory(f, cli->c.mem / 2); /* the other half is for columns and edges */
	BRC_TRY(brc_filter_input(f, "activations", 1, BRC_CONSUME, &in, err));
	rc = brc_correlate_init(&c, in, &how, err);
	BRC_THEN(rc, write_graph(f, cli, &c, err));
	brc_correlate_clear(&c);
	return rc;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "corr",
		.usage = "",
		.purpose = "Correlate the activations of units, or the columns of a table that "
			   "read-data --series read, and write the graph of the "
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
