#include "graph/clusterability_run.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"

/* What was read. */
typedef struct inputs {
	const brc_section *in;
	brc_edge_origin origin;
	brc_blocks blocks;
	brc_graph graph;
	brc_signed correlations;
	bool known; /* they are */
	brc_blocks *given;
	size_t n_given;
	size_t *k, n_k;
} inputs;

static void inputs_clear(inputs *x)
{
	for (size_t i = 0; i < x->n_given; i++)
		brc_blocks_clear(&x->given[i]);
	free(x->given);
	free(x->k);
	brc_signed_clear(&x->correlations);
	brc_graph_clear(&x->graph);
	brc_blocks_clear(&x->blocks);
}

/* All of a range that the graph has units for. */
static brc_rc expand_range(inputs *x, const char *range, brc_err *err)
{
	size_t least, most;

	BRC_TRY(brc_cli_range(range, "--k-auto", &least, &most, err));
	if (most > x->graph.connected)
		most = x->graph.connected > least ? x->graph.connected : least;
	BRC_TRY(BRC_ARRAY(x->k, most - least + 1, err));
	for (size_t k = least; k <= most; k++)
		x->k[x->n_k++] = k;
	return BRC_OK;
}

/* The networks to compare with: of the same kind, and with the same layers. */
static brc_rc read_given(inputs *x, brc_filter *f, const brc_clusterability_run *run, brc_err *err)
{
	BRC_TRY(BRC_ZEROED(x->given, run->n_against, err));
	for (size_t i = 0; i < run->n_against; i++) {
		const brc_section *s;

		BRC_TRY(brc_filter_side(f, "against", run->against[i], x->in->type,
					BRC_BLOCKS_VERSION, &s, err));
		x->n_given = i + 1;
		BRC_TRY(brc_blocks_read(&x->given[i], s, err));
		if (!brc_layers_equal(&x->given[i].layers, &x->blocks.layers))
			return brc_fail(err, BRC_DATA,
					"--against %s: its layers are not those of the network",
					run->against[i]);
	}
	return BRC_OK;
}

/* The signed correlations, where they are needed and to be had. */
static brc_rc read_correlations(inputs *x, brc_filter *f, const brc_clusterability_run *run,
				brc_null null, brc_err *err)
{
	brc_signed_source from = {.affinity = x->in,
				  .origin = &x->origin,
				  .blocks = &x->blocks,
				  .rows = null == BRC_NULL_SAMPLES,
				  .mem = run->test.mem};
	brc_pool *pool;
	brc_rc rc;

	if (!brc_null_of_correlations(null))
		return run->samples ? brc_fail(err, BRC_USAGE,
					       "--samples serves graphs of correlations, and this "
					       "is none")
				    : BRC_OK;
	if (!x->origin.affinity)
		return BRC_OK; /* which the null model refuses */
	if (run->samples)
		BRC_TRY(brc_filter_side(f, "samples", run->samples, "activations", 1, &from.samples,
					err));
	BRC_TRY(brc_pool_new(&pool, run->test.threads, err));
	rc = brc_signed_find(&x->correlations, &from, pool, &x->known, err);
	brc_pool_free(pool);
	return rc;
}

static brc_rc read_all(inputs *x, brc_filter *f, const brc_clusterability_run *run, brc_null *null,
		       brc_err *err)
{
	BRC_TRY(brc_filter_input(f, "weights|affinity", BRC_BLOCKS_VERSION, BRC_SHARE, &x->in,
				 err));
	BRC_TRY(brc_edge_origin_read(&x->origin, x->in, err));
	BRC_TRY(brc_blocks_read(&x->blocks, x->in, err));
	BRC_TRY(brc_graph_init_all(&x->graph, &x->blocks, err));
	*null = run->n_against > 0 ? BRC_NULL_GIVEN
		: run->choose      ? brc_null_for(&x->origin)
				   : run->null;
	BRC_TRY(run->k_list ? brc_cli_list(run->k_list, "-k", 1, INT32_MAX, &x->k, &x->n_k, err)
			    : expand_range(x, run->k_range, err));
	BRC_TRY(read_given(x, f, run, err));
	return read_correlations(x, f, run, *null, err);
}

/* ---- what is said ---- */

/* Before long work: how much there is. */
static void tell_cost(const brc_cli *cli, const brc_null_model *m, size_t shuffles)
{
	enum { LONG = 100 }; /* billions of operations, some seconds */
	double each;

	if (!brc_null_of_correlations(m->of.kind))
		return;
	each = brc_correlation_null_cost(&m->correlations) / 1e9;
	if (each * (double)shuffles > LONG)
		brc_cli_note(cli,
			     "each of %zu null networks takes %.3g billion multiplications to draw",
			     shuffles, each);
}

static void tell(const brc_cli *cli, const brc_clusterability *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char k[40] = "", z[32] = "undefined", text[256];

		if (!isnan(c[i].z))
			snprintf(z, sizeof(z), "%.4g", c[i].z);
		if (n > 1)
			snprintf(k, sizeof(k), "k %zu: ", c[i].k);
		brc_cli_note(cli, "%sn-cut %.6g; %zu %s: mean %.6g, sd %.3g; p %.4g, z %s", k,
			     c[i].observed, c[i].shuffles, c[i].null, c[i].mean, c[i].sd, c[i].p,
			     z);
		for (size_t w = 0;
		     brc_clusterability_warning(&c[i], w, text, sizeof(text)) && i == 0; w++)
			brc_cli_note(cli, "warning: %s", text);
	}
	if (n > 1)
		brc_cli_note(cli, "p of the best of these %zu numbers of clusters: %.4g", n,
			     c[0].p_all);
}

/* ---- the run ---- */

static brc_rc write_results(brc_filter *f, const brc_cli *cli, const inputs *x,
			    brc_clusterability *c, brc_err *err)
{
	const char *name = brc_cli_name(cli, x->in->name);

	for (size_t i = 0; i < x->n_k; i++) {
		char numbered[BRC_NAME_MAX + 24];

		snprintf(numbered, sizeof(numbered), x->n_k > 1 ? "%s.k%zu" : "%s", name, c[i].k);
		snprintf(c[i].source, sizeof(c[i].source), "%s",
			 brc_edge_origin_source(&x->origin));
		BRC_TRY(brc_filter_make(f, "clusterability", numbered, brc_clusterability_write,
					&c[i], err));
	}
	return BRC_OK;
}

static brc_rc test(brc_filter *f, const brc_cli *cli, const brc_clusterability_run *run,
		   const inputs *x, const brc_null_model *m, brc_err *err)
{
	brc_clusterability_options o = run->test;
	brc_clusterability *c = brc_calloc(x->n_k, sizeof(*c), err);
	brc_progress progress;
	brc_rc rc = brc_made(c);

	o.k = x->k;
	o.n_k = x->n_k;
	tell_cost(cli, m, o.shuffles);
	brc_progress_start(&progress, cli, "null networks", o.shuffles);
	BRC_THEN(rc, brc_clusterability_test(c, m, &o, &progress, err));
	brc_progress_end(&progress);
	BRC_THEN(rc, write_results(f, cli, x, c, err));
	if (rc == BRC_OK)
		tell(cli, c, x->n_k);
	for (size_t i = 0; c && i < x->n_k; i++)
		brc_clusterability_clear(&c[i]);
	free(c);
	return rc;
}

brc_rc brc_clusterability_run_all(brc_filter *f, const brc_cli *cli,
				  const brc_clusterability_run *run, brc_err *err)
{
	inputs x = {0};
	brc_null_model m = {0};
	brc_null null;
	brc_rc rc = read_all(&x, f, run, &null, err);

	if (rc == BRC_OK) {
		const brc_null_wanted wanted = {.kind = null,
						.chosen = run->choose,
						.origin = &x.origin,
						.blocks = &x.blocks,
						.graph = &x.graph,
						.observed = x.known ? &x.correlations : NULL,
						.given = x.given};

		rc = brc_null_model_init(&m, &wanted, err);
	}
	BRC_THEN(rc, test(f, cli, run, &x, &m, err));
	brc_null_model_clear(&m);
	inputs_clear(&x);
	return rc;
}
