/* activations: run a network on images and record the values of its hidden units. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cli.h"
#include "base/progress.h"
#include "base/threads.h"
#include "data/datasets/dataset_files.h"
#include "net/activations.h"
#include "net/check_dataset.h"
#include "sections/activations.h"
#include "stream/filter.h"
#include "study/unfit.h"
#include "options.h"

static const char *model, *units;
static int at, pooling = -1, precision, compat;
static size_t samples;
static unsigned kinds;
static brc_net_options how_read;

#define STAGES "pre|post"
#define POOLINGS "mean|l1|max|colsum"

static const brc_opt options[] = {
	{BRC_PATH("model", 'm', "FILE", &model, "the network (ONNX)")},
	OPTION_SHAPE(&how_read.shape),
	OPTION_OUTPUT(&how_read.output),
	{BRC_STRING("units", 'u', "WHICH", &units,
		    "which layers are recorded. hidden: the hidden layers. mlp: the hidden layers "
		    "of MLPs. heads: the values of attention heads. Several kinds are joined by "
		    "commas: hidden|mlp|heads|mlp,heads (default: hidden)")},
	{BRC_CHOICE("at", 0, "WHERE", &at, STAGES,
		    "record values before (pre) or after (post) the activation function")},
	{BRC_CHOICE("pool", 0, "HOW", &pooling, POOLINGS,
		    "how the map of a channel, or a feature of all tokens, becomes one number. "
		    "mean: its mean. l1: sum of magnitudes. max: largest value. colsum: largest "
		    "sum of magnitudes of a column: mean|l1|max|colsum (default: mean; with "
		    "--compat paper: colsum)")},
	OPTION_PRECISION(&precision),
	{BRC_CHOICE("compat", 0, "RULES", &compat, "none|paper",
		    "with paper, pool as the published code does")},
	{BRC_SIZE("samples", 'n', "N", &samples, 1, INT32_MAX,
		  "use only N images, drawn at random without replacement (default: all)")},
	{0},
};

/* The inputs and the results. Everything is cleared at the end. */
typedef struct work {
	brc_dataset data;
	brc_net *net;
	brc_layers layers;
	size_t *sample, n;
	float *value; /* [n][units] */
	brc_exemplars exemplars;
} work;

static brc_rc write_values(const work *w, brc_section *s, brc_err *err)
{
	brc_activations a = {.layers = w->layers, .samples = w->n, .value = w->value};

	snprintf(a.model, sizeof(a.model), "%s", brc_net_digest(w->net));
	snprintf(a.units, sizeof(a.units), "%s", units);
	brc_word_at(STAGES, at, a.at, sizeof(a.at));
	brc_word_at(POOLINGS, pooling, a.pool, sizeof(a.pool));
	return brc_activations_write(&a, s, err);
}

static brc_rc read_inputs(work *w, brc_filter *f, brc_err *err)
{
	const brc_section *in;

	if (!model)
		return brc_fail(err, BRC_USAGE, "give the network with --model FILE");
	if (strcmp(model, "-") == 0)
		return brc_fail(err, BRC_USAGE, "standard input is the stream with the dataset");
	BRC_TRY(brc_filter_take(f, "dataset", 1, BRC_CONSUME, err));
	BRC_TRY(brc_filter_read(f, err));
	BRC_TRY(brc_filter_section(f, "dataset", &in, err));
	BRC_TRY(brc_dataset_read(&w->data, in, err));
	how_read.data = &w->data;
	BRC_TRY(brc_net_read(&w->net, model, &how_read, err));
	return brc_filter_side_digest(f, "model", brc_net_digest(w->net), err);
}

static brc_rc record(work *w, const brc_cli *cli, brc_err *err)
{
	const brc_record_options how = {.units = kinds,
					.stage = at ? BRC_STAGE_POST : BRC_STAGE_PRE,
					.pooling = (brc_pooling)pooling,
					.precision = (brc_precision)precision,
					.mem = cli->c.mem};
	brc_progress progress;
	brc_pool *pool;
	brc_rc rc;

	BRC_TRY(brc_net_recorded_layers(w->net, kinds, &w->layers, err));
	BRC_TRY(brc_net_check_dataset(w->net, &w->data, err));
	BRC_TRY(brc_warn_range(cli, w->net, &w->data, err));
	w->n = samples;
	BRC_TRY(brc_dataset_draw(w->data.n, &w->n, cli->c.seed, &w->sample, err));
	BRC_TRY(brc_pool_new(&pool, cli->c.threads, err));
	brc_progress_start(&progress, cli, brc_dataset_items(&w->data), w->n);
	rc = brc_net_activations(w->net, &w->data, w->sample, w->n, &how, pool, &progress,
				 &w->value, err);
	brc_progress_end(&progress);
	brc_pool_free(pool);
	return rc;
}

static brc_rc run(work *w, brc_filter *f, const brc_cli *cli, brc_err *err)
{
	const char *name = brc_cli_name(cli, "activations");

	BRC_TRY(read_inputs(w, f, err));
	BRC_TRY(record(w, cli, err));
	BRC_TRY(brc_filter_make(f, "units", "units", brc_layer_graph_write,
				brc_net_layer_graph(w->net), err));
	BRC_TRY(brc_filter_make(f, "activations", name, write_values, w, err));
	if (w->data.pixel != BRC_PIXEL_I4) { /* sequences cannot be shown as images */
		BRC_TRY(brc_net_exemplars(&w->layers, &w->data, w->sample, w->n, w->value,
					  &w->exemplars, err));
		BRC_TRY(brc_filter_make(f, "exemplars", name, brc_exemplars_write, &w->exemplars,
					err));
	}
	brc_cli_note(cli, "%zu units of %zu hidden layer%s on %zu %s", brc_layers_total(&w->layers),
		     w->layers.n, w->layers.n == 1 ? "" : "s", w->n, brc_dataset_items(&w->data));
	return BRC_OK;
}

static brc_rc activations(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	work w = {0};
	brc_rc rc = run(&w, f, cli, err);

	brc_exemplars_clear(&w.exemplars);
	brc_layers_clear(&w.layers);
	free(w.sample);
	free(w.value);
	brc_net_free(w.net);
	brc_dataset_clear(&w.data);
	return rc;
}

/* Defaults that depend on --compat; --units in its canonical order. */
static brc_rc resolve(const brc_cli *cli, brc_err *err)
{
	static char text[64];

	(void)cli;
	if (pooling < 0)
		pooling = compat ? BRC_POOL_COLSUM : BRC_POOL_MEAN;
	BRC_TRY(brc_units_parse(units ? units : "hidden", &kinds, err));
	units = brc_units_text(kinds, text);
	return BRC_OK;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "activations",
		.usage = "",
		.purpose =
			"Run a network on images and record the values of its hidden units. Each "
			"unit's strongest images and its mean over each class are recorded too.",
		.reads = "dataset",
		.writes = "units, activations, exemplars",
		.examples = "  read-data images.gz labels.gz | activations --model net.onnx | corr "
			    ">affinity.brc\n"
			    "  activations --model net.onnx --samples 5000 --at post <train.brc "
			    ">values.brc",
		.options = options,
		.common = BRC_COMMON_STREAM | BRC_COMMON_IN | BRC_COMMON_NAME | BRC_COMMON_KEEP |
			  BRC_COMMON_SEED,
	};

	return brc_filter_main(&cli, argc, argv, resolve, activations);
}
