/* spectral: cluster the units of every graph of a laplacian. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cli.h"
#include "base/memory.h"
#include "base/str.h"
#include "base/threads.h"
#include "graph/evidence.h"
#include "graph/ncut.h"
#include "graph/partition.h"
#include "graph/weigh.h"
#include "linalg/backend.h"
#include "stream/filter.h"
#include "options.h"

static const char *k_list, *k_from, *k_auto, *stability, *samples;
static size_t restarts, consensus;
static double core = 0.5;
static int choose, compat;
static bool refine;

static const brc_opt options[] = {
	{BRC_STRING("clusters", 'k', "K[,K...]", &k_list,
		    "number of clusters of each graph. A list makes one labelling for each number, "
		    "and the eigenvectors are found only once")},
	{BRC_STRING("k-from", 0, "NAME", &k_from,
		    "for the graphs of laplacian --local: give each graph as many clusters as its "
		    "layers have in the labels called NAME")},
	{BRC_STRING("k-auto", 0, "MIN-MAX", &k_auto,
		    "choose the number of clusters of each graph between MIN and MAX: the largest "
		    "that --stability calls structured. If there is none, no k stands out, and no "
		    "unit gets a label")},
	{BRC_STRING("stability", 0, "R|auto", &stability,
		    "partition R copies of the graph that are changed by chance, and null graphs "
		    "beside them, and say whether there is structure. auto: 20 copies for graphs "
		    "of up to 4096 units, none for larger ones (default: none, and with --k-auto "
		    "20)")},
	{BRC_PATH("samples", 0, "FILE", &samples,
		  "for graphs of correlations, which --stability computes again from halves of "
		  "the samples: the stream of activations that corr read")},
	{BRC_SIZE("consensus", 0, "R", &consensus, 0, 10000,
		  "make the labels from R partitions of copies: units that are together in most of "
		  "them are the core of a group, the others get no label. 0: do not")},
	{BRC_DOUBLE("core", 0, "SHARE", &core, 0, 1,
		    "for --consensus: how much of the copies a unit must be together with the "
		    "others of its group, on average")},
	OPTION_RESTARTS(&restarts),
	OPTION_CHOOSE(&choose),
	{BRC_FLAG("refine", 0, &refine,
		  "after k-means, move single units to other clusters as long as that lowers the "
		  "n-cut")},
	{BRC_CHOICE("compat", 0, "RULES", &compat, "none|paper",
		    "with paper, follow the published code: add 1e-8 to each volume")},
	{0},
};

static brc_rc plan_from_labels(brc_filter *f, const brc_laplacian *l, brc_partition_plan *plan,
			       brc_err *err)
{
	const brc_section *const *all;
	size_t n = brc_filter_sections(f, &all);
	brc_labels labels;
	brc_rc rc;

	BRC_TRY(brc_labels_find(&labels, all, n, k_from, err));
	rc = brc_partition_plan_from(plan, l, &labels, err);
	brc_labels_clear(&labels);
	return rc;
}

static brc_rc make_plan(brc_filter *f, const brc_cli *cli, const brc_laplacian *l,
			brc_partition_plan *plan, brc_err *err)
{
	if (k_list)
		BRC_TRY(brc_partition_plan_ks(plan, l, k_list, "-k", err));
	if (k_auto && brc_partition_plan_range(plan, l, k_auto, err) != BRC_OK)
		return brc_err_prefix(err, "--k-auto");
	if (k_from && plan_from_labels(f, l, plan, err) != BRC_OK)
		return brc_err_prefix(err, "--k-from");
	plan->options = (brc_spectral_options){.restarts = restarts,
					       .epsilon = compat ? BRC_NCUT_EPSILON_PAPER : 0,
					       .by_inertia = choose == CHOOSE_INERTIA,
					       .refine = refine,
					       .seed = cli->c.seed};
	plan->starts = true;
	plan->mem = cli->c.mem;
	return BRC_OK;
}

/* How many copies --stability asks for: 0 for none. */
static brc_rc count_copies(const brc_cli *cli, const brc_laplacian *l, size_t *copies, brc_err *err)
{
	size_t units = brc_layers_total(&l->blocks.layers);
	uint64_t n = k_auto ? BRC_EVIDENCE_COPIES : 0;

	if (stability && strcmp(stability, "auto") != 0)
		BRC_TRY(brc_parse_u64(stability, 2, 10000, "--stability", &n, err));
	else if (stability)
		n = units <= BRC_EVIDENCE_UNITS || k_auto ? BRC_EVIDENCE_COPIES : 0;
	if (stability && n == 0)
		brc_cli_note(cli,
			     "%zu units are more than %d: whether there is structure is not tested "
			     "(--stability %d does it)",
			     units, BRC_EVIDENCE_UNITS, BRC_EVIDENCE_COPIES);
	*copies = n;
	if (stability || k_auto || consensus || !samples)
		return BRC_OK;
	return brc_fail(err, BRC_USAGE, "--samples is for --stability, --consensus and --k-auto");
}

static brc_rc cluster(const brc_cli *cli, const brc_laplacian *l, const brc_partition_plan *plan,
		      brc_clustering *c, brc_err *err)
{
	brc_progress progress;
	brc_pool *pool;
	brc_rc rc;

	BRC_TRY(brc_pool_new(&pool, cli->c.threads, err));
	brc_progress_start(&progress, cli, "clusterings", plan->sets * l->n);
	rc = brc_partition_run(plan, l, pool, &progress, c, err);
	brc_progress_end(&progress);
	brc_pool_free(pool);
	return rc;
}

static brc_rc write_all(brc_filter *f, const brc_cli *cli, const brc_section *in,
			const brc_laplacian *l, brc_partition_plan *plan, brc_weighed *w,
			brc_err *err)
{
	const char *name = brc_cli_name(cli, in->name);
	size_t n = plan->sets * l->n;
	brc_clustering *c = brc_calloc(n, sizeof(*c), err);
	brc_rc rc = c ? cluster(cli, l, plan, c, err) : BRC_RESOURCE;

	if (consensus)
		BRC_THEN(rc, brc_weigh_consensus(w, plan, l,
						 &(brc_consensus_options){consensus, core,
									  plan->options.epsilon,
									  cli->c.mem},
						 c, err));
	BRC_THEN(rc, brc_partition_write(f, name, plan, l, c, err));
	for (size_t set = 0; set < plan->sets && rc == BRC_OK; set++)
		brc_partition_tell(cli, l, c + set * l->n);
	BRC_THEN(rc, brc_weigh_write(f, cli, name, plan, l, w, err));
	for (size_t i = 0; c && i < n; i++)
		brc_clustering_clear(&c[i]);
	free(c);
	return rc;
}

static brc_rc run(brc_filter *f, const brc_cli *cli, const brc_section *in, const brc_laplacian *l,
		  brc_partition_plan *plan, brc_err *err)
{
	brc_weighed w = {0};
	size_t copies;
	bool nulls;
	brc_rc rc;

	BRC_TRY(count_copies(cli, l, &copies, err));
	nulls = copies > 0;
	copies = consensus > copies ? consensus : copies;
	rc = copies ? brc_weigh(f, cli, l, plan, copies, nulls, samples, &w, err) : BRC_OK;
	BRC_THEN(rc, write_all(f, cli, in, l, plan, &w, err));
	brc_weighed_clear(&w);
	return rc;
}

static brc_rc spectral(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	const brc_section *in;
	brc_partition_plan plan = {0};
	brc_laplacian l;
	brc_rc rc;

	if (!!k_list + !!k_from + !!k_auto != 1) {
		brc_fail(err, BRC_USAGE, "give one of -k, --k-from and --k-auto");
		return brc_hint(err, "-k 16, or a list: -k 8,12,16");
	}
	if (compat && choose == CHOOSE_NCUT)
		return brc_fail(err, BRC_USAGE,
				"--choose ncut contradicts --compat paper: the published code "
				"takes the least inertia");
	BRC_TRY(brc_linalg_check(err));
	if (k_from)
		BRC_TRY(brc_filter_take(f, "labels", 1, BRC_SHARE | BRC_ANY_NAME, err));
	BRC_TRY(brc_filter_take(f, "clusterability", 1, BRC_SHARE | BRC_ANY_NAME, err));
	BRC_TRY(brc_filter_input(f, "laplacian", BRC_BLOCKS_VERSION, BRC_CONSUME, &in, err));
	BRC_TRY(brc_laplacian_read(&l, in, err));
	rc = make_plan(f, cli, &l, &plan, err);
	BRC_THEN(rc, run(f, cli, in, &l, &plan, err));
	brc_partition_plan_clear(&plan);
	brc_laplacian_clear(&l);
	return rc;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "spectral",
		.usage = "",
		.purpose = "Partition the units of each graph of a laplacian into k clusters by "
			   "normalised spectral clustering, and say whether the graph has such "
			   "clusters.",
		.reads = "laplacian; with --k-from also labels, with --stability clusterability",
		.writes = "spectrum and labels, called like the laplacian; with a list of K, "
			  "called NAME.kK; with --stability or "
			  "--consensus also structure and partitions",
		.examples = "  laplacian <weights.brc | spectral -k 16 --stability 20 >labels.brc\n"
			    "  laplacian --local <both.brc | spectral --k-from weights.global "
			    ">labels.brc",
		.options = options,
		.common = BRC_COMMON_STREAM | BRC_COMMON_IN | BRC_COMMON_NAME | BRC_COMMON_KEEP |
			  BRC_COMMON_SEED,
	};

	return brc_filter_main(&cli, argc, argv, NULL, spectral);
}
