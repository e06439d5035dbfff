/* activations: run a network on images and record the values of its hidden units. */
#include <stdio.h>
#include <string.h>

#include "base/cli.h"
#include "net/network_file.h"
#include "sections/activations.h"
#include "stream/filter.h"
#include "study/recording.h"
#include "study/tell.h"
#include "study/used_images.h"
#include "options.h"

static const char *model, *units;
static int at, pooling = -1, precision, compat;
static size_t samples;
static brc_net_options how_read;
static brc_record_options how;

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
	brc_recording is;
} work;

static brc_rc write_values(const work *w, brc_section *s, brc_err *err)
{
	brc_activations a = {.layers = w->is.layers, .samples = w->is.n, .value = w->is.value};

	snprintf(a.model, sizeof(a.model), "%s", brc_net_digest(w->net));
	snprintf(a.units, sizeof(a.units), "%s", units);
	brc_word_at(STAGES, at, a.at, sizeof(a.at));
	brc_word_at(POOLINGS, pooling, a.pool, sizeof(a.pool));
	return brc_activations_write(&a, s, err);
}

static brc_rc read_inputs(work *w, brc_filter *f, const brc_cli *cli, brc_err *err)
{
	const brc_section *in;

	if (!model)
		return brc_fail(err, BRC_USAGE, "give the network with --model FILE");
	if (strcmp(model, "-") == 0)
		return brc_fail(err, BRC_USAGE, "standard input is the stream with the dataset");
	brc_filter_prefer(f, "dataset", BRC_DATASET_FIT, cli->c.in, "in");
	BRC_TRY(brc_filter_input(f, "dataset", 1, BRC_CONSUME | BRC_ANY_NAME, &in, err));
	BRC_TRY(brc_dataset_read(&w->data, in, err));
	how_read.data = &w->data;
	return brc_network_open(&w->net, model, &how_read, f, err);
}

static brc_rc run(work *w, brc_filter *f, const brc_cli *cli, brc_err *err)
{
	const char *name = brc_cli_name(cli, "activations");
	const brc_recording *is = &w->is;

	BRC_TRY(read_inputs(w, f, cli, err));
	brc_tell_inputs(cli, w->net);
	BRC_TRY(brc_recording_make(&w->is, w->net, &w->data, samples, &how, cli, err));
	BRC_TRY(brc_note_images(f, &w->data, is->sample, is->n, err));
	BRC_TRY(brc_filter_make(f, "units", "units", brc_layer_graph_write,
				brc_net_layer_graph(w->net), err));
	BRC_TRY(brc_filter_make(f, "activations", name, write_values, w, err));
	if (is->shown)
		BRC_TRY(brc_filter_make(f, "exemplars", name, brc_exemplars_write, &is->exemplars,
					err));
	brc_cli_note(cli, "%zu units of %zu hidden layer%s on %zu %s",
		     brc_layers_total(&is->layers), is->layers.n, is->layers.n == 1 ? "" : "s",
		     is->n, brc_dataset_items(&w->data));
	return BRC_OK;
}

static brc_rc activations(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	work w = {0};
	brc_rc rc = run(&w, f, cli, err);

	brc_recording_clear(&w.is);
	brc_net_free(w.net);
	brc_dataset_clear(&w.data);
	return rc;
}

/* Defaults that depend on --compat; --units in its canonical order. */
static brc_rc resolve(const brc_cli *cli, brc_err *err)
{
	static char text[64];

	if (pooling < 0)
		pooling = compat ? BRC_POOL_COLSUM : BRC_POOL_MEAN;
	how.stage = at ? BRC_STAGE_POST : BRC_STAGE_PRE;
	how.pooling = (brc_pooling)pooling;
	how.precision = (brc_precision)precision;
	how.mem = cli->c.mem;
	BRC_TRY(brc_units_parse(units ? units : "hidden", &how.units, err));
	units = brc_units_text(how.units, text);
	return BRC_OK;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "activations",
		.usage = "",
		.purpose =
			"Run a network on images and record the values of its hidden units. Each "
			"unit's strongest images and its mean over each class are recorded too. If "
			"there are "
			"several datasets, the one called fit is used; --in names another.",
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
