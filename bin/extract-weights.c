/* extract-weights: a network's units, and the magnitudes of the weights between them. */
#include <math.h>
#include <stdio.h>

#include "base/cli.h"
#include "net/balance.h"
#include "net/network_file.h"
#include "net/unit_graph.h"
#include "sections/edge_origin.h"
#include "stream/filter.h"
#include "options.h"

static const char *model, *units, *data_name;
static brc_network_file_options how;
static int norm = -1, compat;
static bool balance;
static unsigned kinds;

#define NORMS "l1|l2|colsum|spectral"

static const brc_opt options[] = {
	{BRC_PATH("model", 'm', "FILE", &model,
		  "read the network from FILE; this is the same as the operand")},
	{BRC_PATH("data", 'd', "FILE", &how.data,
		  "a stream with a dataset, for a network that leaves extents open, such as the "
		  "height of images: they are those of the data")},
	OPTION_DATASET(&data_name, "fit"),
	OPTION_SHAPE(&how.net.shape),
	{BRC_STRING("output", 0, "NAME", &how.net.output,
		    "the value that is the network's output; what it does not need is left out "
		    "(default: the model's outputs)")},
	{BRC_STRING("units", 'u', "WHICH", &units,
		    "which units the graph holds. hidden: those of the hidden layers. all: inputs, "
		    "hidden layers and outputs. mlp: the hidden layers of MLPs. heads: the values "
		    "of attention heads. Several kinds are joined by commas. published: the units "
		    "of the published code, which are the convolutions if there are any, otherwise "
		    "all: hidden|all|mlp|heads|mlp,heads|published (default: hidden; with --compat "
		    "paper: published)")},
	{BRC_CHOICE("kernel-norm", 0, "NORM", &norm, NORMS,
		    "how the kernel between two channels becomes one weight. l1: sum of "
		    "magnitudes. l2: root of the sum of squares. colsum: largest sum of magnitudes "
		    "of a column. spectral: largest singular value of the magnitudes: "
		    "l1|l2|colsum|spectral (default: l1; with --compat paper: colsum)")},
	{BRC_FLAG("skip-untraced", 0, &how.skip_untraced,
		  "leave out the edges into a layer whose inputs cannot be traced, instead of "
		  "refusing the network")},
	{BRC_STRING("chain", 0, "NAMES", &how.chain,
		    "for a file of weights: the arrays of the chain, first layer first: "
		    "NAME,NAME,... (default: all arrays of two or four dimensions, sorted by name, "
		    "where layer2 comes before layer10)")},
	{BRC_FLAG("transposed", 0, &how.transposed,
		  "for a file of weights: dense layers are stored as [inputs, outputs]")},
	{BRC_FLAG("balance", 0, &balance,
		  "scale each unit, as far as the network computes the same, until the norm of its "
		  "in-weights equals that of its out-weights. So the graph does not depend on how "
		  "training happened to scale the units")},
	{BRC_CHOICE("compat", 0, "RULES", &compat, "none|paper",
		    "with paper, follow the published code: use its units and its kernel norm, and "
		    "ignore BatchNormalization")},
	{0},
};

/* What is read, and what comes of it. Everything is cleared at the end. */
typedef struct work {
	brc_network_file network;
	brc_balance *balance; /* or NULL */
	brc_blocks graph;
	brc_labels heads;
} work;

static brc_rc write_weights(const work *w, brc_section *s, brc_err *err)
{
	const brc_balance *b = w->balance;
	brc_edge_origin origin = {.paper = compat != 0,
				  .balanced = b ? (double)b->balanced : NAN,
				  .imbalance = b ? b->gap : NAN};

	snprintf(origin.model, sizeof(origin.model), "%s", w->network.graph->digest);
	snprintf(origin.units, sizeof(origin.units), "%s", units);
	brc_word_at(NORMS, norm, origin.norm, sizeof(origin.norm));
	brc_edge_origin_write(&origin, s);
	return brc_blocks_write(&w->graph, s, err);
}

static brc_rc run(work *w, brc_filter *f, const brc_cli *cli, brc_err *err)
{
	const char *name = brc_cli_name(cli, "weights");
	const brc_layer_graph *network;
	bool heads = (kinds & BRC_UNITS_HEADS) != 0;

	if (cli->n_operands == 1 && model)
		return brc_fail(err, BRC_USAGE, "the model is given twice");
	if (cli->n_operands == 1)
		model = cli->operands[0];
	if (!model) {
		brc_fail(err, BRC_USAGE, "no model is given");
		return brc_hint(err, "extract-weights MODEL.onnx");
	}
	if (data_name && !how.data)
		return brc_fail(err, BRC_USAGE, "--dataset belongs to --data");
	brc_filter_prefer(f, "dataset", BRC_DATASET_FIT, data_name, "dataset");
	BRC_TRY(brc_network_file_read(&w->network, model, &how, f, err));
	network = w->network.graph;
	if (balance)
		BRC_TRY(brc_balance_new(&w->balance, network, cli->c.mem, err));
	BRC_TRY(brc_unit_graph_make(w->balance ? &w->balance->graph : network, kinds, cli->c.mem,
				    &w->graph, err));
	if (heads)
		BRC_TRY(brc_layer_graph_heads(network, &w->heads, err));
	BRC_TRY(brc_filter_make(f, "units", "units", brc_layer_graph_write, network, err));
	BRC_TRY(brc_filter_make(f, "weights", name, write_weights, w, err));
	if (heads)
		BRC_TRY(brc_filter_make(f, "labels", "heads", brc_labels_write, &w->heads, err));
	brc_unit_graph_tell(cli, network, &w->graph);
	if (w->balance)
		brc_balance_tell(cli, w->balance);
	return BRC_OK;
}

static brc_rc extract_weights(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	work w = {0};
	brc_rc rc = run(&w, f, cli, err);

	brc_labels_clear(&w.heads);
	brc_blocks_clear(&w.graph);
	brc_balance_free(w.balance);
	brc_network_file_clear(&w.network);
	return rc;
}

/* Defaults that depend on --compat; --units in its canonical order. */
static brc_rc resolve(const brc_cli *cli, brc_err *err)
{
	static char text[64];

	(void)cli;
	if (balance && compat)
		return brc_fail(err, BRC_USAGE,
				"--balance contradicts --compat paper: the published code does not "
				"scale units");
	how.net.scaling = balance;
	if (norm < 0)
		norm = compat ? BRC_NORM_COLSUM : BRC_NORM_L1;
	if (!units)
		units = compat ? "published" : "hidden";
	how.net.norm = (brc_norm)norm;
	how.net.unfolded = compat == 1;
	BRC_TRY(brc_units_parse(units, &kinds, err));
	units = brc_units_text(kinds, text);
	return BRC_OK;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "extract-weights",
		.usage = "[MODEL]",
		.purpose = "Read a trained network and write the graph of its units. An edge "
			   "between two units is the magnitude of the weight between them. The "
			   "network is an ONNX file, or a file that holds the weights of a plain "
			   "chain of layers (safetensors, NPZ).",
		.writes = "units, weights; with --units heads also labels called heads",
		.examples = "  extract-weights net.onnx | laplacian | spectral -k 16 >labels.brc\n"
			    "  extract-weights --units all net.onnx >weights.brc\n"
			    "  extract-weights --chain fc1.weight,fc2.weight,fc3.weight "
			    "mlp.safetensors >weights.brc",
		.options = options,
		.common = BRC_COMMON_NAME | BRC_COMMON_STREAM,
		.max_operands = 1,
	};

	return brc_filter_main(&cli, argc, argv, resolve, extract_weights);
}
