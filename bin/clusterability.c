/* clusterability: compare the n-cut of a network with those of null networks. */
#include "base/cli.h"
#include "graph/clusterability_run.h"
#include "linalg/backend.h"
#include "stream/filter.h"
#include "options.h"

static const char *k_list, *k_auto, *samples;
static brc_opt_list against;
static size_t shuffles, restarts;
static int null, choose = -1, compat;
static bool refine;

enum { SHUFFLES = 50 };

static const brc_opt options[] = {
	{BRC_STRING("clusters", 'k', "K[,K...]", &k_list,
		    "number of clusters. A list makes one section for each number, and the "
		    "eigenvectors of each network are found only once")},
	{BRC_STRING("k-auto", 0, "MIN-MAX", &k_auto,
		    "test every number of clusters between MIN and MAX, from which spectral "
		    "--k-auto chooses")},
	{BRC_SIZE("shuffles", 'n', "N", &shuffles, 1, 1e6,
		  "number of null networks (default: 50)")},
	{BRC_CHOICE("null", 0, "MODEL", &null, "auto|" BRC_NULLS,
		    "the null model. auto: rotation for correlations, residual for weights (where "
		    "the zeroes of pruned matrices keep their places), residual-nonzero for "
		    "imported graphs, and layer with --compat paper. rotation: correlations with "
		    "the same eigenvalues. samples: those of samples in random order. hqs: random "
		    "ones with the same mean and variance. residual: edges, divided by what the "
		    "strengths of their units make expected, are permuted, and the strengths "
		    "restored. residual-nonzero: the same without moving zeroes. The others are "
		    "the published ones. layer: permute all entries of a matrix. layer-nonzero: "
		    "permute the entries that are not zero. layer-nonzero-distribution: replace "
		    "these by draws from a density estimate of them. layer-all-distribution: "
		    "permute all entries, then replace those that are not zero")},
	{BRC_PATH("samples", 0, "FILE", &samples,
		  "the stream of activations that corr read, for --null rotation, samples and hqs: "
		  "samples needs it unless corr wrote factors, and the others where corr did not "
		  "store eigenvalues")},
	{BRC_LIST("against", 0, "FILE", &against,
		  "compare with the network in this stream instead of null networks: an untrained "
		  "copy, say. It may be given any number of times, 32 at most")},
	OPTION_RESTARTS(&restarts),
	{BRC_CHOICE("choose", 0, "WHAT", &choose, "inertia|ncut",
		    "which of the partitions that k-means ends in is taken, in every network "
		    "alike. ncut: that of least n-cut among the 100 of least inertia, because the "
		    "n-cut is what is tested. inertia: that of least inertia: inertia|ncut "
		    "(default: ncut; with --compat paper: inertia)")},
	{BRC_FLAG("refine", 0, &refine,
		  "after k-means, move single units to other clusters as long as that lowers the "
		  "n-cut, in every network alike")},
	{BRC_CHOICE(
		"compat", 0, "RULES", &compat, "none|paper",
		"with paper, follow the published code: add 1e-8 to each volume, and count ties as "
		"significant")},
	{0},
};

static brc_rc resolve(const brc_cli *cli, brc_err *err)
{
	(void)cli;
	if (!k_list + !k_auto != 1) {
		brc_fail(err, BRC_USAGE, "give the number of clusters: one of -k and --k-auto");
		return brc_hint(err, "-k 16, or a list: -k 4,8,16");
	}
	if (compat == 1 && choose == CHOOSE_NCUT)
		return brc_fail(err, BRC_USAGE,
				"--choose ncut contradicts --compat paper: the published code "
				"takes the least inertia");
	if (choose < 0)
		choose = compat == 1 ? CHOOSE_INERTIA : CHOOSE_NCUT;
	if (against.n > 0 && (null != 0 || shuffles != 0 || samples))
		return brc_fail(err, BRC_USAGE,
				"--against gives the networks to compare with: leave out --null, "
				"-n and --samples");
	if (null == 0 && compat == 1 && against.n == 0)
		null = 1 + BRC_NULL_LAYER;
	if (samples && null != 0 && !brc_null_of_correlations((brc_null)(null - 1)))
		return brc_fail(err, BRC_USAGE,
				"--samples serves --null rotation, samples and hqs alone");
	if (shuffles == 0)
		shuffles = against.n > 0 ? against.n : SHUFFLES;
	return BRC_OK;
}

static brc_rc clusterability(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	const brc_clusterability_run run = {.null = null > 0 ? (brc_null)(null - 1)
							     : BRC_NULL_GIVEN,
					    .choose = null == 0,
					    .k_list = k_list,
					    .k_range = k_auto,
					    .samples = samples,
					    .against = against.at,
					    .n_against = against.n,
					    .test = {.shuffles = shuffles,
						     .restarts = restarts,
						     .by_inertia = choose == CHOOSE_INERTIA,
						     .refine = refine,
						     .paper = compat == 1,
						     .seed = cli->c.seed,
						     .threads = cli->c.threads,
						     .mem = cli->c.mem}};

	BRC_TRY(brc_linalg_check(err));
	return brc_clusterability_run_all(f, cli, &run, err);
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "clusterability",
		.usage = "",
		.purpose = "Test whether a network is more clusterable than null networks: random "
			   "ones without groups that are otherwise like it. The n-cut of the "
			   "network is compared with theirs. All are clustered in the same way.",
		.reads = "weights or affinity, which are handed through",
		.writes = "clusterability; with several K, called NAME.kK",
		.examples = "  extract-weights net.onnx | clusterability -k 12 | report\n"
			    "  clusterability -k 4,8,16 -n 200 --null layer-nonzero <weights.brc "
			    ">out.brc",
		.options = options,
		.common = BRC_COMMON_STREAM | BRC_COMMON_IN | BRC_COMMON_NAME | BRC_COMMON_SEED,
	};

	return brc_filter_main(&cli, argc, argv, resolve, clusterability);
}
