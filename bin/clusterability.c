/* clusterability: compare the n-cut of a network with those of shuffled networks. */
#include <stdio.h>

#include "base/cli.h"
#include "base/progress.h"
#include "graph/clusterability.h"
#include "linalg/backend.h"
#include "sections/edge_origin.h"
#include "stream/filter.h"
#include "options.h"

static size_t k, shuffles = 50, restarts;
static int null, compat;
static bool refine;

static const brc_opt options[] = {
	{BRC_SIZE("clusters", 'k', "K", &k, 1, INT32_MAX,
		  "number of clusters; there is no default")},
	{BRC_SIZE("shuffles", 'n', "N", &shuffles, 1, 1e6, "number of shuffled networks")},
	{BRC_CHOICE("null", 0, "MODEL", &null, BRC_NULLS,
		    "how the weights between two layers are shuffled; correlations are shuffled as "
		    "one matrix. layer: permute all entries. layer-nonzero: permute the entries "
		    "that are not zero. layer-nonzero-distribution: replace these by draws from a "
		    "density estimate of them. layer-all-distribution: permute all entries, then "
		    "replace those that are not zero")},
	OPTION_RESTARTS(&restarts),
	{BRC_FLAG("refine", 0, &refine,
		  "after k-means, move single units to other clusters as long as that lowers the "
		  "n-cut, in every network alike")},
	{BRC_CHOICE(
		"compat", 0, "RULES", &compat, "none|paper",
		"with paper, follow the published code: take the restart of least inertia instead "
		"of least n-cut, add 1e-8 to each volume, and count ties as significant")},
	{0},
};

static void tell(const brc_cli *cli, const brc_clusterability *c)
{
	brc_cli_note(cli, "n-cut %.6g; %zu shuffled: mean %.6g, sd %.3g; p %.4g, z %.4g",
		     c->observed, c->shuffles, c->mean, c->sd, c->p, c->z);
	if (c->undefined)
		brc_cli_note(cli,
			     "warning: %zu of %zu shuffled networks have fewer than %zu connected "
			     "units and no n-cut: they count against significance",
			     c->undefined, c->shuffles, c->k);
}

static brc_rc test(const brc_cli *cli, const brc_blocks *blocks, const brc_edge_origin *origin,
		   const brc_clusterability_options *o, brc_clusterability *c, brc_err *err)
{
	brc_progress progress;
	brc_rc rc;

	brc_progress_start(&progress, cli, "shuffles", o->shuffles);
	rc = brc_clusterability_test(c, blocks, o, &progress, err);
	brc_progress_end(&progress);
	snprintf(c->source, sizeof(c->source), "%s", brc_edge_origin_source(origin));
	return rc;
}

static brc_rc clusterability(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	const brc_section *in;
	brc_clusterability c = {0};
	brc_edge_origin origin;
	brc_blocks blocks;
	brc_rc rc;
	brc_clusterability_options o;

	if (k == 0)
		return brc_fail(err, BRC_USAGE, "give the number of clusters with -k");
	BRC_TRY(brc_linalg_check(err));
	BRC_TRY(brc_filter_input(f, "weights|affinity", BRC_BLOCKS_VERSION, BRC_SHARE, &in, err));
	BRC_TRY(brc_edge_origin_read(&origin, in, err));
	BRC_TRY(brc_blocks_read(&blocks, in, err));

	o = (brc_clusterability_options){.null = (brc_null)null,
					 .pooled = origin.affinity,
					 .k = k,
					 .shuffles = shuffles,
					 .restarts = restarts,
					 .refine = refine,
					 .paper = compat == 1,
					 .seed = cli->c.seed,
					 .threads = cli->c.threads,
					 .mem = cli->c.mem};
	rc = test(cli, &blocks, &origin, &o, &c, err);
	BRC_THEN(rc, brc_filter_make(f, "clusterability", brc_cli_name(cli, in->name),
				     brc_clusterability_write, &c, err));
	if (rc == BRC_OK)
		tell(cli, &c);
	brc_clusterability_clear(&c);
	brc_blocks_clear(&blocks);
	return rc;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "clusterability",
		.usage = "",
		.purpose = "Test whether a network is more clusterable than the sizes of its "
			   "weights alone would make it. The n-cut of the network is compared with "
			   "the n-cuts of shuffled networks. All are clustered in the same way.",
		.reads = "weights or affinity, which are handed through",
		.writes = "clusterability",
		.examples =
			"  extract-weights net.onnx | clusterability -k 12 | report\n"
			"  clusterability -k 12 -n 200 --null layer-nonzero <weights.brc >out.brc",
		.options = options,
		.common = BRC_COMMON_STREAM | BRC_COMMON_IN | BRC_COMMON_NAME | BRC_COMMON_SEED,
	};

	return brc_filter_main(&cli, argc, argv, NULL, clusterability);
}
