/* lesion: silence sub-clusters and random groups of their size, and count what is still right. */
#include <string.h>

#include "base/cli.h"
#include "net/network_file.h"
#include "stream/filter.h"
#include "study/lesion_study.h"
#include "study/no_groups.h"
#include "study/match_graph.h"
#include "study/tell.h"
#include "study/unfit.h"
#include "study/used_images.h"
#include "options.h"

static const char *model, *data_path, *data_name;
static brc_lesion_study study = {.how = {.min_size = 2, .max_fraction = 0.99},
				 .measure = {.level = 0.05},
				 .task = BRC_TASK_AUTO,
				 .loss = BRC_ASK_LOSS_AUTO};
static int ablate = -1, dead = -1, precision, fdr, weighting, compat;
static const char *match, *graph_path;
static brc_net_options how_read;

static const brc_opt options[] = {
	{BRC_PATH("model", 'm', "FILE", &model, "the network that the labels belong to (ONNX)")},
	{BRC_PATH("data", 'd', "FILE", &data_path,
		  "a stream with a dataset (default: the dataset of the incoming stream)")},
	OPTION_DATASET(&data_name, "test"),
	{BRC_CHOICE(
		"task", 0, "TASK", &study.task, "classes|binary|labels|regression|places|none|auto",
		"what the network's output means. classes: a score for each class. binary: one "
		"score tells two classes apart. labels: a score for each of several independent "
		"labels. regression: numbers. places: a score for each class at each place or "
		"token. none: none of these, and nothing is lesioned. auto: what output and "
		"data set together say")},
	{BRC_PATH("token-classes", 0, "FILE", &study.tokens.path,
		  "count tokens by class: a table with the columns class, and token (a number) or "
		  "name; tokens that it lacks make one class")},
	{BRC_SIZE("frequent-tokens", 0, "N", &study.tokens.frequent, 1, 1000,
		  "count the N most frequent tokens by themselves, and all others as one class "
		  "(default: all by themselves; 100 where there are more than 1000 tokens)")},
	{BRC_CHOICE(
		"loss", 0, "LOSS", &study.loss, "cross-entropy|logistic|squared-error|margin|auto",
		"the loss that is measured beside accuracy. margin: minus the margin, which is "
		"the score of the true class less the best of the others, or a single score, "
		"negative where the truth is 0. cross-entropy: of classes and places. logistic: "
		"of binary and labels. squared-error: of regression. auto: that of the task")},
	OPTION_SHAPE(&how_read.shape),
	OPTION_OUTPUT(&how_read.output),
	{BRC_SIZE("controls", 'n', "N", &study.how.draws, 1, 1e6,
		  "number of random groups that each sub-cluster is compared with (default: 199; "
		  "with --compat paper: 19)")},
	{BRC_STRING("match", 0, "KINDS", &match,
		    "compare with further kinds of controls, beside the random ones, that are like "
		    "the groups in something: in-norm (the norm of the weights that feed a unit), "
		    "activation (the mean magnitude of its output), degree (the sum of its edges), "
		    "cohesion (how strongly a group hangs together), or several of them, as in "
		    "activation,cohesion. Each kind takes as many lesions as the random controls "
		    "(default: none)"),
	 .flags = BRC_OPT_ONCE},
	{BRC_PATH(
		"graph", 0, "FILE", &graph_path,
		"for --match degree and cohesion, a stream with the graph that made the labels: a "
		"laplacian, weights or affinity (default: that of the incoming stream)")},
	{BRC_SIZE("min-size", 0, "N", &study.how.min_size, 1, INT32_MAX,
		  "leave out sub-clusters of fewer units")},
	{BRC_DOUBLE("max-fraction", 0, "X", &study.how.max_fraction, 1e-9, 1,
		    "leave out sub-clusters that hold a larger fraction of the layer's clustered "
		    "units")},
	{BRC_CHOICE("ablate", 0, "HOW", &ablate, "zero|in-weights",
		    "what a lesion sets to 0. zero: the outputs of the units. in-weights: their "
		    "incoming weights and bias: zero|in-weights (default: zero; with --compat "
		    "paper: in-weights)")},
	{BRC_CHOICE("dead", 0, "WHAT", &dead, "out|keep",
		    "units whose output is the same for all images and places. out: they are in "
		    "no sub-cluster and in no random group. keep: they are units like others: "
		    "out|keep (default: out; with --compat paper: keep)")},
	OPTION_PRECISION(&precision),
	{BRC_CHOICE("weighting", 0, "WHAT", &weighting, "class|image",
		    "what counts the same in mean accuracy and loss: every class or every image")},
	OPTION_LEVEL(&study.measure.level),
	OPTION_FDR(&fdr),
	{BRC_CHOICE("compat", 0, "RULES", &compat, "none|paper",
		    "with paper, follow the published code: draw the controls of each sub-cluster "
		    "separately, and use the published tests")},
	{0},
};

/* The inputs and the results. Everything is cleared at the end. */
typedef struct work {
	brc_labels labels;
	brc_net *net;
	brc_dataset data;
	brc_match_graph graph;
	brc_lesions lesions;
	brc_findings findings;
} work;

static bool is_input(const char *path)
{
	return path && strcmp(path, "-") == 0;
}

static brc_rc read_inputs(work *w, brc_filter *f, const brc_cli *cli, brc_err *err)
{
	const brc_section *s;

	if (!model)
		return brc_fail(err, BRC_USAGE, "give the network with --model FILE");
	if (is_input(model) || is_input(data_path) || is_input(graph_path) ||
	    is_input(study.tokens.path)) {
		brc_fail(err, BRC_USAGE, "standard input is the stream with the labels");
		return brc_hint(err, "give a file, or /dev/fd/N: --data <(read-data ...)");
	}
	BRC_TRY(brc_filter_take(f, "labels", 1, BRC_SHARE, err));
	BRC_TRY(brc_filter_take(f, "units", 1, BRC_SHARE | BRC_ANY_NAME, err));
	brc_filter_prefer(f, "dataset", BRC_DATASET_TEST, data_name, "dataset");
	if (!data_path)
		BRC_TRY(brc_filter_take(f, "dataset", 1, BRC_ANY_NAME, err));
	if (brc_match_needs_graph(study.match) && !graph_path)
		BRC_TRY(brc_filter_take(f, BRC_MATCH_GRAPHS, BRC_BLOCKS_VERSION,
					BRC_SHARE | BRC_ANY_NAME, err));
	BRC_TRY(brc_filter_read(f, err));
	BRC_TRY(brc_filter_section(f, "labels", &s, err));
	BRC_TRY(brc_labels_read(&w->labels, s, err));
	study.name = s->name;
	BRC_TRY(brc_network_data(&w->data, data_path, f, err));
	how_read.data = &w->data;
	BRC_TRY(brc_network_open(&w->net, model, &how_read, f, err));
	brc_tell_inputs(cli, w->net);
	brc_tell_output(cli, w->net);
	brc_warn_other_model(cli, w->net, f);
	if (brc_match_needs_graph(study.match)) {
		BRC_TRY(brc_match_graph_read(&w->graph, graph_path, &w->labels, s->name, f, cli,
					     err));
		study.graph = &w->graph.graph;
	}
	return brc_note_test_images(f, &w->data, s->digest, cli, err);
}

static brc_rc run(work *w, brc_filter *f, const brc_cli *cli, brc_err *err)
{
	const char *name;

	BRC_TRY(read_inputs(w, f, cli, err));
	name = brc_cli_name(cli, study.name);
	if (brc_no_groups(&w->labels, name, "there is nothing to lesion", cli))
		return BRC_OK;
	study.net = w->net;
	study.data = &w->data;
	study.labels = &w->labels;
	BRC_TRY(brc_lesion_study_run(&study, cli, &w->lesions, err));
	BRC_TRY(brc_filter_make(f, "lesions", name, brc_lesions_write, &w->lesions, err));
	BRC_TRY(brc_measure_importance(&w->findings, &w->lesions, &study.measure, err));
	BRC_TRY(brc_filter_make(f, "importance", name, brc_findings_write, &w->findings, err));
	brc_tell_lesions(cli, &w->lesions);
	brc_tell_findings(cli, &w->findings);
	return BRC_OK;
}

static brc_rc lesion(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	work w = {0};
	brc_rc rc = run(&w, f, cli, err);

	brc_findings_clear(&w.findings);
	brc_lesions_clear(&w.lesions);
	brc_match_graph_clear(&w.graph);
	brc_dataset_clear(&w.data);
	brc_net_free(w.net);
	brc_labels_clear(&w.labels);
	return rc;
}

/* The options of the experiment; defaults that depend on --compat. */
static brc_rc resolve(const brc_cli *cli, brc_err *err)
{
	brc_experiment_options *how = &study.how;

	BRC_TRY(brc_match_parse(match, study.match, err));
	if (match && compat)
		return brc_fail(
			err, BRC_USAGE,
			"--match: the published rules know random controls alone; leave out "
			"--compat paper");
	if (graph_path && !brc_match_needs_graph(study.match))
		return brc_fail(err, BRC_USAGE,
				"--graph applies only to --match degree and --match cohesion");
	if (how->draws == 0)
		how->draws = compat ? 19 : 199;
	if (ablate < 0)
		ablate = compat ? BRC_ABLATE_IN_WEIGHTS : BRC_ABLATE_ZERO;
	if (dead < 0)
		dead = compat ? 1 : 0;
	study.dead = dead ? BRC_DEAD_KEPT : BRC_DEAD_OUT;
	how->controls = compat ? BRC_CONTROLS_INDEPENDENT : BRC_CONTROLS_PERMUTATION;
	how->ablate = (brc_ablate)ablate;
	how->precision = (brc_precision)precision;
	how->seed = cli->c.seed;
	how->mem = cli->c.mem;
	study.measure.fdr = (brc_fdr)fdr;
	study.measure.weighting = (brc_weighting)weighting;
	study.measure.published = compat == 1;
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
			    "<both.brc >lesions.brc\n"
			    "  lesion --model net.onnx --data test.brc --match cohesion --graph "
			    "weights.brc <labels.brc | report",
		.options = options,
		.common = BRC_COMMON_STREAM | BRC_COMMON_IN | BRC_COMMON_NAME | BRC_COMMON_KEEP |
			  BRC_COMMON_SEED,
	};

	return brc_filter_main(&cli, argc, argv, resolve, lesion);
}
