/* lesion: silence every sub-cluster, and random groups of its size, and count what is still right.
 */
#include <string.h>

#include "base/cli.h"
#include "base/progress.h"
#include "base/threads.h"
#include "study/experiment.h"
#include "study/measure.h"
#include "stream/filter.h"

static const char *model, *data_path;
static size_t controls, min_size = 2;
static double max_fraction = 0.99, level = 0.05;
static int ablate = -1, precision, fdr, weighting, compat;

static const brc_opt options[] = {
	{BRC_PATH("model", 'm', "FILE", &model, "the network that the labels belong to (ONNX)")},
	{BRC_PATH("data", 'd', "FILE", &data_path,
		  "a stream with a dataset (default: the dataset of the incoming stream)")},
	{BRC_SIZE("controls", 'n', "N", &controls, 1, 1e6,
		  "number of random groups that each sub-cluster is compared with (default: 199; "
		  "with --compat paper: 19)")},
	{BRC_SIZE("min-size", 0, "N", &min_size, 1, INT32_MAX,
		  "leave out sub-clusters of fewer units")},
	{BRC_DOUBLE("max-fraction", 0, "X", &max_fraction, 1e-9, 1,
		    "leave out sub-clusters that hold a larger fraction of the layer's clustered "
		    "units")},
	{BRC_CHOICE("ablate", 0, "HOW", &ablate, "zero|in-weights",
		    "what a lesion sets to 0. zero: the outputs of the units. in-weights: their "
		    "incoming weights and bias: zero|in-weights (default: zero; with --compat "
		    "paper: in-weights)")},
	{BRC_CHOICE("precision", 0, "WHAT", &precision, "float|bf16",
		    "precision of convolutions and matrix products: single precision (float), or "
		    "bfloat16 (bf16), which the processor must have")},
	{BRC_CHOICE("weighting", 0, "WHAT", &weighting, "class|image",
		    "what counts the same in mean accuracy and loss: every class or every image")},
	{BRC_DOUBLE("level", 0, "P", &level, 1e-9, 0.5,
		    "level of significance for counting findings")},
	{BRC_CHOICE("fdr", 0, "RULE", &fdr, "bh|by",
		    "control the false discovery rate by the rule of Benjamini and Hochberg (bh), "
		    "or by that of Benjamini and Yekutieli (by)")},
	{BRC_CHOICE("compat", 0, "RULES", &compat, "none|paper",
		    "with paper, follow the published code: draw the controls of each sub-cluster "
		    "separately, and use the published tests")},
	{0},
};

static void tell(const brc_cli *cli, const brc_lesions *l, const brc_findings *f)
{
	char line[256];

	brc_cli_note(cli, "%s: accuracy unharmed %.4f (%.4f over classes), %zu %s", l->labels,
		     brc_lesions_baseline_plain(l), brc_lesions_baseline_balanced(l), l->images,
		     l->items);
	brc_cli_note(cli,
		     "%zu sub-cluster%s lesioned, %zu left out, %zu controls of each, seed %llu",
		     l->m, l->m == 1 ? "" : "s", l->n_left_out, l->draws,
		     (unsigned long long)cli->c.seed);
	for (size_t i = 0; i < l->n_left_out; i++) {
		const brc_left_out *o = &l->left_out[i];

		brc_cli_detail(cli, "left out: layer %s, cluster %d (%zu units): %s",
			       l->layers.name[o->layer], o->cluster, o->size, o->reason);
	}
	for (size_t k = 0; k < f->n_stats; k++) {
		brc_cli_note(cli, "%s",
			     brc_inference_line(&f->stat[k], f->level, line, sizeof(line)));
		if (f->stat[k].warning[0])
			brc_cli_note(cli, "%s: warning: %s", f->stat[k].statistic,
				     f->stat[k].warning);
	}
}

static brc_rc fill_lesions(const void *of, brc_section *s, brc_err *err)
{
	return brc_lesions_write(of, s, err);
}

static brc_rc fill_importance(const void *of, brc_section *s, brc_err *err)
{
	return brc_findings_write(of, s, err);
}

static brc_rc write_importance(brc_filter *f, const brc_cli *cli, const char *name,
			       const brc_lesions *l, brc_err *err)
{
	const brc_measure how = {.level = level,
				 .fdr = (brc_fdr)fdr,
				 .weighting = (brc_weighting)weighting,
				 .published = compat == 1};
	brc_findings findings;
	brc_rc rc;

	BRC_TRY(brc_measure_importance(&findings, l, &how, err));
	rc = brc_filter_make(f, "importance", name, fill_importance, &findings, err);
	if (rc == BRC_OK)
		tell(cli, l, &findings);
	brc_findings_clear(&findings);
	return rc;
}

static brc_rc silence(const brc_cli *cli, const brc_experiment *x, const brc_net *net,
		      const brc_dataset *data, const char *name, brc_lesions *l, brc_err *err)
{
	brc_progress progress;
	brc_pool *pool;
	brc_rc rc;

	BRC_TRY(brc_pool_new(&pool, cli->c.threads, err));
	brc_progress_start(&progress, brc_cli_progress(cli), cli->tool,
			   data->pixel == BRC_PIXEL_I4 ? "sequences" : "images",
			   (uint64_t)brc_experiment_lesions(x) * data->n);
	rc = brc_experiment_run(x, net, data, name, pool, &progress, l, err);
	brc_progress_end(&progress);
	brc_pool_free(pool);
	return rc;
}

static brc_rc experiment(brc_filter *f, const brc_cli *cli, const brc_section *in,
			 const brc_labels *labels, const brc_net *net, const brc_dataset *data,
			 brc_err *err)
{
	const brc_experiment_options o = {.draws = controls,
					  .min_size = min_size,
					  .max_fraction = max_fraction,
					  .controls = compat ? BRC_CONTROLS_INDEPENDENT
							     : BRC_CONTROLS_PERMUTATION,
					  .ablate = (brc_ablate)ablate,
					  .precision = (brc_precision)precision,
					  .seed = cli->c.seed,
					  .mem = cli->c.mem};
	const char *name = cli->c.name ? cli->c.name : in->name;
	brc_experiment x;
	brc_lesions l;
	brc_rc rc;

	BRC_TRY(brc_experiment_init(&x, net, labels, &o, err));
	rc = silence(cli, &x, net, data, in->name, &l, err);
	brc_experiment_clear(&x);
	BRC_TRY(rc);
	rc = brc_filter_make(f, "lesions", name, fill_lesions, &l, err);
	if (rc == BRC_OK)
		rc = write_importance(f, cli, name, &l, err);
	brc_lesions_clear(&l);
	return rc;
}

/* With the model and labels at hand, the data. */
static brc_rc with_data(brc_filter *f, const brc_cli *cli, const brc_section *in,
			const brc_labels *labels, const brc_net *net, brc_err *err)
{
	const brc_section *const *all, *s;
	const size_t n = brc_filter_sections(f, &all);
	brc_dataset data;
	brc_rc rc;

	/* Worth a word, no more: layers decide. */
	if (brc_experiment_other_model(net, all, n))
		brc_cli_note(
			cli,
			"warning: the stream's units come from another model file than --model");
	if (data_path)
		BRC_TRY(brc_filter_side(f, "data", data_path, "dataset", 1, &s, err));
	else if (brc_filter_section(f, "dataset", &s, err) != BRC_OK)
		return brc_hint(err, "give a stream made by read-data with --data FILE");
	BRC_TRY(brc_dataset_read(&data, s, err));
	rc = experiment(f, cli, in, labels, net, &data, err);
	brc_dataset_clear(&data);
	return rc;
}

static brc_rc lesion(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	const brc_section *in;
	brc_labels labels;
	brc_net *net = NULL;
	brc_rc rc;

	if (!model)
		return brc_fail(err, BRC_USAGE, "give the network with --model FILE");
	if (strcmp(model, "-") == 0 || (data_path && strcmp(data_path, "-") == 0)) {
		brc_fail(err, BRC_USAGE, "standard input is the stream with the labels");
		return brc_hint(err, "give a file, or /dev/fd/N: --data <(read-data ...)");
	}
	BRC_TRY(brc_filter_take(f, "labels", 1, BRC_SHARE, err));
	BRC_TRY(brc_filter_take_any(f, "units", 1, BRC_SHARE, err));
	if (!data_path)
		BRC_TRY(brc_filter_take_any(f, "dataset", 1, BRC_CONSUME, err));
	BRC_TRY(brc_filter_read(f, err));
	BRC_TRY(brc_filter_section(f, "labels", &in, err));
	BRC_TRY(brc_labels_read(&labels, in, err));
	rc = brc_net_read(&net, model, BRC_NORM_L1, err);
	if (rc == BRC_OK)
		rc = brc_filter_side_digest(f, "model", brc_net_digest(net), err);
	if (rc == BRC_OK)
		rc = with_data(f, cli, in, &labels, net, err);
	brc_net_free(net);
	brc_labels_clear(&labels);
	return rc;
}

/* Defaults that depend on --compat. */
static brc_rc resolve(const brc_cli *cli, brc_err *err)
{
	(void)cli, (void)err;
	if (controls == 0)
		controls = compat ? 19 : 199;
	if (ablate < 0)
		ablate = compat ? BRC_ABLATE_IN_WEIGHTS : BRC_ABLATE_ZERO;
	return BRC_OK;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "lesion",
		.usage = "",
		.purpose = "Measure how important each sub-cluster is. A sub-cluster is the set of "
			   "units of one layer with one label. This filter silences it, counts "
			   "what the network still classifies correctly, and compares that with "
			   "random groups of the same size from the same layer.",
		.reads = "labels and units, which are handed through; dataset, unless --data is "
			 "given",
		.writes = "lesions and importance, called like the labels",
		.examples = "  lesion --model net.onnx --data test.brc <labels.brc | coherence | "
			    "report\n"
			    "  lesion --model net.onnx --data test.brc -n 999 --in affinity.global "
			    "<both.brc >lesions.brc",
		.options = options,
		.common = BRC_COMMON_STREAM | BRC_COMMON_IN | BRC_COMMON_NAME | BRC_COMMON_KEEP |
			  BRC_COMMON_SEED,
	};

	return brc_filter_main(&cli, argc, argv, resolve, lesion);
}
